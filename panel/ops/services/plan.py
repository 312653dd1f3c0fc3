"""Which processes there are, how each is started, and which settings each may see. docker-compose.yml says the same."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
# Settings that open something; every process gets only those it is listed with.
GUARDED = (
    "DATABASE_URL",
    "DATABASE_OWNER_URL",
    "VALKEY_URL",
    "EMAIL_URL",
    "PANEL_SECRET_KEY_FILE",
    "PANEL_KEK_SERVING",
    "PANEL_KEK_CONTENT",
    "PANEL_METRICS_TOKEN",
)
# What any program may need from the machine.
MACHINE = ("PATH", "HOME", "LANG", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR", "PORT")
_ALL = ("DATABASE_URL", "VALKEY_URL", "EMAIL_URL", "PANEL_SECRET_KEY_FILE", "PANEL_KEK_SERVING", "PANEL_KEK_CONTENT")


@dataclass(frozen=True)
class Process:
    """`argv` follows the Python interpreter; `{name}` in it is filled from the settings."""

    name: str
    argv: str
    secrets: tuple[str, ...]


GATEWAY = Process(
    "gateway",
    (
        "-m granian --interface asgi --host {PANEL_BIND} --port {PORT} --http 1 --no-ws --loop uvloop"
        " --backlog 4096 --workers {PANEL_GATEWAY_WORKERS} --respawn-failed-workers --respawn-interval 0.2 --workers-kill-timeout 5"
        " --no-access-log --log-level warning panel.asgi:application"
    ),
    ("DATABASE_URL", "VALKEY_URL", "PANEL_KEK_SERVING", "PANEL_METRICS_TOKEN"),
)
PANEL = Process(
    "panel",
    (
        "-m granian --interface wsgi --uds {PANEL_SOCKET} --uds-permissions 0600 --http 1 --no-ws"
        " --workers {PANEL_WEB_WORKERS} --blocking-threads 16 --respawn-failed-workers --respawn-interval 0.2"
        " --workers-kill-timeout 5 --no-access-log --log-level warning panel.wsgi:application"
    ),
    (*_ALL, "PANEL_METRICS_TOKEN"),
)
WORKER = Process(
    "worker",
    (
        "-m celery -q -A panel worker --loglevel WARNING --concurrency {PANEL_WORKER_PROCESSES}"
        " --without-gossip --without-mingle --hostname worker@panel"
    ),
    _ALL,
)
BEAT = Process(
    "beat",
    "-m celery -q -A panel beat --loglevel WARNING --pidfile=",
    ("DATABASE_URL", "VALKEY_URL", "PANEL_SECRET_KEY_FILE"),
)
SERVING = (GATEWAY, PANEL, WORKER, BEAT)
DEFAULTS = {
    "PORT": "8000",
    "PANEL_BIND": "127.0.0.1",
    "PANEL_GATEWAY_WORKERS": "1",
    "PANEL_WEB_WORKERS": "1",
    "PANEL_WORKER_PROCESSES": "2",
}


def arguments(process: Process, settings: Mapping[str, str]) -> list[str]:
    """The whole command line. A path with spaces stays one argument."""
    return [sys.executable, *(part.format_map(settings) for part in process.argv.split())]


def environment(settings: Mapping[str, str], secrets: tuple[str, ...], process: str) -> dict[str, str]:
    """What a process sees: the machine's few names, the open settings, and the guarded ones it is listed with."""
    open_names = [name for name in settings if name.startswith(("PANEL_", "CLAWPANEL_")) and name not in GUARDED]
    names = {*MACHINE, *open_names, *secrets}
    found = {name: settings[name] for name in sorted(names) if settings.get(name)}
    for ring in (
        "PANEL_KEK_SERVING",
        "PANEL_KEK_CONTENT",
    ):  # a development key in the environment travels with its ring
        kind, _, variable = found.get(ring, "").partition(":")
        if kind == "env" and variable in os.environ:
            found[variable] = os.environ[variable]
    fixed = {"PYTHONUNBUFFERED": "1", "TZ": "UTC", "PANEL_PROCESS": process, "DJANGO_SETTINGS_MODULE": "panel.settings"}
    return {**found, **fixed}
