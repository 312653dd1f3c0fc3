"""Keep a case, drop one, and let none of them fail at a publish."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access import services as access
from assistants.catalog.models import Assistant, AssistantVersion, CaseResult, PinnedCase
from assistants.catalog.queries import pinned
from assistants.catalog.queries.pinned import Checked
from assistants.catalog.rules import permits
from assistants.catalog.rules.content import Content
from assistants.catalog.rules.pinned import CASES_LIMIT, EXPECTED
from assistants.catalog.services.changes import locked
from panel.journal import services as journal
from panel.kernel import ids
from panel.kernel.actors import Actor
from panel.kernel.crypto import keyring
from panel.kernel.errors import Conflict, Invalid, Missing

WORDS_LIMIT = 50_000
ROLES = ("user", "assistant", "system", "tool", "developer")
_STAGE = re.compile(r"[a-z_]{1,20}")


class TestsFail(Conflict):
    """Pinned tests fail on this draft; `failed` are their results."""

    __test__ = False
    code = "pinned_tests_fail"

    def __init__(self, sentence: str, failed: list[Checked]) -> None:
        super().__init__(sentence)
        self.failed = failed


def keep_case(
    *,
    actor: Actor,
    assistant: Assistant,
    title: str,
    messages: Sequence[dict[str, Any]],
    expected: str,
    stage: str = "",
    answer: str = "",
    at: datetime,
) -> PinnedCase:
    """Pin a conversation and what the guards must do with it, or with the `answer` to it. Raises Forbidden, Invalid."""
    access.require(actor, permits.EDIT, assistant)
    title = title.strip()
    _checked(title, messages, expected)
    if len(answer) > WORDS_LIMIT:
        raise Invalid(fields={"answer": _("At most %(n)s characters.") % {"n": WORDS_LIMIT}})
    if stage and not _STAGE.fullmatch(stage):
        raise Invalid(fields={"stage": _("There is no such guard.")})
    with transaction.atomic():
        locked(assistant)
        if assistant.cases.count() >= CASES_LIMIT:
            raise Invalid(_("An assistant has at most %(n)s pinned tests. Remove one first.") % {"n": CASES_LIMIT})
        case_id = ids.new_id(at)
        case = PinnedCase.objects.create(
            id=case_id,
            assistant=assistant,
            key_id=keyring.create("content", owners=(assistant.id, case_id)),
            title=title,
            messages=[{"role": one["role"], "content": one["content"]} for one in messages],
            answer=answer or None,
            expected=expected,
            stage=stage,
            by_kind=actor.kind,
            by_id=actor.id,
            created_at=at,
        )
        detail = {"case": str(case.id), "expected": expected}
        journal.record("catalog.case.kept", actor=actor, obj=assistant, detail=detail, at=at)
    return case


def drop_case(*, actor: Actor, assistant: Assistant, case: PinnedCase, at: datetime) -> None:
    """Unpin a case; its words go with its key. Raises Forbidden, Missing."""
    access.require(actor, permits.EDIT, assistant)
    with transaction.atomic():
        gone, _rows = assistant.cases.filter(id=case.id).delete()
        if not gone:
            raise Missing(_("There is no such pinned test."))
        keyring.destroy(owner=case.id)
        journal.record("catalog.case.dropped", actor=actor, obj=assistant, detail={"case": str(case.id)}, at=at)


def require_passing(assistant: Assistant, content: Content) -> list[Checked]:
    """The results of every pinned case. Raises TestsFail when one does not do what it must."""
    found = pinned.check(assistant, content)
    failed = [one for one in found if not one.passed]
    if failed:
        sentence = ngettext(
            "%(n)s of %(all)s pinned tests fails, so nothing was published: %(title)s.",
            "%(n)s of %(all)s pinned tests fail, so nothing was published. First: %(title)s.",
            len(failed),
        )
        raise TestsFail(sentence % {"n": len(failed), "all": len(found), "title": failed[0].case.title}, failed)
    return found


def store(version: AssistantVersion, results: list[Checked], at: datetime) -> None:
    """Write the results beside the version that they let through."""
    CaseResult.objects.bulk_create(
        CaseResult(
            id=ids.new_id(),
            version=version,
            case_id=one.case.id,
            expected=one.case.expected,
            got=one.outcome.action,
            passed=one.passed,
            at=at,
        )
        for one in results
    )


def _checked(title: str, messages: Sequence[dict[str, Any]], expected: str) -> None:
    faults = {}
    if not 1 <= len(title) <= 120:
        faults["title"] = _("Name it in at most 120 characters.")
    if expected not in EXPECTED:
        faults["expected"] = _("Choose what must happen: allowed, redacted or blocked.")
    words = sum(len(one["content"]) if _usable(one) else WORDS_LIMIT + 1 for one in messages)
    if (
        not messages
        or len(messages) > 100
        or words > WORDS_LIMIT
        or not any(one["content"].strip() for one in messages)
    ):
        faults["messages"] = _("Give the words of the conversation, at most %(n)s characters.") % {"n": WORDS_LIMIT}
    if faults:
        raise Invalid(fields=faults)


def _usable(one: Any) -> bool:
    return isinstance(one, dict) and one.get("role") in ROLES and isinstance(one.get("content"), str)
