"""Pinned cases, and what they say of a content."""

from dataclasses import dataclass
from uuid import UUID

from assistants.catalog.models import Assistant, AssistantVersion, CaseResult, PinnedCase
from assistants.catalog.queries import parts
from assistants.catalog.rules.content import Content
from assistants.catalog.rules.pinned import Outcome, passes
from assistants.guard.engine.pipeline import Policy, Verdict, inspect_answer, inspect_request
from assistants.guard.engine.verdicts import worst


@dataclass(frozen=True, slots=True)
class Checked:
    """A case with what the guards did."""

    case: PinnedCase
    outcome: Outcome
    passed: bool


def of(assistant: Assistant) -> list[PinnedCase]:
    """Oldest first."""
    return list(assistant.cases.order_by("created_at", "id"))


def one(assistant: Assistant, case_id: UUID) -> PinnedCase | None:
    return assistant.cases.filter(id=case_id).first()


def check(assistant: Assistant, content: Content) -> list[Checked]:
    """Run every case through the guards of a content. No provider is called and nothing is stored.

    Secrets that the installation knows by fingerprint are not part of a test: they change without a publish.
    """
    cases = of(assistant)
    if not cases or not content.policy:
        return []
    policy = parts.policy(content)
    found = []
    for case in cases:
        outcome, reached = _outcome(assistant, content, policy, case)
        found.append(Checked(case, outcome, reached and passes(case.expected, case.stage, outcome)))
    return found


def _outcome(assistant: Assistant, content: Content, policy: Policy, case: PinnedCase) -> tuple[Outcome, bool]:
    """What the guards did, and whether the case came as far as it is about: words that are stopped get no answer."""
    body = {"model": assistant.slug, "messages": case.messages}
    inspection = inspect_request(body, policy, system_prompt=content.system_prompt)
    if not case.answer:
        return _told(inspection.verdicts), True
    if inspection.blocked:
        return _told(inspection.verdicts), False
    message = {"role": "assistant", "content": case.answer}
    choices = [{"index": 0, "message": message, "finish_reason": "stop"}]
    return _told(inspect_answer({"choices": choices}, policy, inspection).verdicts), True


def _told(verdicts: list[Verdict]) -> Outcome:
    action = worst(verdicts)
    acted = [verdict for verdict in verdicts if verdict.action == action]
    return Outcome(action, frozenset(verdict.stage for verdict in acted), acted[0].rule if acted else "")


def summary(version: AssistantVersion) -> tuple[int, int] | None:
    """(passed, all) of the newest run of a version, or None when it had no cases."""
    newest = CaseResult.objects.filter(version=version).order_by("-at").values_list("at", flat=True).first()
    if newest is None:
        return None
    results = list(CaseResult.objects.filter(version=version, at=newest).values_list("passed", flat=True))
    return sum(results), len(results)


def summaries(versions: list[AssistantVersion]) -> dict[UUID, tuple[int, int]]:
    """The same for a list of versions, in one query."""
    found: dict[UUID, tuple[int, int]] = {}
    newest: dict[UUID, object] = {}
    rows = CaseResult.objects.filter(version__in=versions).order_by("-at")
    for version_id, at, passed in rows.values_list("version_id", "at", "passed"):
        if newest.setdefault(version_id, at) == at:
            good, count = found.get(version_id, (0, 0))
            found[version_id] = (good + passed, count + 1)
    return found
