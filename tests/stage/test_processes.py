"""Every process works as the application role, with the keys it needs and no other."""

import http.client
import time
from pathlib import Path
from typing import Any

import pytest

from panel.kernel import jobs
from panel.ops.services import plan
from tests.stage.live import Live, until

pytestmark = pytest.mark.slow


def _environment(live: Live, name: str) -> dict[str, str]:
    raw = Path(f"/proc/{live.processes[name].pid}/environ").read_bytes().decode()
    return dict(pair.split("=", 1) for pair in raw.split("\0") if "=" in pair)


def test_one_port_serves_gateway_and_panel(gateway_server: Live) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", int(gateway_server.settings["PORT"]), timeout=10)
    answers = {}
    for path in ("/v1/models", "/", "/healthz"):
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        answers[path] = answer.status
    connection.close()
    assert answers == {"/v1/models": 401, "/": 302, "/healthz": 200}


def test_every_process_is_the_application_role(gateway_server: Live, celery_worker: Live, owner: Any) -> None:
    for _ in until(5):
        rows = owner.execute(
            "SELECT DISTINCT usename FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchall()
        if rows:
            break
    assert rows == [("panel_app",)]


def test_the_gateway_never_sees_the_content_ring_nor_the_owner(gateway_server: Live) -> None:
    found = _environment(gateway_server, "gateway")
    assert found["PANEL_PROCESS"] == "gateway"
    assert {"PANEL_KEK_CONTENT", "DATABASE_OWNER_URL", "PANEL_SECRET_KEY_FILE", "EMAIL_URL"}.isdisjoint(found)


def test_no_serving_process_is_listed_with_the_owner() -> None:
    assert [one.name for one in plan.SERVING if "DATABASE_OWNER_URL" in one.secrets] == []


def test_a_job_runs_in_the_worker_process(celery_worker: Live, owner: Any) -> None:
    before = owner.execute("SELECT count(*) FROM journal_pending").fetchone()[0]
    started = time.monotonic()
    for _ in until(10):
        # As beat does: the first seal makes the signing key, whose own entry the next one seals.
        jobs.send("journal.seal")
        after = owner.execute("SELECT count(*) FROM journal_pending").fetchone()[0]
        if after == 0:
            break
    assert after == 0 <= before
    assert time.monotonic() - started < 10
