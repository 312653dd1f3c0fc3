"""What requests register: permits, events, menu, approvals, letters, stores, replays, privacy."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.access import services as access
from accounts.approvals.rules import kinds as approvals
from compliance.reports.services import making as reports
from compliance.requests.queries import clocks, reading, statistics
from compliance.requests.rules import deadlines, permits, stores
from compliance.requests.rules.kinds import KIND_NAMES, STAFF_NAMES, Kind
from compliance.requests.services import correcting, reporting
from compliance.requests.services import demo as story
from compliance.requests.services.copies import packing
from compliance.requests.services.erasure import approving, certifying, kind, replays
from compliance.requests.services.stores import earlier, own
from compliance.subjects import rules as subjects
from panel.journal import bundles, events
from panel.kernel.actors import Actor
from panel.kernel.db import ledgers
from panel.kernel.registries import alarms, backups, deletion, demo, objects, privacy, settings
from panel.kernel.registries.privacy import NotPersonal, Personal
from panel.kernel.registries.settings import Spec
from panel.outbound.mail import letters
from panel.ui import menu

access.register_permits(*permits.PERMITS)
ledgers.append_only("requests_event", "requests_erasure")
approvals.register(kind.ERASE)
approvals.register(correcting.CORRECT)
for store in (own.Accounts(), own.Names(), own.Letters(), earlier.Requests()):
    stores.register(store)
for scope in ("subject", "account"):
    backups.register_replay(
        scope, replays.Replay(scope), table="requests_erasure",
        known=f"SELECT of, at FROM requests_erasure WHERE scope = '{scope}'",  # noqa: S608 - two fixed words
    )  # fmt: skip
deletion.register_resume("requests.erase", approving.resume)
bundles.register(packing.KIND, _("Copy of a person’s data"))
bundles.register(certifying.KIND, _("Certificate of an erasure"))
reports.register(reporting.KIND)
demo.register(80, story.build)
alarms.register("requests.late", statistics.late_alarm)
menu.register(menu.Item("comply", _("Requests"), "requests:list", "inbox", permits.SEE, 10, statistics.waiting))

for name, title in (
    ("received", _("Request received")),
    ("verifying", _("Proof of identity asked for")),
    ("asked_again", _("Proof of identity asked for again")),
    ("verified", _("Identity proven")),
    ("in_progress", _("Request taken into work")),
    ("assigned", _("Request given to somebody")),
    ("awaiting_approval", _("Second approval of an erasure asked for")),
    ("executing", _("Request is being carried out")),
    ("ledger", _("Erasure entered in the ledger")),
    ("partial", _("Request partly carried out")),
    ("fulfilled", _("Request answered")),
    ("answered_partly", _("Request answered in part")),
    ("denied", _("Request denied")),
    ("withdrawn", _("Request withdrawn")),
    ("lapsed", _("Request never proven")),
    ("linked", _("Request linked to another one")),
    ("extended", _("Deadline of a request extended")),
    ("unreached", _("Nobody could be written to")),
    ("heard", _("Person wrote about a request")),
    ("written", _("Person was written to about a request")),
    ("document_read", _("Document of an agent read")),
    ("noted", _("Note on a request")),
    ("exempted", _("Items of a request exempt")),
    ("included", _("Item of a request not exempt any more")),
    ("reminded", _("Reminder of a request sent")),
    ("downloaded", _("Copy of data downloaded")),
    ("package_gone", _("Copy of data destroyed")),
    ("refused", _("Step of a request refused")),
):
    events.register(f"requests.request.{name}", title, retention="privacy")
for name, title in (
    ("erasure.repeated", _("Erased again after a restore")),
    ("regime.changed", _("Deadlines of a law changed")),
    ("holiday.added", _("Day off added")),
    ("holiday.removed", _("Day off removed")),
    ("report.made", _("Report of requests made")),
):
    events.register(f"requests.{name}", title, retention="privacy")

_WORD = NotPersonal("a fixed word of the program")
_KEPT = "to answer a request and to prove that it was answered"
_SAID = Personal("subject_id", "content", "to answer a request", retention="request")
_FACT = Personal("subject_id", "request", _KEPT, erase="keep", retention="request")
privacy.declare(
    "requests.Request",
    {
        "kind": _FACT,
        "regime": _WORD,
        "language": _WORD,
        "contact_index": Personal("self", "contact", "to find a request by its address", "omit", "blank", "request"),
        "contact": Personal("self", "contact", "to answer a request", retention="request"),
        "words": _SAID,
        "agent": Personal("self", "identity", "to know who asks for somebody", retention="request"),
        "agent_contact": Personal("self", "contact", "to tell who asks for somebody", retention="request"),
        "mandate": Personal("self", "identity", "to know that somebody may ask", retention="request"),
        "proof": _WORD,
        "reminded": _WORD,
    },
)
privacy.declare(
    "requests.Event", {"what": _WORD, "detail": NotPersonal("fixed words, numbers and dates"), "by_kind": _WORD}
)
privacy.declare(
    "requests.Exemption", {"store": _WORD, "item": NotPersonal("a pseudonym of a stored item"), "ground": _WORD}
)
privacy.declare(
    "requests.Document",
    {
        "sealed": Personal("self", "identity", "to know that somebody may ask", "omit", "row", "request"),
        "kind": _WORD,
        "by_kind": _WORD,
    },
)
privacy.declare("requests.Message", {"text": _SAID, "by_kind": _WORD})
_COUNTS = NotPersonal("counts and fixed words; names of tables and files")
privacy.declare("requests.Verdict", dict.fromkeys(("store", "ground", "until", "problem"), _COUNTS))
privacy.declare(
    "requests.Proof",
    {
        "needles": Personal("self", "identity", "to search for what may be left", "omit", "key", "until the proof"),
        "before": _COUNTS,
        "after": _COUNTS,
        "preview": NotPersonal("a hash"),
        "certificate": NotPersonal("a signed bundle: pseudonyms and counts"),
        "digest": NotPersonal("a hash of random bytes"),
    },
)
privacy.declare("requests.Clock", {"name": _WORD})
privacy.declare("requests.Holiday", {"name": NotPersonal("the name of a day")})


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError("This is no time zone, such as Europe/Stockholm.") from None
    return text


def _law(text: str) -> str:
    if text not in deadlines.DEFAULTS:
        raise ValueError(f"Choose one of {', '.join(deadlines.DEFAULTS)}.")
    return text


settings.register(Spec(clocks.ZONE, _("Time zone of deadlines"), "UTC", _zone, "PANEL_REQUESTS_TIME_ZONE"))
settings.register(Spec(clocks.REGIME, _("Law that requests come under"), "gdpr", _law, "PANEL_REQUESTS_LAW"))
settings.register(
    Spec(clocks.COMPLAINT, _("Where people can complain"), "", lambda text: text.strip()[:200], "PANEL_COMPLAINT_ROUTE")
)

letters.register(
    letters.Letter(
        "request_recipient", _("A person’s data was erased: to whoever received some"),
        {"code": "DEL-0147", "what": "prompts and answers", "first": "2026-10-01", "last": "2026-11-12"},
    )
)  # fmt: skip
_SAMPLE = {"code": "DEL-0147", "kind": KIND_NAMES[Kind.DELETION], "link": "https://panel.example.org/", "minutes": 30}
letters.register(letters.Letter("request_proof", _("Proof that a request is yours"), {**_SAMPLE, "agent": ""}))
letters.register(
    letters.Letter(
        "request_agent",
        _("News of a request, for whoever made it for somebody"),
        {"code": "DEL-0147", "kind": KIND_NAMES[Kind.DELETION], "what": "proved", "due": date(2026, 12, 12)},
    )
)
letters.register(
    letters.Letter(
        "request_news",
        _("News of a request"),
        {**_SAMPLE, "what": "proved", "due": date(2026, 12, 12), "complaint": ""},
    )
)
letters.register(
    letters.Letter(
        "request_due", _("A request is due"), {**_SAMPLE, "due": date(2026, 12, 12), "late": False, "days": 3}
    )
)


def _cards(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, objects.Card]:
    rows = reading.visible_to(actor).filter(id__in=list(ids))
    return {
        one.id: objects.Card(f"{STAFF_NAMES[Kind(one.kind)]} {one.code}", reverse("requests:detail", args=[one.id]))
        for one in rows
    }


objects.register(objects.Resolver("request", "Request", _cards))
subjects.register_section(
    subjects.Section(
        "requests", _("Ask for your data"), _("See, take, correct or delete what is held of you."), "requests:ask",
        order=20, mine=False,
    )
)  # fmt: skip
subjects.register_section(
    subjects.Section(
        "tracking", _("Your requests"), _("How far they are, and what we wrote."), "requests:mine", order=25
    )
)
