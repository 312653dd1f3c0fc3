"""The commands that need no Django: they must work, and at once, when the rest does not."""

import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

from panel.ops.backups import terminal
from panel.ops.services import keys, layout, plan, reach
from panel.ops.services.faults import CannotStart
from panel.ops.services.programs import Commands, clear_way
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


def serve(arguments: list[str]) -> int:
    """Become one process of the plan, for a container: same command, same view of the settings as under `up`."""
    found = [process for process in plan.SERVING if [process.name] == arguments]
    if not found:
        print(f"usage: manage.py serve {'|'.join(process.name for process in plan.SERVING)}")  # noqa: T201
        return 2
    settings = {**plan.DEFAULTS, **{name: value for name, value in os.environ.items() if value}}
    data = Path(settings.get("PANEL_DATA_DIR") or plan.ROOT / "var").resolve()
    for name in ("run", "spool"):
        (data / name).mkdir(mode=0o700, parents=True, exist_ok=True)
    settings |= {"PANEL_DATA_DIR": str(data)}
    settings.setdefault("PANEL_SOCKET", str(data / "run" / "panel.sock"))
    clear_way(found[0], settings)
    command = plan.arguments(found[0], settings)
    return _become(command, plan.environment(settings, found[0].secrets, found[0].name))


def _become(command: list[str], environment: dict[str, str]) -> int:
    os.chdir(plan.ROOT)
    os.execve(command[0], command, environment)  # noqa: S606 - our own command line


def prepare(arguments: list[str]) -> int:
    """Before the containers serve: missing keys, the database as its owner, the static files. Safe to repeat."""
    if arguments:
        print("usage: manage.py prepare")  # noqa: T201 - a command's answer
        return 2
    settings = {**plan.DEFAULTS, **{name: value for name, value in os.environ.items() if value}}
    try:
        place = layout.prepare(Path(settings.get("PANEL_DATA_DIR") or plan.ROOT / "var").resolve())
        keys.make_where_named(settings)
        commands = Commands(settings, place.log)
        commands.run("prepare_database")
        commands.run("collectstatic", "--noinput", "-v0")
    except CannotStart as reason:
        print(reason, file=sys.stderr)  # noqa: T201 - a command's answer
        return 1
    return 0


def probe(arguments: list[str]) -> int:
    """A container's health check: is this process at work?"""
    settings = {**plan.DEFAULTS, **os.environ}
    host = urlsplit(settings.get("PANEL_BASE_URL", "")).hostname or "localhost"
    if arguments == ["gateway"]:
        return 0 if reach.answers_tcp("127.0.0.1", int(settings["PORT"])) else 1
    if arguments == ["panel"]:
        data = settings.get("PANEL_DATA_DIR") or str(plan.ROOT / "var")
        return 0 if reach.answers_unix(Path(settings.get("PANEL_SOCKET") or f"{data}/run/panel.sock"), host) else 1
    if arguments == ["jobs"]:
        return 0 if reach.jobs_run(settings.get("VALKEY_URL", "")) else 1
    print("usage: manage.py probe gateway|panel|jobs")  # noqa: T201 - a command's answer
    return 2


COMMANDS = {"up": up, "prepare": prepare, "serve": serve, "probe": probe, **terminal.COMMANDS}
