"""What a bench runs in: a prepared database of its own, gone afterwards. Import this first; it makes the project importable."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

if TYPE_CHECKING:
    from tests.stage.run import Run


@contextmanager
def database(*, pages: bool = False, here: bool = True) -> Iterator["Run"]:
    """Django is set up in this process, unless it is for others only (`here`); `pages` lets the test client ask."""
    import django  # noqa: PLC0415 - a bench's own children set it up by themselves
    from django.template.base import Template  # noqa: PLC0415, TID251 - what the tests' set-up wraps is unwrapped below
    from django.test.utils import setup_test_environment  # noqa: PLC0415

    from tests.stage.run import new_run  # noqa: PLC0415 - importable since the path above

    run = new_run()
    try:
        run.fresh(run.database)
        os.environ.update(run.environment(run.database))
        if here:
            django.setup()
        if pages:
            plain = Template._render
            setup_test_environment()
            Template._render = plain  # no copy of each context for assertions: a server makes none
        yield run
    finally:
        run.stop()
