"""/mail/: what was written to people, and what came of it."""

from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import queries as access
from accounts.access.rules import door
from panel.kernel import clock
from panel.kernel.actors import Actor
from panel.kernel.errors import Missing
from panel.kernel.registries import objects
from panel.ops.outbound import rules
from panel.ops.outbound.recipients import Recipients
from panel.outbound import services
from panel.outbound.mail import letters, queries, servers
from panel.outbound.mail.rules import PROBLEMS, STATE_NAMES, TRIES, State
from panel.outbound.models import Message
from panel.ui.lists.answer import answer
from panel.ui.lists.columns import Column, Empty, Filter
from panel.ui.lists.page import ListPage
from panel.ui.lists.sources import Rows
from panel.ui.menu import Text, actor_of
from panel.ui.pages import Act, Page

# The dots of states, in the words of the style sheet.
DOTS = {State.QUEUED: "draft", State.SENT: "active", State.FAILED: "stopped", State.CANCELLED: "expired"}


def tabs(actor: Actor, here: str) -> list[dict[str, Any]]:
    places = [
        ("ops:outbox", _("Outbox"), rules.SEE_MAIL),
        ("ops:mail", _("Mail server"), rules.SET_MAIL),
        ("ops:letters", _("Letters"), rules.SEE_MAIL),
    ]
    return [
        {"label": label, "url": reverse(name), "current": name == here}
        for name, label, permit in places
        if access.can(actor, permit)
    ]


def dot(message: Message) -> str:
    return DOTS[State(message.state)]


def state_word(message: Message) -> Text:
    retried = message.state == State.QUEUED and message.tries
    return gettext_lazy("Will be tried again") if retried else STATE_NAMES[State(message.state)]


def columns(recipients: Recipients) -> list[Column]:
    return [
        Column(
            "template", gettext_lazy("Letter"), value=lambda row: letters.title(row.template), cell="title",
            card="title", url=lambda row: reverse("ops:message", args=[row.id]),
        ),
        Column("recipient", gettext_lazy("To"), value=recipients.of),
        Column("state", gettext_lazy("State"), value=dot, cell="state", card="state", second=state_word),
        Column("problem", gettext_lazy("What is wrong"), value=lambda row: PROBLEMS.get(row.problem, row.problem)),
        Column("tries", gettext_lazy("Tries"), cell="number", sort="tries", numeric=True),
        Column("created_at", gettext_lazy("Written"), cell="ago", sort="created_at", numeric=True),
    ]  # fmt: skip


FILTERS = [
    Filter("state", gettext_lazy("State"), list(STATE_NAMES.items()), lambda rows, value: rows.filter(state=value)),
    Filter(
        "letter", gettext_lazy("Letter"), lambda: [(name, one.title) for name, one in letters.registered().items()],
        lambda rows, value: rows.filter(template=value),
    ),
]  # fmt: skip
EMPTY = Empty(
    gettext_lazy("Nothing was written yet"),
    gettext_lazy("Invitations, links and notices to people stand here, with what became of them."),
)


@door(rules.SEE_MAIL)
def outbox(request: HttpRequest) -> HttpResponseBase:
    actor, at = actor_of(request), clock.now()
    recipients = Recipients(actor)
    source = Rows(Message.objects.defer("content"), ["template", "problem"])
    page = ListPage(
        request, source, columns(recipients), sort="-created_at", filters=FILTERS, empty=EMPTY,
        searchable=gettext_lazy("Search by kind of letter"), csv_name="mail",
    )  # fmt: skip
    if page.params.get("format") != "csv":
        page.read()
        recipients.learn(page.objects)
    context = {
        "tabs": tabs(actor, "ops:outbox"), "server": servers.current() is not None, "failed": queries.failed(at),
        "may_set": access.can(actor, rules.SET_MAIL),
    }  # fmt: skip
    return answer(request, "ops/outbound/outbox.html", page, context)


class OfMessage(Page):
    @cached_property
    def message(self) -> Message:
        found = queries.message(self.kwargs["message_id"])
        if found is None:
            raise Missing(_("There is no such message."))
        return found

    def back(self) -> str:
        return reverse("ops:message", args=[self.message.id])


@door(rules.SEE_MAIL)
class OneMessage(OfMessage):
    template_name = "ops/outbound/message.html"

    def context(self) -> dict[str, Any]:
        one, held = self.message, bool(self.message.leased_until and self.message.leased_until > self.at)
        may = access.can(self.actor, rules.SEND_MAIL)
        kept = one.content is not None if access.can(self.actor, rules.READ_MAIL) else False
        sendable = one.state in {State.FAILED, State.CANCELLED} or (one.state == State.QUEUED and one.tries > 0)
        return {
            "message": one, "title": letters.title(one.template), "to": Recipients(self.actor).of(one),
            "dot": dot(one), "word": state_word(one), "problem": PROBLEMS.get(one.problem, one.problem),
            "tries": TRIES, "held": held, "may_read": kept,
            "may_retry": may and sendable and not held, "may_cancel": may and one.state == State.QUEUED and not held,
            "author": objects.cards(self.actor, "user", [one.actor_id]).get(one.actor_id) if one.actor_id else None,
            "waits": one.state == State.QUEUED and servers.current() is None,
        }  # fmt: skip


@door(rules.READ_MAIL)
class Content(OfMessage):
    """What a message says. Looking is journalled; the link works as it does in the recipient's hands."""

    template_name = "ops/outbound/content.html"

    def context(self) -> dict[str, Any]:
        content = services.read(actor=self.actor, message=self.message, at=self.at)
        return {
            "message": self.message, "title": letters.title(self.message.template), "content": content,
            "to": Recipients(self.actor).of(self.message),
        }  # fmt: skip


@door(rules.SEND_MAIL)
class Retrying(OfMessage, Act):
    """POST sends the message now."""

    def perform(self) -> Text:
        services.retry(actor=self.actor, message=self.message, at=self.at)
        return _("It is on its way. This page shows what became of it.")


@door(rules.SEND_MAIL)
class Cancelling(OfMessage, Act):
    """POST: the message is never sent."""

    def perform(self) -> Text:
        services.cancel(actor=self.actor, message=self.message, at=self.at)
        return _("Cancelled. It will not be sent.")
