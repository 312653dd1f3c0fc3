"""The forms of a list: keep, open with and remove a view; columns and density. `panel.home` gives them their doors."""

from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponseBase
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from panel.kernel.errors import Invalid, Refusal
from panel.ui.lists import remembered
from panel.ui.menu import Text
from panel.ui.pages import Act

SALT = "panel.ui.lists"


def seal(name: str) -> str:
    """The name of a list for a form; nobody makes up lists to be remembered."""
    return signing.Signer(salt=SALT).sign(name)


class Kept(Act):
    """`list` is the sealed name, `back` the list's address."""

    http_method_names = ("get", "post", "options")

    def name(self) -> str:
        try:
            return signing.Signer(salt=SALT).unsign(self.request.POST.get("list", ""))
        except signing.BadSignature as error:
            raise Invalid(_("This form does not belong to a list of this panel.")) from error

    def back(self) -> str:
        found = self.request.POST.get("back", "")
        return found if found.startswith("/") and url_has_allowed_host_and_scheme(found, None) else "/"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return super().post(request, *args, **kwargs)
        except Refusal as refusal:
            if refusal.status >= 500:
                raise
            self.tell(refusal.sentence, failed=True)
            return self.get(request)


class Views(Kept):
    def perform(self) -> Text:
        given = self.request.POST
        query = given.get("back", "").partition("?")[2]
        title, default = given.get("name", ""), bool(given.get("default"))
        view = remembered.keep(
            actor=self.actor, name=self.name(), title=title, query=query, default=default, at=self.at
        )
        return _("Kept as “%(name)s”.") % {"name": view.name}


class ViewRemoval(Kept):
    def perform(self) -> Text:
        remembered.remove(actor=self.actor, name=self.name(), view_id=self.request.POST.get("view", ""), at=self.at)
        return _("The view is gone; its rows are not.")


class FirstView(Kept):
    def perform(self) -> Text:
        view = self.request.POST.get("view", "")
        remembered.open_with(actor=self.actor, name=self.name(), view_id=view)
        return _("This list opens with that view now.") if view else _("This list opens with everything now.")


class Shape(Kept):
    def perform(self) -> None:
        given = self.request.POST
        hidden = set(given.getlist("of")) - set(given.getlist("show"))
        remembered.choose(
            actor=self.actor,
            name=self.name(),
            hidden=sorted(one[:40] for one in hidden),
            compact=given.get("density") == "compact",
        )
