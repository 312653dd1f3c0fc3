"""What auditing registers: its permits, its declarations, its ledger."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.access import queries as access_queries
from accounts.access import services as access
from compliance.auditing import queries, rules
from compliance.auditing.services import extracts
from compliance.subjects import rules as subjects
from panel.journal import bundles, events
from panel.journal import queries as ledger
from panel.kernel import clock
from panel.kernel.actors import Actor
from panel.kernel.db import ledgers
from panel.kernel.registries import alarms, objects, privacy, processing, settings
from panel.kernel.registries.privacy import NotPersonal
from panel.outbound.mail import letters
from panel.ui import cards, menu
from panel.ui.ways import tour

access.register_permits(
    rules.VIEW, rules.DISCLOSE, rules.ROTATE_KEY, rules.SEE_MAP, rules.WRITE_RECORD, rules.KEEP_SINKS
)
ledgers.append_only("auditing_change", "auditing_receipt")
menu.register(menu.Item("comply", _("Journal"), "auditing:journal", "scroll-text", rules.VIEW, order=10))
events.register("auditing.detail.disclosed", _("Personal detail in the journal read"), retention="privacy")
menu.register(menu.Item("comply", _("Data map"), "auditing:datamap", "map", rules.SEE_MAP, order=50))
events.register("auditing.record.exported", _("Record of processing exported"), retention="privacy")
events.register("auditing.controller.named", _("Controller of the processing named"), retention="privacy")
bundles.register(extracts.KIND, _("Range of the journal"))
events.register("auditing.journal.exported", _("Journal exported"), retention="privacy")


def _cards(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, objects.Card]:
    if not access_queries.can(actor, rules.VIEW):
        return {}
    title = _("Journal entry")
    return {one: objects.Card(str(title), reverse("auditing:entry", args=[one])) for one in ids}


objects.register(objects.Resolver("journal.entry", "Journal entry", _cards))


def _sealed(actor: Actor, at: datetime) -> list[cards.Check]:  # noqa: ARG001 - the same for everybody who may ask
    """One line of "Is all well?": whether the journal is being sealed."""
    head, alarm = ledger.head(), ledger.unsealed_alarm()
    sealed = gettext("%(size)s entries sealed") % {"size": head.size} if head else gettext("nothing to seal yet")
    return [
        cards.Check(_("Journal"), alarm is None, alarm.sentence if alarm else sealed, url=reverse("auditing:journal"))
    ]


cards.register(cards.Source("auditing", rules.VIEW, checks=_sealed))

_ID = NotPersonal("an opaque id")
privacy.declare(
    "auditing.Change",
    {
        "object_pk": _ID,
        "object_repr": NotPersonal("the object's id once more; str() is not asked"),
        "serialized_data": NotPersonal("stays empty"),
        "changes": NotPersonal("values of fields that are declared neither personal nor secret"),
        "cid": NotPersonal("the request's id, made by the server"),
        "additional_data": NotPersonal("stays empty"),
        "actor_kind": NotPersonal("a fixed word of the program"),
    },
)
privacy.declare(
    "auditing.Sink",
    {
        "name": NotPersonal("the name of a log system"),
        "place": NotPersonal("a host or a file's name"),
        "target": NotPersonal("an address of the organisation's own systems", secret=True),
        "token": NotPersonal("a token of the organisation's own systems", secret=True),
        "problem": NotPersonal("why nothing arrived, in words of the program"),
    },
)
privacy.declare(
    "auditing.Receipt",
    {
        "note": NotPersonal("a checkpoint: origin, size, root and signature"),
        "data": NotPersonal("what an outsider signed about a checkpoint"),
        "by": NotPersonal("the name of an authority or a witness"),
    },
)
privacy.declare(
    "auditing.Verification",
    {
        "outside": NotPersonal("a checkpoint: origin, size, root and signature"),
        "asked_by_kind": NotPersonal("a fixed word of the program"),
        "cut": NotPersonal("counts, a place in the journal and an instant"),
        "findings": NotPersonal("ids, names of events and sentences of the program"),
        "problem": NotPersonal("a sentence of the program"),
    },
)
privacy.store(
    "journal-stream", NotPersonal("files that sinks of the journal append to: leaves, which hold ids and fixed words")
)
for word, title in (("added", _("Sink added")), ("paused", _("Sink paused")), ("resumed", _("Sink resumed")),
                    ("removed", _("Sink removed")),
                    ("rewritten", _("Sink holds another journal than this"))):  # fmt: skip
    events.register(f"auditing.sink.{word}", title)
events.register("auditing.receipt.kept", _("Outsider signed a checkpoint"))
events.register("auditing.verification.asked", _("Verification of the journal begun"))
events.register("auditing.verification.ended", _("Verification of the journal ended"))
letters.register(
    letters.Letter(
        "journal_checkpoint",
        _("Checkpoint of the journal"),
        {"size": 1234, "note": "panel/journal/01890000\n1234\nqkq0…\n\n— panel/journal/01890000 Az3g…"},
    )
)


def sinks_alarm(at: datetime) -> alarms.Alarm | None:
    """Sinks to which nothing arrives."""
    found = queries.failing(at)
    if not found:
        return None
    sentence = gettext("The journal does not reach %(sinks)s: %(problem)s Look at its sinks.")
    names = ", ".join(one.name for one in found)
    return alarms.Alarm("journal.sinks", "warning", sentence % {"sinks": names, "problem": found[0].problem})


def rewritten_alarm() -> alarms.Alarm | None:
    """A sink that holds something else of this journal than the journal does."""
    row = queries.rewritten()
    if row is None:
        return None
    sentence = gettext(
        "%(sink)s knows %(n)s entries that this journal has not, or not so: it was cut or written anew. Verify the journal "
        "against a checkpoint from there."
    )
    return alarms.Alarm("journal.rewritten", "critical", sentence % {"sink": row.name, "n": row.rewritten})


alarms.register("journal.rewritten", rewritten_alarm)
alarms.register("journal.sinks", lambda: sinks_alarm(clock.now()))


def _sinks(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, objects.Card]:
    if not access_queries.can(actor, rules.VIEW):
        return {}
    return {
        one.id: objects.Card(one.name, reverse("auditing:sinks")) for one in queries.sinks().filter(id__in=list(ids))
    }


def _checks(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, objects.Card]:
    if not access_queries.can(actor, rules.VIEW):
        return {}
    return {one: objects.Card(gettext("Verification"), reverse("auditing:verification", args=[one])) for one in ids}


def _receipts(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, objects.Card]:
    if not access_queries.can(actor, rules.VIEW):
        return {}
    return {
        one.id: objects.Card(one.by, reverse("auditing:receipts"))
        for one in queries.receipts().filter(id__in=list(ids))
    }


objects.register(objects.Resolver("journal.receipt", "Word of an outsider", _receipts))
objects.register(objects.Resolver("journal.sink", "Sink of the journal", _sinks))
objects.register(objects.Resolver("journal.verification", "Verification of the journal", _checks))
subjects.register_section(
    subjects.Section(
        "contact",
        _("Contact"),
        _("Whom to ask about your data."),
        "auditing:contact",
        order=60,
        mine=False,
    )
)
tour.register(
    tour.Stop(
        50,
        _("Proof of all of it"),
        _("Everything that anybody did stands here, sealed into a tree that can be verified."),
        "auditing:journal",
        permit=rules.VIEW,
    )
)
for name, title in (
    (rules.NAME, _("Controller")),
    (rules.ADDRESS, _("Controller's address")),
    (rules.CONTACT, _("Controller's contact")),
    (rules.OFFICER, _("Data protection officer")),
):
    settings.register(settings.Spec(name, title, "", lambda text: " ".join(text.split())[:300]))
for sentence in (
    _("Everybody who signs in proves a second factor; privileged acts ask for one that is at most five minutes old."),
    _("Nothing is readable without a right on it; every right has a giver, a reason and may have an end."),
    _("Messages, secrets, names and addresses are sealed with AES-256-GCM; what wraps their keys is not in the database."),
    _("Each message and each answer passes guards that find personal data and secrets before it leaves."),
    _("Every act stands in a journal that nobody can change unnoticed: a Merkle tree whose head is signed."),
    _("Backups are encrypted and read back each night; the key that opens them is in none."),
):  # fmt: skip
    processing.measure(sentence)
