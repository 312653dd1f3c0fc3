"""Boot settings: the only module that reads the environment for the Django processes.

Loads with no environment and no running database (type checkers import the settings), and never invents a key:
a process that is to serve needs `PANEL_SECRET_KEY_FILE`, which `manage.py up` writes at the first start.
"""

import json
import os
import secrets
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from psycopg.conninfo import conninfo_to_dict

MODES = ("production", "demo", "test")


@dataclass(frozen=True)
class Smtp:
    host: str = "localhost"
    port: int = 25
    user: str = ""
    password: str = ""
    starttls: bool = False
    tls: bool = False
    sender: str = "panel@localhost"
    reply_to: str = ""


@dataclass(frozen=True)
class Boot:
    root: Path
    data_dir: Path
    mode: str
    base_url: str
    allowed_hosts: tuple[str, ...]
    secret_key: str
    database: dict[str, Any]
    valkey_url: str
    smtp: Smtp = field(default_factory=Smtp)

    @property
    def host(self) -> str:
        """The host name of the panel's own address."""
        return urlsplit(self.base_url).hostname or "localhost"

    @property
    def origin(self) -> str:
        """Scheme, host and port of that address as browsers write them: without the scheme's own port."""
        parts = urlsplit(self.base_url)
        usual = {"http": 80, "https": 443}.get(parts.scheme)
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port not in {None, usual} else "")


class BootError(RuntimeError):
    """An environment setting cannot be used; the sentence names it and the remedy."""


def database_settings(url: str) -> dict[str, Any]:
    """Django's DATABASES entry for a libpq URL; unknown parameters go to libpq as they are."""
    parts = {k: v for k, v in conninfo_to_dict(url).items() if v is not None}
    names = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    entry: dict[str, Any] = {"ENGINE": "django.db.backends.postgresql", "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
    options: dict[str, Any] = {}
    for key, value in parts.items():
        if key in names:
            entry[names[key]] = str(value)
        else:
            options[key] = value
    entry["OPTIONS"] = options
    return entry


def smtp_settings(url: str) -> Smtp:
    """`smtp://user:password@host:port?from=a@b&reply-to=c@d` (STARTTLS: `smtp+starttls`, TLS: `smtps`)."""
    if not url:
        return Smtp()
    parts = urlsplit(url)
    if parts.scheme not in {"smtp", "smtps", "smtp+starttls"}:
        raise BootError("EMAIL_URL must begin with smtp://, smtp+starttls:// or smtps://.")
    query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    return Smtp(
        host=parts.hostname or "localhost",
        port=parts.port or {"smtps": 465, "smtp+starttls": 587}.get(parts.scheme, 25),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        starttls=parts.scheme == "smtp+starttls",
        tls=parts.scheme == "smtps",
        sender=unquote(query.get("from", "panel@localhost")),
        reply_to=unquote(query.get("reply-to", "")),
    )


def _running(data_dir: Path) -> dict[str, str]:
    """What the supervisor of this data directory told its children, so that a console command finds the services."""
    try:
        found = json.loads((data_dir / "run" / "env.json").read_text())
    except (OSError, ValueError):
        return {}
    return {str(key): str(value) for key, value in found.items()}


def _secret_key(path: str) -> str:
    if not path:
        # Type checks and `--help` only: nothing that this key signs outlives the process.
        return secrets.token_urlsafe(48)
    key = Path(path).read_text().strip()
    if len(key) < 43:
        raise BootError(f"The key in {path} is too short: it needs 256 random bits.")
    return key


@lru_cache(maxsize=1)
def environment() -> dict[str, str]:
    """The process environment over the supervisor's record of the running services.

    A serving process (`PANEL_PROCESS` says which) was given what it may see and reads nothing beside it.
    """
    root = Path(__file__).resolve().parents[2]
    data_dir = Path(os.environ.get("PANEL_DATA_DIR") or root / "var").expanduser().resolve()
    running = {} if os.environ.get("PANEL_PROCESS") else _running(data_dir)
    return {**running, **os.environ, "PANEL_DATA_DIR": str(data_dir)}


@lru_cache(maxsize=1)
def boot() -> Boot:
    """Read the environment once. Raises BootError with a sentence that names the setting."""
    env = environment()
    data_dir = Path(env["PANEL_DATA_DIR"])
    mode = env.get("PANEL_MODE", "production")
    if mode not in MODES:
        raise BootError(f"PANEL_MODE must be one of {', '.join(MODES)}, not {mode!r}.")
    base_url = env.get("PANEL_BASE_URL", f"http://localhost:{env.get('PORT', '8000')}").rstrip("/")
    hosts = [host.strip() for host in env.get("PANEL_ALLOWED_HOSTS", "").split(",") if host.strip()]
    name = urlsplit(base_url).hostname or "localhost"
    local = ["localhost", "127.0.0.1", "[::1]"] if name in {"localhost", "127.0.0.1"} else []
    return Boot(
        root=Path(__file__).resolve().parents[2],
        data_dir=data_dir,
        mode=mode,
        base_url=base_url,
        allowed_hosts=tuple(dict.fromkeys([name, *local, *hosts])),
        secret_key=_secret_key(env.get("PANEL_SECRET_KEY_FILE", "")),
        database=database_settings(env.get("DATABASE_URL") or "postgresql:///panel"),
        valkey_url=env.get("VALKEY_URL", ""),
        smtp=smtp_settings(env.get("EMAIL_URL", "")),
    )
