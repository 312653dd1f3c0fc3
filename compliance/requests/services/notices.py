"""Letters about a request: in the person's language, with a link to its page. Nothing personal stands in the words."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings

from compliance.requests.models import Request
from compliance.requests.queries import clocks, reading
from compliance.requests.rules.kinds import KIND_NAMES, Kind
from panel.kernel.actors import Actor
from panel.outbound import services as outbound

LETTER, AGENT_LETTER = "request_news", "request_agent"

ENDS = frozenset({"ready", "done", "denied"})


def reach(row: Request) -> UUID | str | None:
    """Where letters about it go: the address that it came from, or the account."""
    contact = reading.opened(row, "contact")
    if contact and contact != reading.GONE:
        return contact
    if row.subject_id is None:
        return None
    person = reading.person(row.subject_id)
    if person.users:
        return person.users[0]
    return person.emails[0] if person.emails else None


def write(
    row: Request, what: str, *, actor: Actor, at: datetime, to: UUID | str | None = None, link: str = "", **more: Any
) -> bool:
    """`what`: received, proved, extended, message, ready, done, partly, unsearched, denied, withdrawn. Answers whether
    there is somewhere to send it."""
    goal = to or reach(row)
    if goal is None:
        return False
    context = {
        "what": what, "code": row.code, "kind": KIND_NAMES[Kind(row.kind)], "due": row.due_on,
        "complaint": clocks.complaint(), "link": link or f"{settings.BASE_URL}/privacy/requests/{row.id}/", **more,
    }  # fmt: skip
    outbound.send_mail(actor=actor, template=LETTER, to=goal, context=context, at=at, language=row.language)
    if what in ENDS:
        tell_agent(row, "denied" if what == "denied" else "done", actor=actor, at=at)
    return True


def tell_agent(row: Request, what: str, *, actor: Actor, at: datetime) -> None:
    """How it goes, to whoever asked for the person, if somebody did: `what` is proved, done or denied. Nothing before the
    person or an officer confirmed it, so that nobody can have us write to a stranger. The answer itself, and every link, goes
    to the person alone."""
    goal = reading.opened(row, "agent_contact")
    if goal and goal != reading.GONE:
        context = {"what": what, "code": row.code, "kind": KIND_NAMES[Kind(row.kind)], "due": row.due_on}
        outbound.send_mail(
            actor=actor, template=AGENT_LETTER, to=goal, context=context, at=at, language=row.language,
            once=f"request:{row.id}:agent:{what}",
        )  # fmt: skip


def page_of_staff(row: Request) -> str:
    return f"{settings.BASE_URL}/requests/{row.id}/"
