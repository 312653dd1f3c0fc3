"""Backups of the live database, in a directory of the test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from panel.ops.backups import places
from panel.ops.models import Backup


@pytest.fixture
def live_backups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, live_db: None) -> Iterator[Path]:
    """Backups of the live database, in a directory of this test."""
    monkeypatch.setattr(places, "directory", lambda: tmp_path / "backups")
    Backup.objects.all().delete()
    yield tmp_path / "backups"
    Backup.objects.all().delete()
