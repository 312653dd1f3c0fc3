"""A backup from before an erasure, restored by the product's own commands: the person stays erased."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from compliance.requests.services.reader import scanning
from panel.ops.services import plan
from panel.ops.services.programs import Commands
from tests.compliance.requests.stage import CANARY
from tests.panel.ops.backups.scenes import Scene, one, owner_url

pytestmark = pytest.mark.slow
ADDRESS = "vera.canary@example.org"
LEFT = (
    "SELECT count(*) FROM subjects_subjectidentifier WHERE subject_id = %s",
    "SELECT count(*) FROM kernel_datakey WHERE %s IN (owner, second_owner) AND wrapped IS NOT NULL",
    "SELECT count(*) FROM conversations_callcontent WHERE subject = %s",
    "SELECT count(d.id) FROM requests_request r JOIN kernel_datakey d ON d.id = r.key_id AND d.wrapped <> '' WHERE subject_id = %s",
)


def act(commands: Commands, what: str) -> str:
    """The subject's id."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.compliance.requests.acts", what, ADDRESS],
        cwd=plan.ROOT,
        env={
            **plan.environment(commands.settings, plan.GUARDED, "command"),
            "DJANGO_SETTINGS_MODULE": "panel.settings",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def restored(origin: Scene, folder: Path, backup: Path, *words: str | Path) -> Scene:
    made = Scene(folder)
    made.take_keys(origin)
    done = made.run("restore", backup, *words)
    assert done.returncode == 0, done.stderr
    return made


def left(url: str, subject: str) -> list[int]:
    return [one(url, each, subject) for each in LEFT]


def test_a_backup_from_before_brings_nobody_back(tmp_path: Path) -> None:
    origin = Scene(tmp_path / "a")
    with origin.offline() as commands:
        commands.run("prepare_database")
        subject = act(commands, "say")
        commands.run("backup")
        old = Path(shutil.copytree(origin.backups[0], tmp_path / "medium" / origin.backups[0].name))
        assert act(commands, "erase") == subject
        assert left(owner_url(commands), subject) == [0, 0, 0, 0]
        commands.run("backup")
    ledger = origin.data / "backups" / "erasures.ledger"
    with restored(origin, tmp_path / "b", old, "--erasures", ledger).offline() as commands:
        url = owner_url(commands)
        assert left(url, subject) == [0, 0, 0, 0]
        assert one(url, "SELECT count(*) FROM journal_leaf WHERE event = 'requests.erasure.repeated'") == 1
        assert commands.run("journal_verify").startswith("The journal is intact")
        one(url, "CHECKPOINT")
        wanted = scanning.spelled(scanning.needles([ADDRESS, CANARY]))
        files = [path for path in (tmp_path / "b" / "pg").rglob("*") if path.is_file()]
        assert len(files) > 1000
        assert sum(scanning.count(scanning.pieces(path), wanted)[0] for path in files) == 0
    # The ledger keeps them erased: without it the same backup brings them back.
    with restored(origin, tmp_path / "c", old, "--erasures-unknown").offline() as commands:
        assert all(left(owner_url(commands), subject))
