"""Every page and endpoint; each slice brings its own list."""

from django.urls import include, path

SLICES = [
    "panel.home",
    "panel.ops",
    "panel.setup",
    "accounts.access",
    "accounts.duties",
    "accounts.grants",
    "accounts.teams",
    "accounts.roles",
    "accounts.approvals",
    "accounts.elevation",
    "accounts.signin",
    "accounts.credentials",
    "accounts.invitations",
    "compliance.subjects",
    "compliance.reports",
    "compliance.auditing",
    "compliance.witness",
    "compliance.policies",
    "compliance.consent",
    "compliance.holds",
    "compliance.retention",
    "compliance.reviews",
    "compliance.requests",
    "assistants.guard",
    "assistants.vault",
    "assistants.providers",
    "assistants.catalog",
    "assistants.conversations",
    "assistants.gateway",
    "assistants.chat",
]
urlpatterns = [path("", include(f"{name}.urls")) for name in SLICES]

handler400 = "panel.ui.web.errors.bad_request"
handler403 = "panel.ui.web.errors.forbidden"
handler404 = "panel.ui.web.errors.not_found"
handler500 = "panel.ui.web.errors.server_error"
