"""What every test of requests finds: the database's files can be read, as in a panel that brings its own database."""

from pathlib import Path

import pytest
from django.conf import settings


@pytest.fixture(autouse=True)
def database_files() -> Path:
    """An empty folder where the embedded database's files would lie; the tests that search the real ones name them."""
    folder = Path(settings.DATA_DIR) / "pg" / "data"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
