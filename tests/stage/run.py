"""One test run: its folder, its servers, its databases. Several runs on one machine never meet.

The controller decides every address beforehand and hands it to its workers by the environment, so that the servers need to
run only when a test asks for a database.
"""

import fcntl
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import psycopg
from psycopg import sql

from panel.kernel.crypto import kek
from panel.ops.services.embedded.postgres import Postgres
from panel.ops.services.embedded.valkey import Valkey
from tests.stage import kept, servers
from tests.stage.servers import StageError

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = "stage_template"
APP_ROLE = "panel_app"


@dataclass
class Run:
    folder: Path
    password: str
    worker: str
    mine: bool
    started: list[Postgres | Valkey] = field(default_factory=list)

    @cached_property
    def postgres(self) -> Postgres:
        return servers.postgres(self.folder / "pg", self.password)

    @cached_property
    def valkey(self) -> Valkey:
        return servers.valkey(self.folder / "vk")

    @property
    def database(self) -> str:
        """The database of this worker's own tests."""
        return f"test_{self.worker}"

    @property
    def live(self) -> str:
        """The database that this worker's live processes share with the tests that talk to them."""
        return f"live_{self.worker}"

    def url(self, database: str) -> str:
        return self.postgres.url(database=database, role=APP_ROLE)

    def valkey_url(self) -> str:
        return self.valkey.url(0 if self.worker == "main" else int(self.worker.removeprefix("gw")) + 1)

    def data_dir(self, database: str) -> Path:
        path = self.folder / "data" / database
        (path / "static").mkdir(parents=True, exist_ok=True)
        return path

    def environment(self, database: str) -> dict[str, str]:
        """What a process of this run finds in its environment."""
        keys = self.folder / "keys"
        return {
            "DJANGO_SETTINGS_MODULE": "panel.settings",
            "PANEL_MODE": "test",
            "PANEL_DATA_DIR": str(self.data_dir(database)),
            "PANEL_SECRET_KEY_FILE": str(keys / "secret_key"),
            "PANEL_KEK_SERVING": f"file:{keys / 'serving'}",
            "PANEL_KEK_CONTENT": f"file:{keys / 'content'}",
            "PANEL_TEST_CLOCK": str(self.folder / f"clock-{self.worker}"),
            "DATABASE_URL": self.url(database),
            "VALKEY_URL": self.valkey_url(),
            "EMAIL_URL": "smtp://127.0.0.1:9?from=panel@example.test",
        }

    @contextmanager
    def lock(self, name: str) -> Iterator[None]:
        with (self.folder / f"{name}.lock").open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def ensure_servers(self) -> None:
        """Start what does not run. Under xdist the controller has done it before any worker."""
        with self.lock("servers"):
            for server, sign in (
                (self.postgres, self.postgres.sockets / ".s.PGSQL.5432"),
                (self.valkey, self.valkey.path),
            ):
                if not sign.exists():
                    server.start()
                    self.started.append(server)

    @contextmanager
    def owner(self, database: str = "postgres") -> Iterator["psycopg.Connection[tuple[object, ...]]"]:
        with psycopg.connect(self.postgres.url(database=database), autocommit=True) as connection:
            yield connection

    def ensure_template(self) -> None:
        """Migrate once as the owner, by the product's own command."""
        self.ensure_servers()
        done = self.folder / "template.done"
        with self.lock("template"):
            if done.exists():
                return
            with self.owner() as connection:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(TEMPLATE)))
            self._prepare(TEMPLATE)
            done.touch()

    def _prepare(self, database: str) -> None:
        environment = {**os.environ, **self.environment(database)}
        environment["DATABASE_OWNER_URL"] = self.postgres.url(database=database)
        command = [sys.executable, "manage.py", "prepare_database"]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise StageError(f"prepare_database failed:\n{done.stdout[-2000:]}\n{done.stderr[-6000:]}")

    def fresh(self, database: str) -> None:
        """A new clone of the template in the place of `database`; ledgers refuse TRUNCATE, so nothing is flushed."""
        self.ensure_template()
        name, template = sql.Identifier(database), sql.Identifier(TEMPLATE)
        with self.owner() as connection, self.lock("clone"):
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(name, template))

    def stop(self) -> None:
        if self.mine and self.postgres in self.started:
            self._clear()
        for server in reversed(self.started):
            server.stop()
        if self.mine and self.postgres in self.started:
            kept.keep(ROOT, self.folder, self.password)
        if self.mine and not os.environ.get("PANEL_TEST_KEEP"):
            shutil.rmtree(self.folder, ignore_errors=True)

    def _clear(self) -> None:
        """Leave the template only, so that what is kept is small and the same for everybody."""
        if kept.place(ROOT) is None or not (self.folder / "template.done").exists():
            return
        with self.owner() as connection:
            rows = connection.execute("SELECT datname FROM pg_database WHERE datname ~ '^(test|live)_'").fetchall()
            for (name,) in rows:
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(str(name))))


def new_run() -> Run:
    # A short path: a unix socket's name has 107 bytes at most.
    folder = Path(tempfile.mkdtemp(prefix="panel-test-"))
    folder.chmod(0o711)
    if password := kept.take(ROOT, folder):
        return Run(folder, password, "main", mine=True)
    keys = folder / "keys"
    keys.mkdir(mode=0o700)
    for ring in kek.RINGS:
        kek.generate(keys / ring)
    (keys / "secret_key").write_text(secrets.token_urlsafe(48))
    (keys / "secret_key").chmod(0o600)
    return Run(folder, secrets.token_hex(16), "main", mine=True)


def joined_run(worker: str) -> Run:
    """The controller's run, seen from an xdist worker."""
    return Run(Path(os.environ["PANEL_TEST_RUN"]), os.environ["PANEL_TEST_PASSWORD"], worker, mine=False)
