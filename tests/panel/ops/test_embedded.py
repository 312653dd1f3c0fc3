"""The embedded servers, started for real."""

import os
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
import redis

from panel.ops.services.embedded.postgres import Postgres
from panel.ops.services.embedded.valkey import Valkey


@pytest.fixture
def closed_home(tmp_path: Path) -> Path:
    """A folder with a space in its name under one that nobody else may enter."""
    home = tmp_path / "home of some one"
    home.mkdir(mode=0o700)
    return home


def postgres_in(home: Path) -> Postgres:
    return Postgres(home=home / "pg", sockets=home / "p", log=home / "pg.log", password="x y@/ö")


def test_postgres_starts_under_a_closed_home_and_recovers_from_kill(closed_home: Path) -> None:
    server = postgres_in(closed_home)
    server.start()
    try:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute("CREATE TABLE kept (n int)")
            connection.execute("INSERT INTO kept VALUES (7)")
        assert server.process is not None
        server.process.kill()
        server.process.wait()
        assert not server.ready()
        server.start()
        with psycopg.connect(server.url()) as connection:
            assert connection.execute("SELECT n FROM kept").fetchone() == (7,)
            assert connection.execute("SELECT lower('ÄÖ')").fetchone() == ("äö",)
    finally:
        server.stop()
    assert server.process.poll() is not None


def test_postgres_asks_for_its_password(closed_home: Path) -> None:
    server = postgres_in(closed_home)
    server.start()
    try:
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(server.url(password="wrong"))
    finally:
        server.stop()


def test_valkey_keeps_what_it_was_told(closed_home: Path) -> None:
    server = Valkey(home=closed_home / "vk", sockets=closed_home / "v", log=closed_home / "vk.log")
    for expected in (1, 2):
        server.start()
        client = redis.Redis.from_url(server.url())
        try:
            assert client.incr("count") == expected
        finally:
            client.close()
            server.stop()


def test_servers_end_when_their_parent_is_killed(closed_home: Path) -> None:
    program = (
        "import os, sys\nfrom pathlib import Path\n"
        "from panel.ops.services.embedded.postgres import Postgres\n"
        "home = Path(sys.argv[1])\n"
        "server = Postgres(home=home / 'pg', sockets=home / 'p', log=home / 'log', password='x')\n"
        "server.start()\nprint(server.process.pid, flush=True)\nos.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, closed_home], capture_output=True, text=True, check=False, cwd=Path.cwd()
    )
    pid = int(done.stdout)
    end = time.monotonic() + 10
    while _runs(pid):
        assert time.monotonic() < end, "postgres outlived its parent"
        time.sleep(0.05)


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(os.geteuid() != 0, reason="only root drops to another user")
def test_root_gives_only_the_cluster_to_the_servers_user(closed_home: Path) -> None:
    server = postgres_in(closed_home)
    server.start()
    try:
        assert closed_home.stat().st_mode & 0o777 == 0o700
        assert server.home.stat().st_uid == 0
        assert server.cluster.stat().st_uid != 0
        assert server.cluster.stat().st_mode & 0o777 == 0o700
    finally:
        server.stop()
