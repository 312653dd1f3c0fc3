"""A start that cannot work says one clear sentence and ends with a status."""

import contextlib
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.panel.ops.panel_run import PanelRun, free_port

pytestmark = pytest.mark.slow
root_only = pytest.mark.skipif(os.geteuid() != 0, reason="needs root to mount or to change user")


def sentence(run: PanelRun) -> str:
    status, said = run.refusal()
    assert status == 1, said
    assert "Traceback" not in said
    assert len(said.strip().splitlines()) == 1, said
    return said


def test_a_busy_port_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen(1)
        port = taken.getsockname()[1]
        assert f"Port {port} is in use" in sentence(PanelRun(tmp_path / "d", port=port))


def test_a_data_directory_in_use_is_named_and_two_installations_live_side_by_side(tmp_path: Path) -> None:
    with PanelRun(tmp_path / "one") as first:
        assert "is in use by another panel" in sentence(PanelRun(tmp_path / "one"))
        with PanelRun(tmp_path / "two") as second:
            second.wait_ready()
            first.wait_ready()


@contextlib.contextmanager
def mounted(folder: Path, options: str) -> Iterator[Path]:
    folder.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], check=False, capture_output=True)
    if done.returncode:
        pytest.skip("mounting is not allowed here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


@root_only
def test_a_read_only_disk_is_named(tmp_path: Path) -> None:
    with mounted(tmp_path / "ro", "ro,size=1m") as disk:
        assert "read-only disk" in sentence(PanelRun(disk / "data"))


@root_only
def test_a_full_disk_is_named(tmp_path: Path) -> None:
    with mounted(tmp_path / "small", "size=8m") as disk:
        assert "The disk of" in (said := sentence(PanelRun(disk / "data")))
        assert "is full" in said


def test_a_missing_key_is_not_made_anew(tmp_path: Path) -> None:
    data = tmp_path / "d"
    (data / "keys").mkdir(parents=True)
    (data / "keys" / "begun").write_text("content.kek\n")
    assert "content.kek is gone" in sentence(PanelRun(data))


def test_half_a_database_setting_is_refused(tmp_path: Path) -> None:
    run = PanelRun(tmp_path / "d", DATABASE_URL="postgresql://panel_app:x@127.0.0.1:1/panel")
    assert "DATABASE_OWNER_URL" in sentence(run)


def test_servers_that_do_not_answer_are_named_without_their_passwords(tmp_path: Path) -> None:
    port = free_port()
    urls: dict[str, Any] = {
        "DATABASE_URL": f"postgresql://panel_app:hush@127.0.0.1:{port}/panel",
        "DATABASE_OWNER_URL": f"postgresql://panel:hush@127.0.0.1:{port}/panel",
    }
    assert "cannot be reached" in (said := sentence(PanelRun(tmp_path / "d", **urls)))
    assert "hush" not in said
    said = sentence(PanelRun(tmp_path / "d", VALKEY_URL=f"redis://:hush@127.0.0.1:{port}/0"))
    assert "VALKEY_URL" in said
    assert "hush" not in said


def test_a_start_that_is_broken_off_leaves_nothing(tmp_path: Path) -> None:
    for after in (0.5, 2.0, 3.5):
        run = PanelRun(tmp_path / "d").begin()
        time.sleep(after)
        assert run.stop() < 30
    with PanelRun(tmp_path / "d") as again:
        again.wait_ready()
