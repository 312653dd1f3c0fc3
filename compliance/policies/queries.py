"""Questions about policies."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.db.models import Count, Exists, Max, OuterRef, QuerySet, Subquery

from accounts.access import queries as access
from accounts.people.models import User
from accounts.people.rules import Kind as PersonKind
from accounts.people.rules import State
from compliance.policies.models import Acceptance, Policy, PolicyDraft, PolicyQuerySet, PolicyVersion
from compliance.policies.rules import content, permits
from compliance.policies.rules.content import Text
from panel.kernel.actors import Actor
from panel.kernel.installation import organisation
from panel.ui.drawings import diff

STARTERS = Path(__file__).parent / "starters"


def everything() -> PolicyQuerySet:
    return PolicyQuerySet(Policy)


def visible_to(actor: Actor) -> PolicyQuerySet:
    """Keepers see all; everybody on the staff those that are published and kept."""
    if access.can(actor, permits.VIEW):
        return everything()
    if access.can(actor, permits.READ):
        return everything().kept().published()
    return Policy.objects.none()


def listed(actor: Actor, at: datetime) -> QuerySet[Policy]:
    """For the list: `number` and `since` of the version in force, `accepted`, how many accepted it."""
    now = PolicyVersion.objects.filter(policy=OuterRef("pk"), effective_at__lte=at).order_by("-number")
    accepted = Acceptance.objects.filter(version_id=OuterRef("live_id")).order_by()
    return visible_to(actor).annotate(
        live_id=Subquery(now.values("id")[:1]),
        number=Subquery(now.values("number")[:1]),
        since=Subquery(now.values("effective_at")[:1]),
        accepted=Subquery(accepted.values("version_id").annotate(n=Count("id")).values("n")),
    )


def starter(kind: str) -> dict[str, Text]:
    """Words to begin with, by language: the files `starters/<kind>.<language>.md`, their first line the title."""
    found = {}
    for path in sorted(STARTERS.glob(f"{kind}.*.md")):
        title, _newline, body = path.read_text().partition("\n")
        name = organisation() or "[[organisation]]"
        found[path.name.split(".")[1]] = content.cleaned(
            Text(title.removeprefix("# "), body.replace("[[organisation]]", name))
        )
    return found


def rights(actor: Actor) -> dict[str, bool]:
    """What pages offer: "view", "write"."""
    return {"view": access.can(actor, permits.VIEW), "write": access.can(actor, permits.WRITE)}


def in_force(policy: Policy, at: datetime) -> PolicyVersion | None:
    """The newest version whose day has come, None before the first one's has."""
    return policy.versions.filter(effective_at__lte=at).order_by("-number").first()


def coming(policy: Policy, at: datetime) -> PolicyVersion | None:
    """A published version whose day is still ahead."""
    return policy.versions.filter(effective_at__gt=at).order_by("number").first()


def versions(policy: Policy) -> list[PolicyVersion]:
    """Newest first."""
    return list(policy.versions.order_by("-number"))


def version(policy: Policy, number: int) -> PolicyVersion | None:
    return policy.versions.filter(number=number).first()


def public() -> PolicyQuerySet:
    """Policies that everybody may read, archived ones too: their old versions stay readable."""
    return everything().public().published()


def public_by_slug(slug: str) -> Policy | None:
    return public().filter(slug=slug).first()


def notice(at: datetime) -> tuple[Policy, PolicyVersion] | None:
    """The privacy notice in force, the one made last where there are several."""
    for policy in Policy.objects.kept().filter(kind="notice").order_by("-created_at"):
        if found := in_force(policy, at):
            return policy, found
    return None


def draft_digest(draft: PolicyDraft) -> str:
    """Names what a draft would publish: an approval holds for exactly this."""
    texts = {language: Text.of(text) for language, text in draft.texts.items()}
    effective = draft.effective_at.isoformat() if draft.effective_at else None
    return content.digest(
        {
            "texts": {one: content.text_digest(draft.policy.slug, one, text) for one, text in texts.items()},
            "summary": draft.summary,
            "material": draft.material,
            "effective_at": effective,
        }
    )


@dataclass(frozen=True, slots=True)
class Shown:
    """A version in one language, with the languages that it has."""

    version: PolicyVersion
    language: str
    languages: list[str]
    text: Text
    digest: str


def shown(version: PolicyVersion, wanted: Iterable[str]) -> Shown:
    """`wanted`: languages in the order in which the reader likes them."""
    languages = sorted(version.texts)
    language = content.choose(languages, list(wanted))
    return Shown(version, language, languages, Text.of(version.texts[language]), version.digests[language])


def compared(old: dict[str, dict[str, str]], new: dict[str, dict[str, str]]) -> list[tuple[str, list[diff.Row]]]:
    """Per language that differs: rows for the element `diff`."""
    found = []
    for language in sorted({*old, *new}):
        before, after = (Text.of(one.get(language, {})) for one in (old, new))
        if before != after:
            rows = diff.compare(f"{before.title}\n\n{before.body}", f"{after.title}\n\n{after.body}")
            found.append((language, rows))
    return found


@dataclass(frozen=True, slots=True)
class Duty:
    """A policy that somebody has to accept: its version in force, and until when."""

    policy: Policy
    version: PolicyVersion
    due_at: datetime

    def overdue(self, at: datetime) -> bool:
        return at >= self.due_at


def duties(user_id: UUID, at: datetime) -> list[Duty]:
    """What a member of the staff has still to accept, the most urgent first: three queries, none without such policies.

    Accepting a version settles everything up to it; an editorial version asks nobody again. The time runs from the day on
    which the first material version after the accepted one took effect, or from the account's opening when that is later.
    """
    policies = {one.id: one for one in Policy.objects.kept().filter(acceptance=True)}
    if not policies:
        return []
    rows = PolicyVersion.objects.filter(policy_id__in=policies, effective_at__lte=at).order_by("policy_id", "number")
    accepted = dict(
        Acceptance.objects.filter(user_id=user_id, version__policy_id__in=policies)
        .values_list("version__policy_id")
        .annotate(newest=Max("version__number"))
    )
    opened = User.objects.filter(id=user_id).values_list("created_at", flat=True).first() or at
    found: list[Duty] = []
    by_policy: dict[UUID, list[PolicyVersion]] = {}
    for row in rows.defer("texts"):
        by_policy.setdefault(row.policy_id, []).append(row)
    for policy_id, known in by_policy.items():
        asking = [row for row in known if row.material or row.number == 1]
        open_ones = [row for row in asking if row.number > accepted.get(policy_id, 0)]
        if open_ones:
            policy = policies[policy_id]
            begins = max(open_ones[0].effective_at, opened)
            found.append(Duty(policy, known[-1], begins + timedelta(days=policy.grace_days)))
    return sorted(found, key=lambda duty: duty.due_at)


def overdue(user_id: UUID, at: datetime) -> list[Duty]:
    return [duty for duty in duties(user_id, at) if duty.overdue(at)]


def acceptances(policy: Policy) -> QuerySet[Acceptance]:
    return Acceptance.objects.filter(version__policy=policy).select_related("version")


def progress(policy: Policy, at: datetime) -> tuple[int, int]:
    """(how many active people have nothing to accept of this policy, how many active people there are)."""
    people = User.objects.filter(state=State.ACTIVE, kind=PersonKind.PERSON)
    asking = policy.versions.effective(at).filter(material=True).order_by("-number").first()
    asking = asking or policy.versions.effective(at).order_by("number").first()
    if asking is None:
        return 0, people.count()
    done = Acceptance.objects.filter(user=OuterRef("pk"), version__policy=policy, version__number__gte=asking.number)
    return people.filter(Exists(done)).count(), people.count()


def missing(policy: Policy, at: datetime) -> QuerySet[User]:
    """Active people who have not accepted what they have to."""
    people = User.objects.filter(state=State.ACTIVE, kind=PersonKind.PERSON)
    asking = policy.versions.effective(at).filter(material=True).order_by("-number").first()
    if asking is None:
        return people.none()
    done = Acceptance.objects.filter(user=OuterRef("pk"), version__policy=policy, version__number__gte=asking.number)
    return people.exclude(Exists(done))
