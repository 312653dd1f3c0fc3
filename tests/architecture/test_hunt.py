"""The canary hunt finds what it is made to find."""

import base64
from pathlib import Path

import pytest

from tests.journeys.hunt import Hunt

WORD = "quokka.weber@example.org"


@pytest.mark.parametrize(
    "written",
    [
        WORD.encode(),
        WORD.upper().encode(),
        WORD.encode().hex().encode(),
        WORD.encode("utf-16-le"),
        *(base64.b64encode(b"x" * before + WORD.encode() + b"y" * 5) for before in range(6)),
    ],
)
def test_every_spelling_is_found(written: bytes, tmp_path: Path) -> None:
    found = Hunt(tmp_path, {"address": [WORD]})._search("a file", b"noise " * 50 + written + b" noise" * 50)
    assert found == ["address in a file"]


def test_what_is_not_there_is_not_found(tmp_path: Path) -> None:
    assert Hunt(tmp_path, {"address": [WORD]})._search("a file", b"quokka at example.org " * 50) == []
