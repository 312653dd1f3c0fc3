"""What a call's record may say, and who may read it."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from accounts.access.rules import ObjectRole, Permit, Role

SEE_TRACES = Permit(
    "conversations.see_traces",
    _("See the traces of calls: verdicts, timing, sizes, no content"),
    frozenset({Role.ADMINISTRATOR, Role.AUDITOR, Role.PRIVACY_OFFICER, Role.OPERATOR}),
    ObjectRole.VIEWER,
)
PERMITS = (SEE_TRACES,)

ACTIONS: Final = ("allow", "observe", "redact", "block")
SOURCES: Final = ("api", "playground", "chat")
DEFAULT_CLASS: Final = "standard"
DEFAULT_DAYS: Final = 30
REQUEST_PREFIX: Final = "req_"
