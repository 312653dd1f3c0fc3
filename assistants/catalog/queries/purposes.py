"""What calls of an assistant serve, how many people agreed, and how much of what is said is kept."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from accounts.access import queries as access
from accounts.credentials.models import ApiKey
from assistants.catalog.models import Assistant, Binding, Storage
from assistants.catalog.queries import assistants, coverage
from assistants.catalog.queries.coverage import Coverage
from assistants.catalog.rules.purposes import FULL, KEEPS, ROUTES, STATISTICS, WITH_WORDS
from compliance.consent import queries as consent
from compliance.consent.models import Purpose
from compliance.consent.rules import permits as consent_permits
from compliance.consent.rules.purposes import BASIS_NAMES, Basis, Words
from compliance.policies.rules import content
from compliance.subjects import queries as subjects
from compliance.subjects.rules import Kind
from panel.kernel.actors import Actor


def bindings(assistant: Assistant) -> QuerySet[Binding]:
    """Those in force, by purpose."""
    rows = Binding.objects.filter(assistant=assistant, ended_at__isnull=True)
    return rows.select_related("purpose__notice", "api_key").order_by("purpose__slug", "route", "made_at")


def binding(assistant: Assistant, binding_id: UUID) -> Binding | None:
    return bindings(assistant).filter(id=binding_id).first()


def bound(assistant: Assistant) -> list[UUID]:
    """Purposes that anything of it serves: its bindings, and what words are kept for."""
    found = set(bindings(assistant).values_list("purpose_id", flat=True))
    kept = storage(assistant)
    return sorted(found | ({kept.purpose_id} if kept and kept.purpose_id else set()))


def storage(assistant: Assistant) -> Storage | None:
    """What is kept now; None when it was never settled."""
    return Storage.objects.filter(assistant=assistant).select_related("purpose").order_by("-number").first()


def storages(assistant: Assistant) -> list[Storage]:
    """Newest first."""
    return list(Storage.objects.filter(assistant=assistant).select_related("purpose").order_by("-number"))


def keep(assistant: Assistant) -> str:
    found = storage(assistant)
    return found.keep if found else FULL if assistant.store_content else STATISTICS


def choosable() -> list[tuple[str, str]]:
    """(id, name and legal basis) of every purpose that calls can be bound to."""
    rows = Purpose.objects.active().order_by("slug")
    return [(str(one.id), f"{one.slug} · {BASIS_NAMES[Basis(one.basis)]}") for one in rows]


def purpose(purpose_id: UUID) -> Purpose | None:
    return Purpose.objects.active().filter(id=purpose_id).first()


@dataclass(frozen=True, slots=True)
class Line:
    """A binding for a page; `people` say how they stand, None for a purpose that nobody is asked about."""

    binding: Binding
    label: str
    basis: str
    route: str
    people: Coverage | None


def lines(assistant: Assistant, at: datetime, wanted: Iterable[str]) -> list[Line]:
    """What the assistant's page lists."""
    languages, found = list(wanted), list(bindings(assistant))
    people = coverage.of([assistant.id], at).get(assistant.id, {}) if found else {}
    return [_line(one, people.get(one.purpose_id), languages) for one in found]


def _line(one: Binding, people: Coverage | None, languages: list[str]) -> Line:
    texts = consent.version_now(one.purpose).texts
    words = Words.of(texts[content.choose(sorted(texts), languages)])
    return Line(one, words.label, str(BASIS_NAMES[Basis(one.purpose.basis)]), str(ROUTES[one.route]), people)


def covered(actor: Actor) -> QuerySet[Assistant]:
    """For the list of consent by assistant: those that the actor sees and that serve a purpose."""
    bound = Binding.objects.filter(assistant=OuterRef("pk"), ended_at__isnull=True)
    return assistants.visible_to(actor).filter(Exists(bound))


def vouched(actor: Actor, subject: UUID) -> bool:
    """An application may choose for an end user of an assistant that its key sees: its user chose there. People in a session
    never choose for others."""
    if actor.via is None or actor.via[0] not in {"key", "token"} or not access.can(actor, consent_permits.VOUCH):
        return False
    rows = subjects.identifiers(subject)
    scopes = [one.scope for one in rows if one.kind == Kind.END_USER and one.scope]
    return bool(scopes) and assistants.visible_to(actor).filter(id__in=scopes).count() == len(set(scopes))


def keys_of(assistant: Assistant) -> list[tuple[str, str]]:
    """(id, name) of keys that may call it, by name."""
    rows = ApiKey.objects.filter(assistants__assistant_id=assistant.id, revoked_at__isnull=True).order_by("name", "id")
    return [(str(row.id), row.name) for row in rows[:200]]


def kept_words(found: Storage | None, assistant: Assistant) -> str:
    """One line for facts: what is kept, and what for."""
    level = found.keep if found else keep(assistant)
    words = str(KEEPS[level])
    if found and found.purpose and level in WITH_WORDS:
        return _("%(kept)s, for “%(purpose)s”") % {"kept": words, "purpose": found.purpose.slug}
    return words
