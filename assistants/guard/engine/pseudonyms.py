"""Per-request pseudonyms: the provider sees EMAIL_1, the client gets its own value back."""

import json
import re
from collections.abc import Iterable
from typing import Final

from assistants.guard.engine.detectors.findings import LEFT

# Models like to escape the underscore in Markdown; that spelling is restored too.
NAME: Final = re.compile(LEFT + r"(EMAIL|PHONE|CARD|IBAN|SSN|IP|SECRET)(\\?_)([1-9][0-9]{0,5})(?![0-9])")


class Vault:
    """Values and their pseudonyms for one request. Lives in memory only, as long as the request."""

    __slots__ = ("_counters", "_names", "_values", "seen", "taken")

    def __init__(self) -> None:
        self._names: dict[tuple[str, str], str] = {}
        self._values: dict[str, str] = {}
        self._counters: dict[str, int] = {}
        self.taken: set[str] = set()
        self.seen: set[str] = set()

    def __len__(self) -> int:
        return len(self._values)

    def reserve(self, texts: Iterable[str]) -> None:
        """Names that the client wrote itself are never given out."""
        for text in texts:
            if "_" in text:
                self.taken.update(f"{found[1]}_{found[3]}" for found in NAME.finditer(text))

    def name(self, label: str, value: str, *, restorable: bool = True) -> str:
        """The pseudonym of `value`; the same value gets the same one. One that is not restorable stays for good."""
        known = self._names.get((label, value))
        if known:
            return known
        count = self._counters.get(label, 0) + 1
        while f"{label}_{count}" in self.taken:
            count += 1
        self._counters[label] = count
        name = f"{label}_{count}"
        self._names[label, value] = name
        if restorable:
            self._values[name] = value
        return name

    def restore(self, text: str, *, in_json: bool = False) -> str:
        """`text` with the client's own values put back; inside a JSON string they are escaped."""
        if not self._values or "_" not in text:
            return text

        def back(found: re.Match[str]) -> str:
            value = self._values.get(f"{found[1]}_{found[3]}")
            if value is None:
                return found[0]
            return json.dumps(value)[1:-1] if in_json else value

        return NAME.sub(back, text)
