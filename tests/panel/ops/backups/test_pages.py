"""/backups/: who sees and does what, what the page says, and that the downloaded tar is the backup."""

import io
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.access.rules import FRESH_AT
from accounts.people.models import User
from panel.journal.models import Leaf
from panel.kernel import clock, ids
from panel.kernel.models import Installation, Job
from panel.kernel.registries import alarms, settings
from panel.ops.backups import places
from panel.ops.backups.format import packing
from panel.ops.backups.format.reading import Files
from panel.ops.models import Backup
from tests.factories.people import actor_of, signed_in
from tests.panel.ops.backups import boxes

pytestmark = pytest.mark.django_db
State = Backup.State


@pytest.fixture(autouse=True)
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(places, "directory", lambda: tmp_path / "backups")
    return tmp_path / "backups"


def stored(directory: Path, *, hours: float = 1, state: str = State.DONE, problem: str = "") -> Backup:
    at = clock.now() - timedelta(hours=hours)
    row = Backup.objects.create(
        id=ids.new_id(), name=f"panel-{at:%Y%m%dT%H%M%SZ}-abcdef", reason="schedule", state=state, by_kind="system",
        started_at=at, finished_at=at + timedelta(seconds=3), verified_at=at, bytes=81_000, rows=690, problem=problem,
    )  # fmt: skip
    if state == State.DONE:
        boxes.write(directory / row.name, boxes.ring(), {"keys": b"k", "database": b"d" * 3000})
    return row


def text(client: Client, address: str = "/backups/") -> str:
    return client.get(address).content.decode()


def test_operators_and_auditors_see_them_and_members_do_not(adam: User, bob: User, olga: User, charlie: User) -> None:
    statuses = {one.id: signed_in(one).get("/backups/").status_code for one in (adam, olga, charlie)}
    assert statuses == {adam.id: 200, olga.id: 200, charlie.id: 403}


def test_the_auditor_finds_nothing_to_press(olga: User, directory: Path) -> None:
    row = stored(directory)
    page = text(signed_in(olga))
    assert "Back up now" not in page
    assert reverse("ops:backup_file", args=[row.id]) not in page
    for name in ("backup_now", "backup_schedule"):
        assert signed_in(olga).post(reverse(f"ops:{name}")).status_code == 403
    assert signed_in(olga).get(reverse("ops:backup_file", args=[row.id])).status_code == 403


def test_the_page_says_when_the_last_was_and_how_big(adam: User, directory: Path) -> None:
    stored(directory)
    page = re.sub(r"\s+", " ", text(signed_in(adam)))
    assert "79.1 KB" in page
    assert "3.0 s" in page
    assert "Made and read back" in page
    assert "None: a lost disk takes panel and backups." in page


def test_back_up_now_queues_one_job_and_shows_its_progress(adam: User) -> None:
    client = signed_in(adam)
    assert client.post("/backups/now/").status_code == 302
    row = Backup.objects.get()
    assert (row.state, row.reason, row.by_id) == (State.WAITING, "manual", adam.id)
    job = Job.objects.get(name="ops.backup")
    assert job.arguments == {"backup": str(row.id)}
    page = text(client)
    assert f'data-job="{job.id}"' in page
    assert "Back up now" not in page
    client.post("/backups/now/")
    assert Backup.objects.count() == 1
    assert Leaf.objects.filter(event="ops.backup.started", object_id=row.id, actor_id=adam.id).count() == 1


def test_a_download_needs_a_fresh_factor_and_is_journalled(adam: User, directory: Path) -> None:
    row = stored(directory)
    address = reverse("ops:backup_file", args=[row.id])
    stale = signed_in(adam)
    session = stale.session
    session[FRESH_AT] = 0
    session.save()
    assert stale.get(address)["Location"].startswith("/step-up/")
    assert not Leaf.objects.filter(event="ops.backup.downloaded").exists()
    answer: Any = signed_in(adam).get(address)
    data = b"".join(answer.streaming_content)
    assert (answer.status_code, len(data)) == (200, int(answer["Content-Length"]))
    assert answer["Cache-Control"] == "no-store"
    assert Leaf.objects.filter(event="ops.backup.downloaded", object_id=row.id, actor_id=adam.id).count() == 1


def test_the_tar_is_the_backup_with_its_ledger(tmp_path: Path) -> None:
    ring = boxes.ring()
    boxes.write(tmp_path / "d" / "panel-x", ring, {"keys": b"", "database": bytes(5000)})
    (tmp_path / "d" / "erasures.ledger").write_bytes(b"ledger")
    parts = packing.files(tmp_path / "d" / "panel-x")
    data = b"".join(packing.packed(parts))
    assert len(data) == packing.size(parts)
    (tmp_path / "x.tar").write_bytes(data)
    assert boxes.read(tmp_path / "x.tar", ring) == {"keys": b"", "database": bytes(5000)}
    with Files(tmp_path / "x.tar") as files:
        assert files.beside("erasures.ledger") == b"ledger"
    assert io.BytesIO(data).getbuffer().nbytes % 512 == 0


def test_a_backup_whose_files_are_gone_is_missing(adam: User, directory: Path) -> None:
    row = stored(directory)
    for path in (directory / row.name).iterdir():
        path.unlink()
    assert signed_in(adam).get(reverse("ops:backup_file", args=[row.id])).status_code == 404


def test_the_schedule_is_stored_and_bad_numbers_stay_in_the_form(adam: User) -> None:
    client = signed_in(adam)
    bad = client.post("/backups/schedule/", {"hour": "24", "daily": "x", "weekly": "4"})
    assert bad.status_code == 422
    assert 'value="24"' in bad.content.decode()
    assert client.post("/backups/schedule/", {"hour": "5", "daily": "9", "weekly": "0"}).status_code == 302
    assert [settings.value(f"backups.{name}") for name in ("hour", "daily", "weekly")] == [5, 9, 0]
    assert Leaf.objects.filter(event="ops.backups.changed").count() == 1


def test_what_the_environment_holds_is_shown_and_not_changed(adam: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PANEL_BACKUP_HOUR", "4")
    client = signed_in(adam)
    assert "PANEL_BACKUP_HOUR in the environment holds this." in text(client, "/backups/schedule/")
    client.post("/backups/schedule/", {"hour": "9", "daily": "8", "weekly": "0"})
    assert settings.value("backups.hour") == 4
    assert settings.value("backups.daily") == 8


def test_two_days_without_one_raise_an_alarm_with_the_last_reason(adam: User, directory: Path) -> None:
    Installation.objects.update(created_at=clock.now() - timedelta(days=9))
    keys = {alarm.key for alarm in alarms.current()}
    assert "backups.late" in keys
    stored(directory, hours=49)
    stored(directory, hours=2, state=State.FAILED, problem="The disk of /srv is full.")
    said = next(alarm.sentence for alarm in alarms.current() if alarm.key == "backups.late")
    assert said.endswith("The disk of /srv is full.")
    assert "No backup for two days." in text(signed_in(adam))
    stored(directory, hours=1)
    assert "backups.late" not in {alarm.key for alarm in alarms.current()}


def test_the_api_lists_shows_and_makes(adam: User, directory: Path) -> None:
    row = stored(directory)
    client = signed_in(adam)
    listed = client.get("/api/v1/backups/").json()
    assert [one["id"] for one in listed["items"]] == [str(row.id)]
    answer = client.get(f"/api/v1/backups/{row.id}/")
    assert answer["ETag"]
    assert answer.json()["seconds"] == 3.0
    assert client.get(f"/api/v1/backups/{ids.new_id()}/").status_code == 404
    assert actor_of(adam).id == adam.id


def test_the_list_is_filtered_and_downloaded(adam: User, directory: Path) -> None:
    stored(directory, state=State.FAILED, problem="The database could not be read: gone")
    stored(directory, hours=30)
    page = text(signed_in(adam), "/backups/?state=failed")
    assert "The database could not be read: gone" in page
    assert "Made and read back" not in page.split("<tbody>")[1]
    answer: Any = signed_in(adam).get("/backups/?format=csv")
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert len(lines) == 3
