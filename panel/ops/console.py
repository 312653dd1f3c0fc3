"""The commands that need no Django: they must work, and at once, when the rest does not."""

import os
import sys

from panel.ops.services.faults import CannotStart
from panel.ops.services.supervisor import Supervisor

USAGE = """usage: manage.py up [--demo]

Starts the panel in the foreground: PostgreSQL and Valkey (unless DATABASE_URL and VALKEY_URL name your own),
gateway, panel, worker and beat. --demo uses a data directory of its own, filled with invented people."""


def up(arguments: list[str]) -> int:
    """Returns the exit status."""
    unknown = [word for word in arguments if word != "--demo"]
    if unknown:
        print(USAGE)  # noqa: T201 - a command's answer
        return 0 if unknown[0] in {"-h", "--help"} else 2
    try:
        Supervisor(os.environ, demo="--demo" in arguments).run()
    except CannotStart as reason:
        print(reason, file=sys.stderr)  # noqa: T201 - a command's answer
        return 1
    return 0
