"""Notices when an answer recites the assistant's system prompt: a run of as many words as the policy says."""

import re
from collections import deque
from functools import lru_cache
from typing import Final

# Scripts without spaces count every character as a word.
_WORD: Final = re.compile(r"[\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3]|[^\W_\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3]+")
_SHORTEST: Final = 5  # a prompt of fewer words protects nothing


@lru_cache(maxsize=256)
def shingles(prompt: str, size: int) -> tuple[int, frozenset[str], frozenset[tuple[str, ...]]]:
    """(run length, vocabulary, all runs of that length) of a prompt; a short prompt is one run. Length 0: nothing."""
    words = _WORD.findall(prompt.lower())
    if len(words) < _SHORTEST:
        return 0, frozenset(), frozenset()
    size = min(size, len(words))
    return size, frozenset(words), frozenset(tuple(words[at : at + size]) for at in range(len(words) - size + 1))


class LeakWatch:
    """Follows one channel. `feed` takes whole words only and gives the place of the word that completes a run."""

    __slots__ = ("_last", "_runs", "_size", "_vocabulary")

    def __init__(self, prompt: str, size: int) -> None:
        self._size, self._vocabulary, self._runs = shingles(prompt, size)
        self._last: deque[str] = deque(maxlen=self._size or 1)

    def feed(self, text: str) -> int | None:
        if not self._size:
            return None
        for found in _WORD.finditer(text):
            word = found[0].lower()
            if word not in self._vocabulary:
                self._last.clear()
                continue
            self._last.append(word)
            if len(self._last) == self._size and tuple(self._last) in self._runs:
                self._last.clear()
                return found.start()
        return None
