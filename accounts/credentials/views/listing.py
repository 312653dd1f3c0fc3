"""The list of keys; what ends next stands first."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import queries as access
from accounts.access.rules import door
from accounts.credentials.models import ApiKey
from accounts.credentials.queries import keys as queries
from accounts.credentials.queries import programs
from accounts.credentials.rules import permits as rules
from accounts.credentials.rules.life import Kind, State
from panel.kernel import clock
from panel.ui.lists.answer import answer
from panel.ui.lists.columns import BulkAct, Column, Empty, Filter
from panel.ui.lists.page import ListPage
from panel.ui.lists.remembered import preset
from panel.ui.lists.sources import Rows
from panel.ui.menu import Text, actor_of

KIND_WORDS: dict[str, Text] = {
    Kind.GATEWAY: gettext_lazy("Calls assistants"),
    Kind.MANAGEMENT: gettext_lazy("Manages the panel"),
    Kind.CLIENT: gettext_lazy("Gets short-lived tokens"),
}
STATE_WORDS: dict[str, Text] = {
    State.ACTIVE: gettext_lazy("Active"),
    State.EXPIRED: gettext_lazy("Expired"),
    State.REVOKED: gettext_lazy("Revoked"),
}
WATCH_WORDS: list[tuple[str, Text]] = [
    ("ending", gettext_lazy("Ends within 30 days")),
    ("unused", gettext_lazy("Unused for 90 days")),
    ("over_scoped", gettext_lazy("May do more than it does")),
]


def _state(key: ApiKey) -> str:
    return key.state(clock.now()).value


def _in_state(rows: Any, value: str) -> Any:
    now = clock.now()
    if value == State.ACTIVE:
        return rows.active(now)
    if value == State.REVOKED:
        return rows.filter(revoked_at__isnull=False)
    return rows.filter(revoked_at__isnull=True, expires_at__lte=now)


def _watched(rows: Any, value: str) -> Any:
    """`value` is one of WATCH_WORDS, as the list has checked."""
    return getattr(rows, value)(clock.now())


COLUMNS = [
    Column(
        "name", gettext_lazy("Key"), cell="title", sort="name", card="title",
        second=lambda key: key.key_id, mono=True, url=lambda key: reverse("credentials:detail", args=[key.id]),
    ),
    Column("kind", gettext_lazy("Use"), value=lambda key: KIND_WORDS[key.kind], sort="kind"),
    Column(
        "state", gettext_lazy("State"), value=_state, cell="state", card="state",
        second=lambda key: STATE_WORDS[_state(key)],
    ),
    Column("last_used_on", gettext_lazy("Last used"), value=lambda key: key.last_used_on or _("never")),
    Column(
        "expires_at", gettext_lazy("Expires"), cell="accounts/credentials/cells.html#ends", sort="expires_at", numeric=True,
    ),
]  # fmt: skip
FILTERS = [
    Filter("state", gettext_lazy("State"), list(STATE_WORDS.items()), _in_state),
    Filter("kind", gettext_lazy("Use"), list(KIND_WORDS.items()), lambda rows, value: rows.filter(kind=value)),
    Filter("watch", gettext_lazy("Look at"), WATCH_WORDS, _watched),
]
PRESETS = [
    preset("active", gettext_lazy("Active"), "state=active"),
    preset("ending", gettext_lazy("Ending in 30 days"), "watch=ending"),
    preset("unused", gettext_lazy("Unused 90 days"), "watch=unused"),
    preset("over_scoped", gettext_lazy("Over-scoped"), "watch=over_scoped"),
    preset("clients", gettext_lazy("OAuth clients"), "kind=client"),
    preset("ended", gettext_lazy("Expired"), "state=expired"),
    preset("revoked", gettext_lazy("Revoked"), "state=revoked"),
]


@door(rules.USE)
def keys(request: HttpRequest) -> HttpResponseBase:
    actor = actor_of(request)
    may, ends_any = access.can(actor, rules.ISSUE), access.can(actor, rules.END_ANY)
    empty = Empty(
        gettext_lazy("No key yet"),
        gettext_lazy("An API key lets an application call an assistant like any OpenAI client. It is shown once."),
        gettext_lazy("Make a key") if may else "",
        reverse("credentials:new") if may else "",
    )
    own = {actor.id, *programs.visible_to(actor).filter(responsible_id=actor.id).values_list("user_id", flat=True)}
    revoke = BulkAct(_("Revoke"), reverse("credentials:revocations"), "ban", "danger-quiet")
    page = ListPage(
        request, Rows(queries.visible_to(actor), ["name", "key_id"]), COLUMNS, sort="expires_at", filters=FILTERS,
        empty=empty, searchable=gettext_lazy("Search by name or key id"), csv_name="api-keys",
        presets=PRESETS, bulk=[revoke] if may or ends_any else [],
        pickable=lambda key: key.revoked_at is None and (ends_any or key.owner_id in own),
    )  # fmt: skip
    return answer(
        request, "accounts/credentials/list.html", page, {"may": may, "may_set": access.can(actor, rules.SET_POLICY)}
    )
