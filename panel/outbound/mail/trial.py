"""A test message, sent while somebody waits: what each step of the conversation came to."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from panel.journal import services as journal
from panel.journal.models import Leaf
from panel.kernel import ids
from panel.kernel.actors import Actor
from panel.kernel.errors import Conflict, Invalid, TooMany
from panel.kernel.installation import organisation
from panel.outbound.mail import directory, letters, servers, wire
from panel.outbound.mail.addresses import AddressError, Mailbox, parse
from panel.outbound.mail.envelope import compose
from panel.outbound.mail.rules import PROBLEMS
from panel.outbound.mail.wire import MailError

WORKED, FAILED = "outbound.mail.tested", "outbound.mail.test_failed"
DEADLINE, PER_MINUTE = 20.0, 6


@dataclass(frozen=True)
class Outcome:
    """`steps` are (name, detail) in order; `problem` is a word of rules.PROBLEMS or ""; `said` the guard's sentence."""

    steps: list[tuple[str, str]]
    problem: str = ""
    reply: int = 0
    said: str = ""

    @property
    def sentence(self) -> str:
        return str(self.said or PROBLEMS.get(self.problem, ""))


def send(*, actor: Actor, to: str, at: datetime) -> Outcome:
    """Try the server in force with a message to `to`. Raises Invalid, Conflict without a server, TooMany."""
    profile = servers.current()
    if profile is None:
        raise Conflict(_("No mail server is set up yet."))
    box = _box(to)
    since = Leaf.objects.filter(event__in=[WORKED, FAILED], at__gt=at - timedelta(minutes=1))
    if since.count() >= PER_MINUTE:
        raise TooMany(_("That is enough for now. Wait a minute."), retry_after=60)
    mail = compose(
        letters.write("test", {}, ""), sender=profile.sender, sender_name=organisation() or "ClawPanel", to=box,
        reply_to=profile.reply_to, number=ids.new_id(), at=timezone.now(),
    )  # fmt: skip
    try:
        steps = wire.deliver(profile.server, mail, sender=profile.sender, to=box, deadline=DEADLINE)
        found = Outcome(steps.done)
    except MailError as error:
        found = Outcome(error.steps.done, error.problem, error.reply, error.said)
    with transaction.atomic():
        journal.record(
            FAILED if found.problem else WORKED,
            actor=actor,
            detail={"problem": found.problem, "reply": found.reply},
            at=at,
        )
    return found


def own_address(person: UUID | None) -> str:
    """Where the person who tests is reached, or ""."""
    found = directory.find(person) if person else None
    return found.address if found else ""


def _box(text: str) -> Mailbox:
    try:
        return parse(text)
    except AddressError:
        raise Invalid(fields={"to": _("Give a plain address, such as name@example.org.")}) from None
