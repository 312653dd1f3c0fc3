"""With servers of the customer's own nothing embedded starts, and the containers' commands do what `up` does."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from panel.ops.services import prepared
from panel.ops.services.embedded.postgres import Postgres
from panel.ops.services.embedded.valkey import Valkey
from tests.panel.ops.panel_run import ROOT, PanelRun, family, free_port

pytestmark = pytest.mark.slow


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[dict[str, Any]]:
    postgres = Postgres(home=tmp_path / "pg", sockets=tmp_path / "p", log=tmp_path / "pg.log", password="owner-pw")
    valkey = Valkey(home=tmp_path / "vk", sockets=tmp_path / "v", log=tmp_path / "vk.log")
    postgres.start()
    valkey.start()
    try:
        with psycopg.connect(postgres.url(), autocommit=True) as connection:
            connection.execute("CREATE DATABASE theirs")
        yield {
            "DATABASE_OWNER_URL": postgres.url(database="theirs"),
            "DATABASE_URL": postgres.url(role="panel_app", password="app-pw", database="theirs"),
            "VALKEY_URL": valkey.url(),
        }
    finally:
        valkey.stop()
        postgres.stop()


def test_nothing_embedded_starts_beside_own_servers(tmp_path: Path, servers: dict[str, Any]) -> None:
    with PanelRun(tmp_path / "data", **servers) as panel:
        panel.wait_ready()
        lines = " ".join(family(panel.pid).values())
        assert "postgres -D" not in lines
        assert "valkey-server" not in lines
        assert not (tmp_path / "data" / "pg").exists()
        with psycopg.connect(servers["DATABASE_OWNER_URL"]) as connection:
            users = connection.execute(
                "SELECT DISTINCT usename FROM pg_stat_activity WHERE datname = 'theirs' AND pid <> pg_backend_pid()"
            ).fetchall()
        assert users == [("panel_app",)]


def test_a_prepared_database_is_known_until_something_changes(tmp_path: Path, servers: dict[str, Any]) -> None:
    with PanelRun(tmp_path / "data", **servers) as panel:
        settings = json.loads((panel.data / "run" / "env.json").read_text())
    assert prepared.is_prepared(settings)
    assert not prepared.is_prepared({**settings, "PANEL_MODE": "demo"})
    with psycopg.connect(servers["DATABASE_OWNER_URL"], autocommit=True) as connection:
        connection.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('x', '0001', '2100-01-01')")
        assert not prepared.is_prepared(settings)
        connection.execute("DELETE FROM django_migrations WHERE app = 'x'")
    assert prepared.is_prepared(settings)


def test_a_container_prepares_serves_and_is_probed(tmp_path: Path, servers: dict[str, Any]) -> None:
    run = PanelRun(tmp_path / "data", port=free_port())
    keys = tmp_path / "keys"
    keys.mkdir()
    rings = {f"PANEL_KEK_{name}": f"file:{keys}/{name.lower()}" for name in ("SERVING", "CONTENT")}
    env = {**run.env, **servers, **rings, "PANEL_SECRET_KEY_FILE": f"{keys}/signing"}
    manage = [sys.executable, "manage.py"]
    for _ in range(2):
        subprocess.run([*manage, "prepare"], cwd=ROOT, env=env, check=True)
    assert sorted(path.name for path in keys.iterdir()) == ["content", "serving", "signing"]
    serving = [
        subprocess.Popen([*manage, "serve", name], cwd=ROOT, env=env) for name in ("gateway", "panel", "worker", "beat")
    ]
    try:
        for what in ("gateway", "panel", "jobs"):
            end = time.monotonic() + 60
            while subprocess.run([*manage, "probe", what], cwd=ROOT, env=env, check=False).returncode:
                assert time.monotonic() < end, what
                time.sleep(0.5)
        run.wait_ready()
    finally:
        for process in serving:
            process.terminate()
        for process in serving:
            process.wait(15)


def test_a_ring_in_place_of_a_lost_one_is_refused(tmp_path: Path, servers: dict[str, Any]) -> None:
    with PanelRun(tmp_path / "data", **servers) as panel:
        panel.wait_ready()
        env = {**panel.env, "DJANGO_SETTINGS_MODULE": "panel.settings"}
        code = (
            "import django; django.setup()\nfrom panel.kernel.crypto import keyring\n"
            "keyring.named('blind:people-email')\n"
        )
        subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, check=True)
    status, said = PanelRun(tmp_path / "other data", **servers).refusal()
    assert (status, said.count("\n")) == (1, 1), said
    assert "The key ring has no key" in said
