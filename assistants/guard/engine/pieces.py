"""Detection over many texts at once: one pass over their canonical copies joined by NUL, mapped back to each text."""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from assistants.guard.engine.detectors.canon import Canon, Hidden, canonical, hidden, odd
from assistants.guard.engine.detectors.findings import Finding
from assistants.guard.engine.walk import Text

_NUL: Final = "\x00"


@dataclass(slots=True)
class Piece:
    """A canonical copy to look at: of a whole text, or of what an invisible run (`run`) in it says."""

    text: Text
    canon: Canon
    run: tuple[int, int] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        return self.run or self.canon.span(start, end)


class Pieces:
    """The pieces of a request. Finding over all of them costs one search a rule, however many texts there are."""

    def __init__(self, found: Sequence[Text]) -> None:
        self.all: list[Piece] = []
        self.hidden: list[tuple[Text, Hidden]] = []
        for text in found:
            if not odd(text.value):
                self.all.append(Piece(text, Canon(text.value, None)))
                continue
            self.all.append(Piece(text, canonical(text.value)))
            for run in hidden(text.value):
                self.hidden.append((text, run))
                if run.text:
                    self.all.append(Piece(text, canonical(run.text), (run.start, run.end)))
        self.joined = _NUL.join(piece.canon.text for piece in self.all)
        self._starts: list[int] = []
        at = 0
        for piece in self.all:
            self._starts.append(at)
            at += len(piece.canon.text) + 1

    def find(self, detector: Callable[[str], list[Finding]]) -> Iterator[tuple[Piece, Finding]]:
        """Findings with spans of the original texts."""
        for one in detector(self.joined):
            at = bisect_right(self._starts, one.start) - 1
            piece, base = self.all[at], self._starts[at]
            end = min(one.end - base, len(piece.canon.text))
            start, end = piece.span(one.start - base, end)
            yield piece, one._replace(start=start, end=end)
