"""A real backup, restored into an empty directory: everything is back, and nothing that was destroyed."""

import shutil
from pathlib import Path

import psycopg
import pytest

from panel.kernel.crypto import kek
from panel.ops.backups.format.tables import LEFT_OUT
from panel.ops.services.embedded.postgres import Postgres
from tests.panel.ops.backups import boxes
from tests.panel.ops.backups.scenes import Scene, contents, one, owner_url
from tests.panel.ops.panel_run import PanelRun

pytestmark = pytest.mark.slow
# What backup and restore themselves add: the backup in the list (a change that the feed shows), their entries in the journal,
# the epoch.
BY_THE_RESTORE = {"auditing_change", "journal_leaf", "journal_pending", "kernel_epoch", "ops_backup"}


Made = tuple[Scene, dict[str, tuple[int, str]]]


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A demo with files in its stores, and one backup of it; its contents were read while nothing ran."""
    scene = Scene(tmp_path_factory.mktemp("a") / "d")
    scene.fill()
    (scene.data / "spool" / "01-2.spool").write_bytes(b"records" * 1000)
    (scene.data / "jobs" / "j").mkdir(parents=True)
    (scene.data / "jobs" / "j" / "file").write_bytes(bytes(300_000))
    with scene.offline() as commands:
        before = contents(owner_url(commands))
        said = commands.run("backup")
        assert "read back" in said
    return scene, before


@pytest.fixture
def copy(origin: Made, tmp_path: Path) -> Path:
    """The directory of backups on another medium."""
    shutil.copytree(origin[0].data / "backups", tmp_path / "medium")
    return next((tmp_path / "medium").glob("panel-*"))


@pytest.fixture
def target(origin: Made, tmp_path: Path) -> Scene:
    """An empty directory into which only the key rings were brought."""
    scene = Scene(tmp_path / "b")
    scene.take_keys(origin[0])
    return scene


def test_everything_is_back_and_the_panel_starts(origin: Made, copy: Path, target: Scene) -> None:
    done = target.run("restore", copy)
    assert done.returncode == 0, done.stderr
    assert "the journal is intact" in done.stdout
    with target.offline() as commands:
        after = contents(owner_url(commands))
        assert commands.run("journal_verify").startswith("The journal is intact")
    before = origin[1]
    assert after.keys() == before.keys()
    differ = {name for name in before if before[name] != after[name]}
    assert differ <= BY_THE_RESTORE | set(LEFT_OUT), {name: (before[name], after[name]) for name in differ}
    assert all(after[name][0] >= before[name][0] for name in BY_THE_RESTORE)
    assert sum(rows for rows, _ in before.values()) > 500
    assert (target.data / "spool" / "01-2.spool").read_bytes() == b"records" * 1000
    assert (target.data / "jobs" / "j" / "file").read_bytes() == bytes(300_000)
    with PanelRun(target.data, demo=True) as panel:
        panel.wait_ready()


def test_without_the_rings_it_refuses_with_one_sentence(copy: Path, tmp_path: Path) -> None:
    scene = Scene(tmp_path / "empty")
    done = scene.run("restore", copy)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "There is no key ring at" in done.stderr
    assert not (scene.data / "pg").exists(), "a refused restore makes nothing"


def test_with_another_s_rings_it_refuses_with_one_sentence(copy: Path, tmp_path: Path) -> None:
    scene = Scene(tmp_path / "other")
    (scene.data / "keys").mkdir(parents=True)
    for name in ("serving.kek", "content.kek"):
        kek.generate(scene.data / "keys" / name)
    done = scene.run("restore", copy)
    assert done.returncode == 1
    assert "which this machine does not have" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (scene.data / "pg").exists()


def test_with_one_ring_of_another_s_it_refuses_before_anything_is_touched(copy: Path, target: Scene) -> None:
    """The backup itself opens with the ring `content`: the other one is asked for too, not found missing halfway."""
    (target.data / "keys" / "serving.kek").unlink()
    kek.generate(target.data / "keys" / "serving.kek")
    done = target.run("restore", copy)
    assert done.returncode == 1
    assert "The ring serving of this machine is another one than the backup needs" in done.stderr
    assert not (target.data / "pg").exists()


def test_a_damaged_part_is_named_before_anything_is_touched(copy: Path, target: Scene) -> None:
    boxes.flip(copy / "database.part", 2000)
    done = target.run("restore", copy)
    assert done.returncode == 1
    assert "The part database.part is damaged or cut off." in done.stderr
    assert not (target.data / "pg").exists()


def test_without_the_ledger_of_erasures_it_asks_for_a_plain_word(copy: Path, target: Scene) -> None:
    (copy.parent / "erasures.ledger").unlink()
    done = target.run("restore", copy)
    assert done.returncode == 1
    assert "--erasures-unknown" in done.stderr
    assert target.run("restore", copy, "--erasures-unknown").returncode == 0


def test_a_key_destroyed_after_the_backup_stays_destroyed(copy: Path, target: Scene, tmp_path: Path) -> None:
    """Erase in one place, restore the older backup in another with the ledger as it is by then."""
    assert target.run("restore", copy).returncode == 0
    with target.offline() as commands:
        url = owner_url(commands)
        gone = one(url, "SELECT id FROM kernel_datakey WHERE purpose = 'person' AND wrapped IS NOT NULL LIMIT 1")
        one(url, "UPDATE kernel_datakey SET wrapped = NULL, destroyed_at = now() WHERE id = %s", gone)
        commands.run("backup")
    again = Scene(tmp_path / "c")
    again.take_keys(target)
    done = again.run("restore", copy, "--erasures", target.data / "backups" / "erasures.ledger")
    assert done.returncode == 0, done.stderr
    with again.offline() as commands:
        assert one(owner_url(commands), "SELECT wrapped FROM kernel_datakey WHERE id = %s", gone) is None
        alive = one(owner_url(commands), "SELECT count(*) FROM kernel_datakey WHERE wrapped IS NOT NULL")
    assert alive > 10


PLACED = """
from assistants.conversations.models import Call
from compliance.holds.rules.scope import Kind, Line
from compliance.holds.services import placing
from panel.kernel import actors, clock
row = Call.objects.exclude(subject=None).order_by("id")[0]
wanted = placing.Wanted("M-NEW", "Younger", "A letter of a court came.", [Line(Kind.SUBJECT, row.subject)])
placing.place(actor=actors.console(), wanted=wanted, at=clock.now())
print(row.id)
"""


def test_a_hold_placed_after_the_backup_is_in_force_when_it_is_restored(
    copy: Path, target: Scene, tmp_path: Path
) -> None:
    """Placed in one place, the older backup restored in another with the ledger as it is by then; and over the first."""
    assert target.run("restore", copy).returncode == 0
    with target.offline() as commands:
        row = commands.run("shell", "--no-imports", "-c", PLACED).split()[-1]
        commands.run("backup")
    again = Scene(tmp_path / "c")
    again.take_keys(target)
    ledger = target.data / "backups" / "erasures.ledger"
    for scene, words in ((again, ("--erasures", ledger)), (target, ("--replace",))):
        done = scene.run("restore", copy, *words)
        assert done.returncode == 0, done.stderr
        assert "in force again: 1" in done.stdout
        with scene.offline() as commands:
            url = owner_url(commands)
            assert one(url, "SELECT state FROM holds_hold WHERE reference = 'M-NEW'") == "active"
            with pytest.raises(psycopg.Error, match="legal hold"):
                one(url, "DELETE FROM conversations_call WHERE id = %s", row)
            assert commands.run("journal_verify").startswith("The journal is intact")


def test_it_refuses_what_is_not_empty_and_replaces_when_told(copy: Path, target: Scene) -> None:
    assert target.run("restore", copy).returncode == 0
    refused = target.run("restore", copy)
    assert refused.returncode == 1
    assert "not empty" in refused.stderr
    with target.offline() as commands:
        one(owner_url(commands), "UPDATE kernel_installation SET organisation = 'Changed since'")
    done = target.run("restore", copy, "--replace")
    assert done.returncode == 0, done.stderr
    with target.offline() as commands:
        assert one(owner_url(commands), "SELECT organisation FROM kernel_installation") == "Lindqvist Home"


def test_the_move_from_embedded_to_an_own_postgresql(origin: Made, copy: Path, target: Scene, tmp_path: Path) -> None:
    """docs/operations.md, "Move to a PostgreSQL of your own", word by word. The owner is no superuser there."""
    server = Postgres(home=tmp_path / "pg", sockets=tmp_path / "p", log=tmp_path / "pg.log", password="root-pw")
    server.start()
    try:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute("CREATE ROLE clawpanel LOGIN CREATEROLE PASSWORD 'owner-pw'")
            connection.execute("CREATE DATABASE clawpanel OWNER clawpanel")
        target.extra = {
            "DATABASE_OWNER_URL": server.url(role="clawpanel", password="owner-pw", database="clawpanel"),
            "DATABASE_URL": server.url(role="panel_app", password="app-pw", database="clawpanel"),
        }
        done = target.run("restore", copy)
        assert done.returncode == 0, done.stderr
        assert not (target.data / "pg").exists()
        before, after = origin[1], contents(target.extra["DATABASE_OWNER_URL"])
        assert {name for name in before if before[name] != after[name]} <= BY_THE_RESTORE | set(LEFT_OUT)
    finally:
        server.stop()
