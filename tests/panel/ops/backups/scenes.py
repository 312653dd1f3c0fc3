"""Installations of a test: filled, backed up and restored with nothing served, by the product's own commands."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from panel.ops.backups.format import tables
from panel.ops.services.programs import Commands
from panel.ops.services.supervisor import Supervisor
from tests.panel.ops.panel_run import ROOT, free_port


@dataclass
class Scene:
    """One data directory. `extra` are more settings, such as a database of its own."""

    data: Path
    mode: str = "demo"
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def env(self) -> dict[str, str]:
        known = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        here = {"PANEL_DATA_DIR": str(self.data), "PORT": str(free_port()), "PANEL_MODE": self.mode}
        return {**known, **here, **self.extra}

    @property
    def backups(self) -> list[Path]:
        return sorted((self.data / "backups").glob("panel-*"))

    @contextmanager
    def offline(self) -> Iterator[Commands]:
        with Supervisor(self.env, demo=self.mode == "demo").offline() as commands:
            yield commands

    def fill(self) -> None:
        with self.offline() as commands:
            commands.run("prepare_database")
            commands.run("demo")

    def run(self, *words: str | Path) -> "subprocess.CompletedProcess[str]":
        """A command of manage.py, as somebody types it."""
        command = [sys.executable, "manage.py", *(str(word) for word in words)]
        return subprocess.run(command, cwd=ROOT, env=self.env, capture_output=True, text=True, check=False, timeout=120)

    def take_keys(self, other: "Scene") -> None:
        """The key backup: the two rings and nothing else."""
        (self.data / "keys").mkdir(parents=True)
        for path in (other.data / "keys").glob("*.kek"):
            (self.data / "keys" / path.name).write_bytes(path.read_bytes())
            (self.data / "keys" / path.name).chmod(0o600)


def owner_url(commands: Commands) -> str:
    return commands.settings["DATABASE_OWNER_URL"]


def contents(url: str) -> dict[str, tuple[int, str]]:
    """(rows, hash over all of them in order of their text) of each table."""
    found = {}
    with psycopg.connect(url) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for name, _ in tables._all(connection):
            text = "SELECT count(*), coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM {} t"
            row = connection.execute(sql.SQL(text).format(sql.Identifier(name))).fetchone()
            assert row is not None
            found[name] = (int(row[0]), str(row[1]))
    return found


def one(url: str, statement: str, *values: Any) -> Any:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement, list(values))
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


def shown(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text()))
