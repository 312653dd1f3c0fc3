"""A text that is itself JSON in the making, such as the arguments of a tool call: judged as what its strings say."""

import json
import re
from collections.abc import Callable
from typing import Final

from assistants.guard.engine.detectors.leak import LeakWatch
from assistants.guard.engine.outgoing.channel import Channel
from assistants.guard.engine.outgoing.scanner import Scanner
from assistants.guard.engine.pseudonyms import Vault
from assistants.guard.engine.verdicts import Verdict

# An escape, complete or beyond repair; one that is cut off at the end of what has come waits for its rest.
_ATOM: Final = re.compile(r"(?s)[^\\]|\\[^u]|\\u[0-9A-Fa-f]{4}|\\u(?![0-9A-Fa-f]{0,3}\Z)")
_SAID: Final = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}


class JsonChannel(Channel):
    """Masks and restored values are written as JSON: escaped inside a string, quoted outside of one."""

    def __init__(
        self, where: str, scanner: Scanner, vault: Vault, watch: LeakWatch | None, report: Callable[[Verdict], None]
    ) -> None:
        super().__init__(where, scanner, vault, watch, report)
        self._spellings: list[str] = []
        self._unfinished = ""
        self._quotes = 0

    def _take(self, text: str) -> None:
        source, end = self._unfinished + text, 0
        said = []
        for atom in _ATOM.finditer(source):
            if atom.start() != end:
                break
            end = atom.end()
            self._spellings.append(atom[0])
            said.append(_said(atom[0]))
        self._unfinished = source[end:]
        self._text += "".join(said)

    def flush(self) -> str:
        self._spellings += self._unfinished
        self._text += self._unfinished
        self._unfinished = ""
        return super().flush()

    def _raw(self, start: int, end: int) -> str:
        return "".join(self._spellings[start:end])

    def _drop(self, count: int) -> None:
        self._quotes = self._quoted(count)
        del self._spellings[:count]
        super()._drop(count)

    def _quoted(self, end: int) -> int:
        """Quotation marks so far: odd means inside a string."""
        return self._quotes + self._spellings[:end].count('"')

    def _spelled(self, mask: str, start: int) -> str:
        return json.dumps(mask)[1:-1] if self._quoted(start) % 2 else json.dumps(mask)

    def _restored(self, raw: str) -> str:
        return self._vault.restore(raw, in_json=True)


def _said(atom: str) -> str:
    if len(atom) == 1:
        return atom
    if atom[1] == "u" and len(atom) == 6:
        return chr(int(atom.removeprefix("\\u"), 16))
    return _SAID.get(atom[1], atom[1])
