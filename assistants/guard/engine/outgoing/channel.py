"""One text of an answer on its way out, character by character or at once: the same text comes out either way."""

import re
from collections.abc import Callable
from typing import Final

from assistants.guard.engine.detectors import secret_rules
from assistants.guard.engine.detectors.findings import Finding
from assistants.guard.engine.detectors.leak import LeakWatch
from assistants.guard.engine.outgoing.scanner import MASKS, STAGE_OF, Scanner
from assistants.guard.engine.outgoing.units import BREAK, LAST_BREAK, MARK, MAX, TAIL, joins
from assistants.guard.engine.pseudonyms import NAME, Vault
from assistants.guard.engine.verdicts import Action, Verdict

# When a finding reaches the end of a full window it goes on: its following characters are dropped too.
_GOES_ON: Final = {
    "SECRET": re.compile(r"[A-Za-z0-9_+/=.\\~-]*"),
    "IMAGE": re.compile(r"[^\s)>]*[)>]?"),
    "LINK": re.compile(r"[^\s)\]>\"']*"),
}
_PEM_LIKE: Final = re.compile(r"[A-Za-z0-9+/=\\,:-]{16,}|[A-Za-z0-9+/]{1,16}={1,2}|Proc-Type:|DEK-Info:|4,ENCRYPTED")
_PEM_END: Final = re.compile(r"-----END[A-Z0-9 ]{0,60}(?:-----)?")


class Channel:
    """Holds back the last unit, in which a pattern may still begin; judges whole units only."""

    def __init__(
        self, where: str, scanner: Scanner, vault: Vault, watch: LeakWatch | None, report: Callable[[Verdict], None]
    ) -> None:
        self.where = where
        self.blocked = False
        self._scanner = scanner
        self._vault = vault
        self._watch = watch
        self._report = report
        self._text = ""
        self._past = 0  # characters that have left the buffer
        self._out: list[str] = []
        self._swallow: re.Pattern[str] | None = None
        self._pem = 0  # characters of a private key that may still come
        self._strikes = 0
        self._in_url = False
        self._joined = False  # the last gap was inside a unit

    def feed(self, text: str) -> str:
        self._take(text)
        self._advance(final=False)
        return self._released()

    def flush(self) -> str:
        if not self.blocked:
            self._advance(final=True)
        return self._released()

    def _released(self) -> str:
        out = "".join(self._out)
        self._out.clear()
        return out

    # The buffer. A JSON channel keeps the raw spelling of each character beside it.

    def _take(self, text: str) -> None:
        self._text += text

    def _raw(self, start: int, end: int) -> str:
        return self._text[start:end]

    def _drop(self, count: int) -> None:
        self._text = self._text[count:]
        self._past += count

    def _spelled(self, mask: str, start: int) -> str:
        del start
        return mask

    def _restored(self, raw: str) -> str:
        return self._vault.restore(raw)

    # Judging.

    def _plain(self, start: int) -> int:
        """Releases the units before the first mark: nothing can be found in them. Gives the place after them."""
        mark = MARK.search(self._text, start)
        gap = LAST_BREAK.match(self._text, start, mark.start() if mark else len(self._text))
        if not gap:
            return start
        self._in_url = False
        self._release(start, self._before_leak(start, gap.end()))
        return gap.end()

    def _advance(self, *, final: bool) -> None:
        start = search = 0
        while not self.blocked:
            if start == search:
                begun = self._swallowed(start) if self._swallow else start
                if self._swallow:
                    start = begun
                    break
                begun = begun if self._pem else self._plain(begun)
                if begun > start:
                    start = search = begun
                    continue
            gap = BREAK.search(self._text, search)
            end = gap.start() if gap else len(self._text)
            if end - start > MAX:
                start = search = start + self._window(start)
                continue
            after = self._unit_end(start, gap, final)
            if after is None:
                break
            search = after
            if gap is None or not self._joined:
                start = after
        self._drop(len(self._text) if self.blocked else start)

    def _unit_end(self, start: int, gap: re.Match[str] | None, final: bool) -> int | None:
        """Judges the unit that ends at `gap`; where to look on, or None when more must come first."""
        if gap is None:
            if final and start < len(self._text):
                self._unit(start, len(self._text))
                return len(self._text)
            return None
        joined = joins(self._text, start, gap, final)
        if joined is None:
            return None
        self._joined = joined
        if not joined:
            self._unit(start, gap.start())
            self._gap(*gap.span())
        return gap.end()

    def _gap(self, start: int, end: int) -> None:
        self._in_url = False
        if not self._pem and not self.blocked:
            self._release(start, self._before_leak(start, end))

    def _unit(self, start: int, end: int) -> None:
        if self._pem:
            start = self._inside_key(start, end)
        if start < end:
            self._judge(start, self._before_leak(start, end), self._findings(start, end))

    def _findings(self, start: int, end: int) -> list[Finding]:
        text = self._text[start:end]
        return self._scanner.find(text) if MARK.search(text) else []

    def _window(self, start: int) -> int:
        """Judge a unit's first MAX characters and release what no later character can change. Gives their number."""
        found = self._findings(start, start + MAX)
        cut = MAX - TAIL
        names = [Finding(*name.span(), "", "") for name in NAME.finditer(self._text[start : start + MAX])]
        for one in sorted([*found, *names]):
            if one.end >= MAX and one.start < cut:
                cut = one.start or MAX
            elif one.start < cut < one.end:
                cut = one.end
        if self._pem:
            return self._inside_key(start, start + cut) - start
        if cut == MAX and found and self._action(found[0]) == "redact" and found[0].rule != "private_key":
            self._swallow = _GOES_ON.get(found[0].label)
        self._judge(start, self._before_leak(start, start + cut), found)
        self._in_url = self._in_url or "://" in self._text[start : start + cut]
        return cut

    def _judge(self, start: int, end: int, found: list[Finding]) -> None:
        last = start
        for one in found:
            if start + one.start >= end:
                break
            action = self._action(one)
            if action == "allow":
                continue
            self._note(action, one, start)
            if action == "observe":
                continue
            self._release(last, start + one.start)
            last = start + one.end
            if action == "block":
                self.blocked = True
                return
            self._out.append(self._spelled(MASKS.get(one.label, f"[{one.label}]"), start + one.start))
            if one.rule == "private_key":
                self._pem, self._strikes = secret_rules.PEM_MAX, 0
        self._release(last, end)

    def _action(self, one: Finding) -> Action:
        return self._scanner.policy.stage(STAGE_OF.get(one.label, "output_pii")).action(one.rule)

    def _release(self, start: int, end: int) -> None:
        raw = self._raw(start, end)
        self._out.append(raw if self._in_url else self._restored(raw))

    def _note(self, action: Action, one: Finding, base: int) -> None:
        place, stage = self._past + base, STAGE_OF.get(one.label, "output_pii")
        self._report(
            Verdict(stage, one.rule, action, self.where, place + one.start, place + one.end, one.score, one.label)
        )

    def _swallowed(self, start: int) -> int:
        goes_on = self._swallow
        end = goes_on.match(self._text, start).end() if goes_on else start  # type: ignore[union-attr]
        if end < len(self._text) or (end > start and self._text[end - 1] in ")>"):
            self._swallow = None
        return end

    def _inside_key(self, start: int, end: int) -> int:
        """Drops a unit of a private key's body. Gives the place from which the unit is ordinary text again."""
        unit = self._text[start:end]
        self._pem = max(0, self._pem - len(unit))
        tail = _PEM_END.search(unit)
        if tail:
            self._pem = 0
            return start + tail.end()
        self._strikes = 0 if _PEM_LIKE.match(unit) else self._strikes + 1
        if self._strikes > 1:
            self._pem = 0
            return start
        return end

    def _before_leak(self, start: int, end: int) -> int:
        """`end`, or where the unit begins in which a recital of the system prompt is complete, if that blocks."""
        at = self._watch.feed(self._text[start:end]) if self._watch else None
        if at is None:
            return end
        leak = Finding(at, at + 1, "system_prompt", "LEAK")
        action = self._action(leak)
        self._note(action, leak, start)
        if action != "block":
            self._watch = None
            return end
        self.blocked = True
        gap = LAST_BREAK.match(self._text, start, start + at)
        return gap.end() if gap else start
