"""The demo fills a demo's database only, and its file is for its owner only."""

import json
import stat
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test.utils import override_settings

from panel.kernel.models import Installation

pytestmark = pytest.mark.django_db


def test_another_mode_is_refused(tmp_path: Path) -> None:
    with override_settings(DATA_DIR=tmp_path), pytest.raises(CommandError, match="make demo"):
        call_command("demo")
    assert not list(tmp_path.iterdir())


def test_a_database_that_is_not_a_demo_is_refused(tmp_path: Path) -> None:
    Installation.objects.update(mode="production")
    with (
        override_settings(DATA_DIR=tmp_path, INSTALLATION_MODE="demo"),
        pytest.raises(CommandError, match="production"),
    ):
        call_command("demo")
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_a_demo_is_filled_once_and_follows_its_port(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PANEL_MODE", "demo")
    Installation.objects.update(mode="demo")
    target = tmp_path / "demo.json"
    with override_settings(DATA_DIR=tmp_path, INSTALLATION_MODE="demo", BASE_URL="http://localhost:8000"):
        call_command("demo")
        first = json.loads(target.read_text())
    with override_settings(DATA_DIR=tmp_path, INSTALLATION_MODE="demo", BASE_URL="http://localhost:8001"):
        call_command("demo")
    second = json.loads(target.read_text())
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert second == {**first, "base_url": "http://localhost:8001"}
    assert len(first["users"]) >= 12
    assert len(first["assistants"]) >= 8
