"""Questions about purposes and consents."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils.translation import ngettext

from accounts.access import queries as access
from compliance.consent.models import Purpose, PurposeQuerySet, PurposeVersion, Record, Restriction, Standing
from compliance.consent.rules import permits
from compliance.consent.rules.purposes import ARTICLES, BASIS_NAMES, Basis, Words
from compliance.consent.rules.states import State, standing
from compliance.policies import queries as policies
from compliance.policies.models import PolicyVersion
from compliance.policies.rules import content
from compliance.subjects import queries as subjects
from compliance.subjects.rules import Kind
from panel.kernel.actors import Actor
from panel.kernel.registries.processing import Activity

_owners: list[Callable[[Actor, UUID], bool]] = []


def register_owner(find: Callable[[Actor, UUID], bool]) -> None:
    """Another way to be a subject: an application that vouches for its end user."""
    _owners.append(find)


def is_own(actor: Actor, subject: UUID) -> bool:
    """Whether this actor is that person: by an account of the panel, a session by link, or what was registered."""
    person = subjects.person_of(subject)
    in_session = actor.via is None or actor.via[0] == "session"
    if actor.kind == "person" and actor.id is not None and in_session:
        account = subjects.find(kind=Kind.ACCOUNT, value=str(actor.id))
        return account is not None and subjects.person_of(account) == person
    if actor.kind == "subject" and actor.id is not None:
        return subjects.person_of(actor.id) == person
    return any(find(actor, subject) for find in _owners)


def visible_to(actor: Actor) -> PurposeQuerySet:
    found = PurposeQuerySet(Purpose)
    return found if access.can(actor, permits.VIEW) else found.none()


def asked(slug: str) -> Purpose | None:
    """A purpose that people choose about, by name."""
    return PurposeQuerySet(Purpose).asked().filter(slug=slug).first()


def choosable(slug: str, subject: UUID) -> Purpose | None:
    """A purpose that this person can choose about now: what is asked, and what they objected to."""
    found = PurposeQuerySet(Purpose).active().filter(slug=slug).first()
    if found is None or found.basis == Basis.CONSENT:
        return found
    return found if written(subject, found) is State.WITHDRAWN else None


def objectable(subject: UUID) -> list[tuple[Purpose, Words]]:
    """What an objection of this person can still end, each in its own words: what rests on no consent, and what they agreed
    to."""
    said = {purpose: State(one.state) for purpose, one in standings(subject).items()}
    rest = [one for one in Purpose.objects.objectable() if said.get(one.id) is not State.WITHDRAWN]
    agreed = [one for one in Purpose.objects.asked() if said.get(one.id) is State.GIVEN]
    found = sorted([*rest, *agreed], key=lambda one: one.slug)
    return [(one, Words.of(next(iter(version_now(one).texts.values())))) for one in found]


def listed(actor: Actor) -> QuerySet[Purpose]:
    """For the list: with `given`, how many standings are written as given (stale ones included)."""
    return visible_to(actor).annotate(given=Count("standings", filter=Q(standings__state=State.GIVEN)))


def rights(actor: Actor) -> dict[str, bool]:
    """What pages offer: "write", "record"."""
    return {"write": access.can(actor, permits.WRITE), "record": access.can(actor, permits.RECORD)}


def version_now(purpose: Purpose) -> PurposeVersion:
    return purpose.versions.order_by("-number")[0]


def notice_now(purpose: Purpose, at: datetime) -> PolicyVersion | None:
    """The version of the purpose's notice in force; None without a notice."""
    return policies.in_force(purpose.notice, at) if purpose.notice is not None else None


def standings(subject: UUID) -> dict[UUID, Standing]:
    """The last word of a person on each purpose, whichever of their subjects gave it."""
    rows = Standing.objects.filter(subject_id__in=subjects.together(subject)).select_related("record")
    return {one.purpose_id: one for one in rows.order_by("since", "id")}


def restriction(subject: UUID) -> Restriction | None:
    """The restriction in force of the person that this subject belongs to."""
    return Restriction.objects.filter(subject_id__in=subjects.together(subject), lifted_at__isnull=True).first()


def written(subject: UUID, purpose: Purpose) -> State:
    """What the ledger says, without versions and dates."""
    found = standings(subject).get(purpose.id)
    return State(found.state) if found else State.NONE


def state(subject: UUID, purpose: Purpose, at: datetime) -> State:
    """How a consent stands."""
    return _state(standings(subject).get(purpose.id), purpose, at)


def _state(row: Standing | None, purpose: Purpose, at: datetime) -> State:
    if row is None:
        return State.NONE
    needed = (purpose.required, purpose.notice_required)
    return standing(State(row.state), seen=(row.version, row.notice), needed=needed, expires_at=row.expires_at, at=at)


@dataclass(frozen=True, slots=True)
class Choice:
    """One purpose as a person sees it: its words in their language, how it stands, and since when."""

    purpose: Purpose
    language: str
    words: Words
    digest: str
    notice: PolicyVersion | None
    notice_digest: str
    state: State
    since: datetime | None

    @property
    def asked(self) -> bool:
        return self.purpose.basis == Basis.CONSENT

    @property
    def given(self) -> bool:
        return self.state is State.GIVEN

    @property
    def objected(self) -> bool:
        """The person objected to what nobody is asked about."""
        return not self.asked and self.state is State.WITHDRAWN


def choices(
    subject: UUID | None, at: datetime, wanted: Iterable[str], purposes: Iterable[UUID] | None = None
) -> list[Choice]:
    """What a person can choose about, and what is only told; `purposes` limits it (those of one assistant)."""
    rows = Purpose.objects.active().select_related("notice").prefetch_related("versions").order_by("basis", "slug")
    if purposes is not None:
        rows = rows.filter(id__in=list(purposes))
    known = standings(subject) if subject else {}
    languages = list(wanted)
    return [_choice(purpose, known.get(purpose.id), at, languages) for purpose in rows]


def _choice(purpose: Purpose, row: Standing | None, at: datetime, wanted: list[str]) -> Choice:
    version = max(purpose.versions.all(), key=lambda one: one.number)
    language = content.choose(sorted(version.texts), wanted)
    notice = notice_now(purpose, at)
    notice_digest = ""
    if notice is not None:
        notice_digest = notice.digests[content.choose(sorted(notice.digests), [language, *wanted])]
    words = Words.of(version.texts[language])
    return Choice(
        purpose, language, words, version.digests[language], notice, notice_digest,
        _state(row, purpose, at), row.since if row else None,
    )  # fmt: skip


def records_of(subject: UUID) -> list[Record]:
    """A subject's acts, newest first."""
    rows = Record.objects.filter(subject_id__in=subjects.together(subject))
    rows = rows.select_related("purpose", "version", "notice_version")
    return list(rows.order_by("-id"))


def called(record: Record) -> str:
    """The purpose of an act, in the words that were shown then."""
    return Words.of(record.version.texts[record.language]).label


def record(subject: UUID, record_id: UUID) -> Record | None:
    rows = Record.objects.filter(subject_id__in=subjects.together(subject), id=record_id).select_related(
        "purpose", "version", "notice_version__policy"
    )
    return rows.first()


def ledger(actor: Actor) -> QuerySet[Record]:
    """All acts by pseudonym, for keepers and auditors."""
    if not access.can(actor, permits.VIEW):
        return Record.objects.none()
    return Record.objects.select_related("purpose", "version")


def coverage(purpose: Purpose, at: datetime) -> dict[State, int]:
    """How many subjects stand how. Stale and expired are told apart from given."""
    given = Q(state=State.GIVEN)
    late = Q(expires_at__lte=at)
    old = Q(version__lt=purpose.required) | Q(notice__lt=purpose.notice_required)
    rows = purpose.standings.aggregate(
        given=Count("id", filter=given & ~late & ~old),
        stale=Count("id", filter=given & ~late & old),
        expired=Count("id", filter=given & late),
        withdrawn=Count("id", filter=Q(state=State.WITHDRAWN)),
    )
    return {State(name): number for name, number in rows.items()}


def activities(at: datetime) -> list[Activity]:
    """Each purpose that is in use, for the record of processing."""
    found = []
    for purpose in Purpose.objects.active().prefetch_related("versions").order_by("slug"):
        words = max(purpose.versions.all(), key=lambda one: one.number).texts
        spoken = words.get("en") or next(iter(words.values()))
        given = coverage(purpose, at)[State.GIVEN] if purpose.basis == Basis.CONSENT else None
        state = "" if given is None else ngettext("%(n)s person agreed", "%(n)s people agreed", given) % {"n": given}
        found.append(
            Activity(spoken["label"], f"{BASIS_NAMES[Basis(purpose.basis)]} ({ARTICLES[Basis(purpose.basis)]})", state)
        )
    return found
