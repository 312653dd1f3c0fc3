"""Pages of the vault. None of them ever holds a value."""

from functools import cached_property
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import services as access
from accounts.access.rules import door, door_of
from assistants.vault import forms, queries, rules, services
from assistants.vault.models import Secret
from panel.kernel import clock
from panel.kernel.actors import Actor
from panel.kernel.errors import Missing
from panel.ui.lists.answer import answer
from panel.ui.lists.columns import Column, Empty, Filter
from panel.ui.lists.page import ListPage
from panel.ui.lists.sources import Rows
from panel.ui.menu import Text, actor_of
from panel.ui.pages import Act, FormPage, Page

KIND_WORDS: dict[str, Text] = {**dict(forms.KINDS), rules.Kind.FILE.value: gettext_lazy("Key file")}
STATE_WORDS: dict[str, Text] = {
    "active": gettext_lazy("Active"),
    "disabled": gettext_lazy("Disabled"),
    "destroyed": gettext_lazy("Destroyed"),
}
COLUMNS = [
    Column(
        "name",
        gettext_lazy("Secret"),
        cell="title",
        sort="name",
        card="title",
        second=lambda secret: KIND_WORDS[secret.kind],
        url=lambda secret: reverse("vault:detail", args=[secret.id]),
    ),
    Column(
        "state",
        gettext_lazy("State"),
        cell="state",
        sort="state",
        card="state",
        second=lambda secret: STATE_WORDS[secret.state],
    ),
    Column("current", gettext_lazy("Version"), value=lambda secret: f"v{secret.current}", cell="mono", sort="current"),
    Column("used_by", gettext_lazy("Used by"), value=lambda secret: secret.users, numeric=True, sort="users"),
    Column("expires_at", gettext_lazy("Expires"), cell="assistants/vault/cells.html#expires"),
    Column("changed_at", gettext_lazy("Changed"), cell="ago", sort="changed_at", numeric=True),
]
FILTERS = [
    Filter("state", gettext_lazy("State"), list(STATE_WORDS.items()), lambda rows, value: rows.filter(state=value)),
    Filter("kind", gettext_lazy("Kind"), list(KIND_WORDS.items()), lambda rows, value: rows.filter(kind=value)),
]


@door(rules.VIEW)
def secrets(request: HttpRequest) -> HttpResponseBase:
    """The list."""
    actor = actor_of(request)
    may = queries.rights(actor)
    empty = Empty(
        gettext_lazy("No secret yet"),
        gettext_lazy(
            "A secret is a key that the panel uses for you, such as your provider's. Once stored, nobody reads it."
        ),
        gettext_lazy("Store a secret"),
        reverse("vault:new"),
    )
    page = ListPage(
        request,
        Rows(queries.listed(actor), ["name"]),
        COLUMNS,
        sort="name",
        filters=FILTERS,
        empty=empty.where(may["add"]),
        searchable=gettext_lazy("Search by name"),
        csv_name="secrets",
    )
    return answer(request, "assistants/vault/list.html", page, {"may": may})


@door(rules.ADD)
class New(FormPage):
    form_class = forms.New
    template_name = "assistants/vault/new.html"

    def perform(self, form: Any) -> str:
        secret = services.create(actor=self.actor, at=self.at, **form.cleaned_data)
        self.tell(_("Stored. From now on it can be used and replaced, not read."))
        return reverse("vault:detail", args=[secret.id])


TABS = [("vault:detail", gettext_lazy("Overview")), ("vault:grants", gettext_lazy("Access"))]


def framed(actor: Actor, secret: Secret, tab: str) -> dict[str, Any]:
    """What stands around every page of a secret."""
    return {
        "secret": secret,
        "kind_word": KIND_WORDS[secret.kind],
        "state": STATE_WORDS[secret.state],
        "expired": queries.expired(secret, clock.now()),
        "may": queries.rights(actor, secret),
        "tabs": [{"label": name, "url": reverse(url, args=[secret.id]), "current": url == tab} for url, name in TABS],
    }


class OfSecret(Page):
    """A page about one secret that the actor may know of; any other is missing. One on which they lack the page's right
    says so before anything is typed."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        declared = door_of(type(self))
        permit = declared.permit_for("post" if request.method == "POST" else "get") if declared else None
        if permit and permit is not rules.VIEW:
            access.require(self.actor, permit, self.secret)
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def secret(self) -> Secret:
        found = queries.visible_to(self.actor).filter(id=self.kwargs["secret_id"]).first()
        if found is None:
            raise Missing(_("There is no such secret."))
        return found

    def context(self) -> dict[str, Any]:
        return framed(self.actor, self.secret, "vault:detail")

    def back(self) -> str:
        return reverse("vault:detail", args=[self.secret.id])


@door(rules.VIEW)
class Detail(OfSecret):
    template_name = "assistants/vault/detail.html"

    def context(self) -> dict[str, Any]:
        users, makers = queries.users(self.actor, self.secret), queries.makers(self.secret)
        return {
            **super().context(),
            "versions": [(one, _named(makers, one.created_by_id)) for one in queries.versions(self.secret)],
            "owner": _named(makers, self.secret.owner_id),
            "users": users,
            "binding": forms.Binding(users=queries.possible_users(self.actor, self.secret)),
            "consequences": [
                {"icon": "unplug", "text": _("%(name)s stops working at once.") % {"name": user.title}}
                for user in users
            ]
            + [
                {
                    "icon": "key-round",
                    "text": _("Its key is destroyed: no version can be read again, here or in a backup."),
                }
            ],
        }


def _named(makers: dict[UUID, str], one: UUID | None) -> str:
    return makers.get(one, "") if one else ""


@door(rules.ROTATE)
class Rotation(OfSecret, FormPage):
    form_class = forms.Rotation
    template_name = "assistants/vault/rotation.html"

    def initial(self) -> dict[str, Any]:
        return {"revision": self.secret.revision}

    def context(self) -> dict[str, Any]:
        return {**super().context(), "users": queries.users(self.actor, self.secret)}

    def perform(self, form: Any) -> str:
        given = form.cleaned_data
        services.rotate(actor=self.actor, secret=self.secret, at=self.at, **given)
        self.tell(_("The new value is in use."))
        return self.back()


@door(rules.DISABLE)
class Suspension(OfSecret, Act):
    def perform(self) -> Text:
        services.disable(actor=self.actor, secret=self.secret, at=self.at)
        return _("Disabled. Nothing can use it until you enable it.")


@door(rules.DISABLE)
class Resumption(OfSecret, Act):
    def perform(self) -> Text:
        services.enable(actor=self.actor, secret=self.secret, at=self.at)
        return _("Enabled.")


@door(rules.DESTROY)
class Destruction(OfSecret, Act):
    def perform(self) -> Text:
        services.destroy(actor=self.actor, secret=self.secret, at=self.at)
        return _("Destroyed. Its key is gone.")


@door(rules.BIND)
class Bindings(OfSecret, Act):
    def perform(self) -> Text:
        form = forms.Binding(self.request.POST, users=queries.possible_users(self.actor, self.secret))
        if not form.is_valid():
            return _("Choose what may use this secret.")
        kind, _colon, user_id = form.cleaned_data["user"].partition(":")
        services.bind(actor=self.actor, secret=self.secret, user=(kind, UUID(user_id)), at=self.at)
        return _("Bound. It can use the secret from now on.")


@door(rules.BIND)
class Unbinding(OfSecret, Act):
    def perform(self) -> Text:
        user = (self.kwargs["kind"], self.kwargs["user_id"])
        services.unbind(actor=self.actor, secret=self.secret, user=user, at=self.at)
        return _("Unbound. It cannot use the secret any more.")
