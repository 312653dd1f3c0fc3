"""Long jobs for a test: declared, run in the test, forgotten with it."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from panel.kernel.jobs import Run
from panel.kernel.registries import jobs as kinds
from panel.kernel.registries.jobs import Kind

Declare = Callable[..., str]


@pytest.fixture
def long_job(monkeypatch: pytest.MonkeyPatch) -> Iterator[Declare]:
    """`long_job(body, tries=3)` makes a long kind for this test and answers its name."""
    monkeypatch.setattr(kinds, "_kinds", dict(kinds.registered()))
    monkeypatch.setattr("panel.kernel.work.delivery.send", lambda *_args, **_options: None)

    def declare(body: Callable[..., None], *, tries: int = 3, every: Any = None, name: str = "kernel.trial") -> str:
        kinds.register(Kind(name, "A trial", every, True, timedelta(minutes=1), tries, body))
        return name

    return declare  # type: ignore[return-value]


def nothing(_run: Run, **_ids: str) -> None:
    """A body that does nothing."""
