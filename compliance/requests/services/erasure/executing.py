"""The erasure's job: search, store by store, keys, search again, certificate. Each step may run twice."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import DatabaseError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_noop

from compliance.requests.models import Proof, Request, Verdict
from compliance.requests.queries import previews, reading
from compliance.requests.rules.kinds import Kind
from compliance.requests.rules.states import Act, State
from compliance.requests.rules.stores import LEFT, Erased, Outcome, Person, Store, recipients
from compliance.requests.services import moving
from compliance.requests.services.erasure import certifying
from compliance.requests.services.reader import places, scanning
from compliance.requests.services.stores import every
from compliance.requests.services.stores.declared import Declared
from panel.kernel import clock, ids, jobs
from panel.kernel.actors import SYSTEM
from panel.kernel.crypto import keyring
from panel.kernel.models import DataKey
from panel.kernel.registries import deletion
from panel.kernel.registries.deletion import Target

KEYS, SEARCH = "keys", "search"
SAMPLES, TELLING = 12, 16
"""So many pieces of content are searched for, none shorter than this: a short one stands in many places."""


def erase(run: jobs.Run, request_id: UUID) -> None:
    """Do what the ledger says. Ends as "answered" or "partly done"; a store that fails does not stop the others."""
    row = reading.get(request_id)
    if row is None or row.state != State.EXECUTING:
        return
    person = prepare(row)
    wanted = every.of(row.kind)
    keep: set[UUID] = set()
    for number, store in enumerate(wanted):
        run.progress(number, len(wanted) + 2, gettext_noop("Erasing %(store)s"), store=store.name)
        keep |= _one(run, row, store, person)
    run.progress(len(wanted), len(wanted) + 2, gettext_noop("Destroying keys"))
    _destroy(row, person, keep)
    run.checkpoint({"keys": 1})
    run.progress(len(wanted) + 1, len(wanted) + 2, gettext_noop("Searching for what may be left"))
    _search_again(row, person)
    finish(row, at=clock.now())


def prepare(row: Request) -> Person:
    """Whom it is about, and the needles, gathered while they still can be: sealed under a key that dies with the proof."""
    subjects, users = previews.persons(row)
    exempt = reading.exempt(row.exemptions.all())
    found = Proof.objects.filter(request=row).first()
    if found is not None and found.needles:
        return Person(subjects, users, tuple(found.needles["names"]), tuple(found.needles["emails"]), exempt)
    live = reading.person(subjects[0])
    person = Person(subjects, users, live.names, live.emails, exempt)
    samples = [text for one in every.of(row.kind) for text in one.samples(person) if len(text) >= TELLING]
    words = scanning.needles([*person.names, *samples[:SAMPLES]])
    before = places.search(words)
    with transaction.atomic():
        at = clock.now()
        reached = recipients(person)
        told = [[one.name, one.where, one.times] for one in reached]
        proof = Proof(request=row, at=at, before={"at": at.isoformat(), "needles": len(words), "places": before})
        proof.before["recipients"] = told
        proof.key_id = keyring.create("request", owners=(ids.new_id(),))
        proof.needles = {"names": list(person.names), "emails": list(person.emails), "words": words}
        proof.needles["told"] = [
            [one.contact, one.what, f"{one.first:%Y-%m-%d}", f"{one.last:%Y-%m-%d}"] for one in reached
        ]
        proof.preview = previews.preview(person, every.of(row.kind)).digest
        proof.save()
    return person


def _one(run: jobs.Run, row: Request, store: Store, person: Person) -> frozenset[UUID]:
    """One store: its verdict stands with what was done, or says why it failed. A worker that lost the job changes nothing."""
    done = row.verdicts.filter(store=store.name, outcome__in=[Outcome.ERASED, Outcome.RETAINED]).first()
    # Whoever keeps exempt items is asked again, also after a kill: the keys that open them must be known.
    if done is not None and store.name not in person.exempt:
        return frozenset()
    before = 0
    try:
        deletion.require_running()
        with transaction.atomic():
            before = store.held(person).items
            found = store.erase(person, clock.now())
            if before or found.outcome in LEFT:
                _say(row, store.name, found, before)
            run.checkpoint({"store": store.name})
    except DatabaseError:
        problem = "database"
    except (OSError, ConnectionError):
        problem = "unreachable"
    except Exception as error:  # noqa: BLE001 - one broken store must not leave the others undone
        problem = type(error).__name__
    else:
        return found.keys
    with transaction.atomic():
        outcome = Outcome.UNREACHABLE if problem == "unreachable" else Outcome.FAILED
        _say(row, store.name, Erased(outcome, 0, before), before, problem=problem)
    return frozenset()


def _say(row: Request, store: str, found: Erased, before: int, *, problem: str = "") -> None:
    known = Verdict.objects.select_for_update().filter(request=row, store=store).first()
    one = known or Verdict(id=ids.new_id(), request=row, store=store, before=before)
    one.outcome, one.gone, one.left = found.outcome.value, one.gone + found.gone, found.left
    one.ground, one.until, one.problem = found.ground[:120], found.until[:80], problem[:80]
    one.tries, one.at = one.tries + 1, clock.now()
    one.save()


def _destroy(row: Request, person: Person, keep: Iterable[UUID]) -> None:
    """The keys of every subject and account; those of what is held, or of a store that failed, live on until it is done."""
    failed = row.verdicts.filter(outcome__in=[Outcome.FAILED, Outcome.UNREACHABLE])
    failed = failed.exclude(store=KEYS).exclude(store__startswith=SEARCH)
    if failed.exists():
        return
    # Whoever keeps the account keeps the names that it is known by.
    names = {one.key_id for one in reading.naming_rows(person.subjects)} if row.kind == Kind.WIPE else set()
    with transaction.atomic():
        held = _held_keys(person)
        kept = {*keep, *names, *held}
        before = alive(person.ids) - len(names)
        gone = sum(keyring.destroy(owner=one, keep=kept) for one in person.ids)
        left = alive(person.ids) - len(names)
        _say(row, KEYS, _of_keys(row, person, gone, max(left, 0), frozenset(keep) - held), max(before, 0))


def _of_keys(row: Request, person: Person, gone: int, left: int, keep: frozenset[UUID]) -> Erased:
    """Keys that open exempt items alone stay by law; others wait for a hold."""
    if not left:
        return Erased(Outcome.ERASED, gone)
    waits = row.verdicts.filter(outcome=Outcome.HELD).exclude(store=KEYS).exists()
    if person.exempt and not waits and left == len(keep):
        grounds = sorted({ground for one in person.exempt.values() for ground in one.values()})
        return Erased(Outcome.RETAINED, gone, left, "; ".join(grounds))
    return Erased(Outcome.HELD, gone, left, "legal hold")


def _held_keys(person: Person) -> set[UUID]:
    """Keys that a hold keeps, asked in the transaction that destroys the others."""
    rows = _opening(person.ids).values_list("id", "second_owner")
    return {one.id for one in deletion.held([Target("key", key, person.subjects, second) for key, second in rows])}


def alive(owners: Iterable[UUID]) -> int:
    """Keys that still open something of these owners."""
    return _opening(owners).count()


def _opening(owners: Iterable[UUID]) -> QuerySet[DataKey]:
    ids_ = list(owners)
    return DataKey.objects.filter(Q(owner__in=ids_) | Q(second_owner__in=ids_), wrapped__isnull=False)


def _search_again(row: Request, person: Person) -> None:
    proof = Proof.objects.get(request=row)
    words = list((proof.needles or {}).get("words", []))
    found = places.search(words)
    at = clock.now()
    late = _late(row, person)
    told: dict[str, Any] = {"at": at.isoformat(), "needles": len(words), "places": found, "keys": alive(person.ids)}
    with transaction.atomic():
        proof.after = {**told, "late": late}
        proof.save(update_fields=["after"])
        number, hits = len(found), places.hits(found) + late
        outcome = Outcome.FAILED if hits else Outcome.ERASED
        _say(row, SEARCH, Erased(outcome, number, hits), int(places.hits(proof.before.get("places", {}))))
        _not_searched(row, places.unreachable(found))


def _not_searched(row: Request, why: Mapping[str, str]) -> None:
    """A verdict of its own for each place that was out of reach; one that answers by now has nothing to be told of."""
    row.verdicts.filter(store__startswith=f"{SEARCH}.").exclude(store__in=[f"{SEARCH}.{one}" for one in why]).delete()
    for place, words in why.items():
        _say(row, f"{SEARCH}.{place}", Erased(Outcome.UNREACHABLE), 0, problem=words)


def _late(row: Request, person: Person) -> int:
    """What came in while the stores were gone through, before the names went: it goes now. Answers with what is left."""
    whole = Q(outcome=Outcome.ERASED) | Q(outcome=Outcome.RETAINED, store__in=list(person.exempt))
    done = set(row.verdicts.filter(whole).values_list("store", flat=True))
    left = 0
    for store in every.of(row.kind):
        if store.name in done and _readable(store, person):
            with transaction.atomic():
                store.erase(person, clock.now())
            left += _readable(store, person)
    return left


def _readable(store: Store, person: Person) -> int:
    """Rows of declared tables may stay once nothing opens them any more; of the other stores nothing stays."""
    if isinstance(store, Declared):
        return store.readable(person)
    found = store.held(person)
    return found.items - found.exempt


def finish(row: Request, *, at: datetime) -> Request:
    """Answered when nothing is left but what the law keeps; else partly done, to be tried again."""
    left = row.verdicts.filter(outcome__in=[one.value for one in LEFT]).exists()
    with transaction.atomic():
        locked = moving.locked(row.id)
        if locked.state != State.EXECUTING:
            return locked
        if left:
            told = locked.events.filter(what=State.PARTIAL).exists()
            moving.move(locked, Act.FAIL, actor=SYSTEM, at=at, shown=not told)
            certifying.tell_partly(locked, at=at)
            return locked
        moving.move(locked, Act.FINISH, actor=SYSTEM, at=at)
        certifying.certify(locked, at=at)
    return locked
