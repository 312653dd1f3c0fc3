"""What the guards found, told to the person who wrote the text: places in their own words, never a word of the answer."""

import re
import time
from collections.abc import Iterator
from typing import Any

from assistants.gateway.engine.calls import Call
from assistants.gateway.engine.ledger import payload
from assistants.guard.engine.policy import Policy
from assistants.guard.engine.verdicts import Verdict, worst

_PLACE = re.compile(r"/messages/([0-9]{1,5})/content")
_NAMED = frozenset({"pii", "secrets"})
_MOST = 50


class Stages:
    """Gives every stage once, as soon as it is known what it did; findings are numbered through the turn."""

    def __init__(self, call: Call, policy: Policy, messages: list[dict[str, str]]) -> None:
        self._call, self._policy, self._messages = call, policy, messages
        self._told: set[str] = set()
        self._number = 0

    def new(self) -> Iterator[dict[str, Any]]:
        """Times are milliseconds from the call's begin: `begin` and `end` when it was active, `ms` what it cost."""
        call = self._call
        for name, begin, end, cost in payload.stages(call, time.perf_counter() - call.began):
            if name in self._told:
                continue
            self._told.add(name)
            found = [verdict for verdict in call.verdicts if verdict.stage == name]
            yield {
                "name": name,
                "action": worst(found),
                "begin": begin / 1000,
                "end": end / 1000,
                "ms": cost / 1000,
                "findings": [self._finding(verdict) for verdict in found[:_MOST]],
            }

    def _finding(self, verdict: Verdict) -> dict[str, Any]:
        self._number += 1
        told: dict[str, Any] = {
            "number": self._number,
            "rule": verdict.rule,
            "action": verdict.action,
            "label": verdict.label,
            "score": verdict.score,
        }
        if verdict.stage == "injection":
            told["limit"] = self._policy.stage("injection").threshold
        place = _PLACE.fullmatch(verdict.where)
        if place is not None and int(place[1]) < len(self._messages):
            told |= self._in_text(verdict, int(place[1]))
        return told

    def _in_text(self, verdict: Verdict, message: int) -> dict[str, Any]:
        text = self._messages[message]["content"]
        told: dict[str, Any] = {"message": message}
        if verdict.end:
            told["span"] = [units(text[: verdict.start]), units(text[: verdict.end])]
        inspection = self._call.inspection
        if verdict.action == "redact" and verdict.stage in _NAMED and inspection is not None:
            value = text[verdict.start : verdict.end]
            told["became"] = inspection.vault.name(verdict.label, value, restorable=verdict.stage == "pii")
        return told


def units(text: str) -> int:
    """Length in UTF-16 code units, in which a page counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
