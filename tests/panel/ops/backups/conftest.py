"""Backups of the live database, in a directory of the test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps


@pytest.fixture
def live_backups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, live_db: None) -> Iterator[Path]:
    """The directory that this process's backups go to. Models are fetched by name: pytest reads this before Django."""
    monkeypatch.setattr("panel.ops.backups.places.directory", lambda: tmp_path / "backups")
    rows = apps.get_model("ops", "Backup")._default_manager
    rows.all().delete()
    yield tmp_path / "backups"
    rows.all().delete()
