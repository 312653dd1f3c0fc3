"""What every template knows without being told."""

from dataclasses import dataclass
from functools import cached_property
from time import monotonic
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from panel.kernel.installation import organisation
from panel.ui import menu

ENVIRONMENTS: dict[str, str | Promise] = {"production": _("Production"), "demo": _("Demo"), "test": _("Test")}
STRIPES: dict[str, str | Promise] = {
    "demo": _("Everybody and everything here is invented; nothing leaves this machine.")
}
THEMES = ("light", "dark")


def csp_nonce(request: HttpRequest) -> dict[str, Any]:
    """django-csp offers CSP_NONCE, django-htmx reads csp_nonce: without this its script tag would be blocked."""
    return {"csp_nonce": getattr(request, "csp_nonce", "")}


def shell(request: HttpRequest) -> dict[str, Any]:
    """The frame around a page; nothing is computed until a template asks (fragments never do)."""
    return {"shell": Shell(request)}


_named: list[tuple[float, str]] = []


def named() -> str:
    """The organisation's name, asked for at most every ten seconds; the product's before set-up or without a database."""
    if not _named or monotonic() - _named[0][0] > 10:
        try:
            name = organisation()
        except DatabaseError:
            name = ""
        _named[:] = [(monotonic(), name or "ClawPanel")]
    return _named[0][1]


@dataclass
class Shell:
    request: HttpRequest

    @cached_property
    def identity(self) -> menu.Identity | None:
        return menu.identity(self.request)

    @cached_property
    def groups(self) -> list[dict[str, Any]]:
        names = [name for name in menu.GROUPS if name != "account"]
        found = [{"title": menu.GROUPS[name], "entries": menu.entries(self.request, name)} for name in names]
        return [group for group in found if group["entries"]]

    @cached_property
    def account(self) -> list[menu.Entry]:
        return menu.entries(self.request, "account")

    @cached_property
    def here(self) -> dict[str, Any] | None:
        """The current menu entry with its group's title, for the breadcrumb."""
        for group in self.groups:
            for entry in group["entries"]:
                if entry.current:
                    return {"title": group["title"], "entry": entry, "exact": entry.url == self.request.path}
        return None

    @property
    def banners(self) -> list[menu.Banner]:
        return menu.banners(menu.actor_of(self.request))

    @property
    def environment(self) -> str | Promise:
        return ENVIRONMENTS[settings.INSTALLATION_MODE]

    @property
    def stripe(self) -> str | Promise:
        """Says above every page that this is not the real thing; nothing where it is."""
        return STRIPES.get(settings.INSTALLATION_MODE, "")

    @property
    def organisation(self) -> str:
        return named()

    @property
    def theme(self) -> str:
        """ "" follows the system."""
        chosen = self.request.COOKIES.get("theme") or getattr(self.request, "theme", "")
        return chosen if chosen in THEMES else ""

    @property
    def density(self) -> str:
        """ "compact", or "" for comfortable; the floor above knows whom the request is from."""
        return "compact" if getattr(self.request, "density", "") == "compact" else ""
