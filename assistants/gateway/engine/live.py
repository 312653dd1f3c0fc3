"""Calls under way: who they are for, and how to end one from outside."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from assistants.gateway.engine.calls import Call


class Live:
    """The calls of this process. A call is ended by cancelling its task after its reason was written down."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._calls: set[Call] = set()

    def __len__(self) -> int:
        return len(self._calls)

    @property
    def full(self) -> bool:
        return len(self._calls) >= self._limit

    @contextmanager
    def entered(self, call: Call) -> Iterator[None]:
        call.task = asyncio.current_task()
        self._calls.add(call)
        try:
            yield
        finally:
            self._calls.discard(call)

    def end(self, code: str, which: Callable[[Call], bool]) -> int:
        """End every matching call with this fault code; returns how many were told."""
        return sum(call.abort(code) for call in list(self._calls) if which(call))

    def end_each(self, why: Callable[[Call], str]) -> int:
        """End every call for which `why` gives a fault code; returns how many were told."""
        return sum(call.abort(code) for call in list(self._calls) if (code := why(call)))

    def where(self, which: Callable[[Call], bool]) -> list[Call]:
        return [call for call in self._calls if which(call)]

    def end_stuck(self, seconds: float) -> int:
        """End calls whose client takes nothing: one send has waited longer than `seconds`."""
        limit = time.monotonic() - seconds
        return self.end("client_too_slow", lambda call: call.sending_since is not None and call.sending_since < limit)
