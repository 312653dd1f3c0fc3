"""Questions about guard policies."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.access import queries as access
from assistants.guard.engine.pipeline import Policy, Verdict, inspect_request
from assistants.guard.engine.verdicts import SEVERITY
from assistants.guard.models import GuardPolicy
from assistants.guard.rules import permits, words
from assistants.guard.rules.presets import DEFAULT_PRESET
from panel.kernel.actors import Actor
from panel.kernel.errors import Missing


def visible_to(actor: Actor) -> QuerySet[GuardPolicy]:
    return GuardPolicy.objects.all() if access.can(actor, permits.VIEW) else GuardPolicy.objects.none()


def choices() -> list[tuple[UUID, str]]:
    """(id, name) of every policy, the built-in ones first."""
    return [(policy.id, policy.name) for policy in GuardPolicy.objects.order_by("created_at", "id")]


def own_exists() -> bool:
    """Whether the organisation has a policy besides the built-in ones."""
    return GuardPolicy.objects.filter(preset="").exists()


def default() -> GuardPolicy:
    """The built-in policy Balanced. Raises Missing when the database was never migrated."""
    found = GuardPolicy.objects.filter(preset=DEFAULT_PRESET).first()
    if found is None:
        raise Missing(_("The built-in guard policies are missing: run manage.py migrate."))
    return found


def get(policy_id: UUID) -> GuardPolicy:
    """Raises Missing."""
    found = GuardPolicy.objects.filter(id=policy_id).first()
    if found is None:
        raise Missing(_("There is no such guard policy."))
    return found


def limit_of(version: str) -> float | None:
    """The limit of the injection score under a policy of this content hash, while a policy has it."""
    found = GuardPolicy.objects.filter(version=version).values_list("document", flat=True).first() if version else None
    return float(found.get("stages", {}).get("injection", {}).get("threshold", 0.8)) if found else None


def rights(actor: Actor) -> dict[str, bool]:
    """What pages offer: "change"."""
    return {"change": access.can(actor, permits.CHANGE)}


@dataclass(frozen=True, slots=True)
class StageLine:
    """A stage of a policy as its page shows it; `limit` is the threshold of the score, "" where there is none."""

    key: str
    name: str
    mode: str
    mode_name: str
    limit: str
    explains: str


def stages(policy: GuardPolicy) -> list[StageLine]:
    """In pipeline order."""
    found = []
    for key in words.EXPLAINED:
        stage = policy.document.get("stages", {}).get(key, {})
        mode = stage.get("mode", "off")
        limit = f"{stage.get('threshold', 0.8):.2f}" if key == "injection" and mode != "off" else ""
        name, mode_name = str(words.STAGE_NAMES[key]), str(words.MODE_NAMES[mode])
        found.append(StageLine(key, name, mode, mode_name, limit, str(words.STAGE_EXPLAINS[key])))
    return found


def stages_in(policy: GuardPolicy, mode: str) -> str:
    """Names of the stages in a mode, with commas."""
    return ", ".join(line.name for line in stages(policy) if line.mode == mode) or "–"


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of the tried text; `number` is the finding that covers it, 0 for none."""

    text: str
    number: int = 0
    action: str = ""


@dataclass(frozen=True, slots=True)
class Trial:
    """A dry run: the worst action, each finding, the text with what they cover, and what the provider would get."""

    action: str
    findings: list[Verdict]
    names: dict[str, str]
    pieces: list[Piece]
    sent: str
    micros: int

    @property
    def lines(self) -> list[tuple[int, Verdict, str]]:
        return [(number, one, self.names[one.stage]) for number, one in enumerate(self.findings, 1)]


def dry_run(policy: GuardPolicy, text: str) -> Trial:
    """What the way in would do with one message. Nothing is stored or sent."""
    body = {"model": "dry-run", "messages": [{"role": "user", "content": text}]}
    found = inspect_request(body, Policy.from_json(policy.document))
    findings = [one for one in found.verdicts if one.action != "allow"]
    sent = "" if found.action == "block" else str(found.body["messages"][0]["content"])
    names = {key: str(name) for key, name in words.STAGE_NAMES.items()}
    return Trial(
        found.action,
        findings,
        names,
        pieces(text, list(enumerate(findings, 1))),
        sent,
        sum(found.stages.values()) // 1000,
    )


def pieces(text: str, findings: Sequence[tuple[int, Verdict]]) -> list[Piece]:
    """Cut a text at its numbered findings; where two overlap, the more severe one is shown."""
    numbered = sorted(findings, key=lambda pair: (-SEVERITY[pair[1].action], pair[0]))
    shown: list[tuple[int, int, int, str]] = []
    for number, one in numbered:
        if one.end > one.start and all(one.end <= start or one.start >= end for start, end, *_ in shown):
            shown.append((one.start, one.end, number, one.action))
    found, at = [], 0
    for start, end, number, action in sorted(shown):
        found += [Piece(text[at:start]), Piece(text[start:end], number, action)]
        at = end
    return [piece for piece in (*found, Piece(text[at:])) if piece.text]
