"""The pages of elevation, side by side."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

PAGES = {"requests": _("Rights asked for"), "roles": _("Ask for a role"), "emergencies": _("Emergencies")}


def tabs(here: str) -> list[dict[str, Any]]:
    return [
        {"label": label, "url": reverse(f"elevation:{name}"), "current": name == here} for name, label in PAGES.items()
    ]
