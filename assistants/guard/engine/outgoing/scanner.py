"""What is looked for on the way out, in one unit of an answer."""

import re
from functools import lru_cache, partial
from time import perf_counter_ns
from typing import Final

from assistants.guard.engine.detectors import checks, pii, secret_rules
from assistants.guard.engine.detectors.canon import canonical
from assistants.guard.engine.detectors.findings import Finding, without_overlaps
from assistants.guard.engine.inspection import Inspection
from assistants.guard.engine.policy import Policy
from assistants.guard.engine.pseudonyms import NAME

STAGE_OF: Final = {"SECRET": "output_secrets", "IMAGE": "output_links", "LINK": "output_links", "LEAK": "output_leak"}
MASKS: Final = {"IMAGE": "[image removed]", "LINK": "[link removed]"}

_IMAGE: Final = re.compile(r"!\[[^\]]{0,250}\]\(\s{0,3}<?(?:https?:)?//(?P<rest>[^\s)>]{1,250})[>)]{0,2}")
_HTML_IMAGE: Final = re.compile(
    r"(?i)<img\b[^>]{0,200}?src\s?=\s?[\"']?(?:https?:)?//(?P<rest>[^\s>\"']{1,250})[^>]{0,200}>?"
)
_URL: Final = re.compile(r"https?://[^\s)\]>\"'\\]{1,250}")
_CARRIES: Final = re.compile(r"\?[^=]{0,60}=[^&\s]{4}|[A-Za-z0-9+%_=-]{40}|%[0-9A-Fa-f]{2}%")


class Scanner:
    """Findings of one answer's units under a policy; `allowed` are values the client or the operator wrote itself."""

    def __init__(self, policy: Policy, inspection: Inspection, stages: dict[str, int]) -> None:
        self.policy = policy
        self._known = inspection.known
        self._vault = inspection.vault
        self._stages = stages
        self._secrets = policy.stage("output_secrets").on
        self._pii = policy.stage("output_pii").on
        self._links = policy.stage("output_links").on
        self._allowed = inspection.vault.seen | _published(inspection.system_prompt)

    def find(self, text: str) -> list[Finding]:
        """Without overlaps, in order: links first (they hold what they carry), then secrets, then PII."""
        copy = canonical(text)
        found = self._timed("output_links", partial(self._find_links, text)) if self._links else []
        if self._secrets:
            secret = self._timed("output_secrets", partial(secret_rules.find, copy.text, self._known))
            found += [
                one._replace(start=copy.span(one.start, one.end)[0], end=copy.span(one.start, one.end)[1])
                for one in secret
            ]
        if self._pii:
            for one in self._timed("output_pii", partial(pii.find, copy.text)):
                start, end = copy.span(one.start, one.end)
                if self._is_new(one, text[start:end], copy.text[one.start : one.end]):
                    found.append(one._replace(start=start, end=end))
        return without_overlaps(found) if found else found

    def _timed(self, stage: str, work: "partial[list[Finding]]") -> list[Finding]:
        began = perf_counter_ns()
        found = work()
        self._stages[stage] = self._stages.get(stage, 0) + perf_counter_ns() - began
        return found

    def _is_new(self, one: Finding, value: str, meant: str) -> bool:
        if value in self._allowed:
            return False
        return one.label != "IP" or checks.public(meant)

    def _find_links(self, text: str) -> list[Finding]:
        if "//" not in text:
            return []
        found = [
            Finding(*match.span(), "image_carries_data", "IMAGE", 0.9)
            for pattern in (_IMAGE, _HTML_IMAGE)
            for match in pattern.finditer(text)
            if _CARRIES.search(match["rest"]) or NAME.search(match["rest"])
        ]
        if len(self._vault):
            found += [
                Finding(*match.span(), "link_carries_personal_data", "LINK", 0.8)
                for match in _URL.finditer(text)
                if NAME.search(match[0])
            ]
        return without_overlaps(found)


@lru_cache(maxsize=256)
def _published(prompt: str) -> frozenset[str]:
    """Identifiers in the operator's own prompt: the assistant may say them."""
    copy = canonical(prompt)
    return frozenset(prompt[slice(*copy.span(one.start, one.end))] for one in pii.find(copy.text))
