"""The reference says what the code says."""

import re

import pytest

from panel.kernel.registries import settings as panel_settings
from panel.ops.services import plan
from tests.architecture import reference, tree

SETTING = re.compile(r"[\"'{$](PANEL_[A-Z_]+[A-Z]|DATABASE(?:_OWNER)?_URL|VALKEY_URL|EMAIL_URL|PORT)\b")


def _read() -> set[str]:
    names = [*tree.python(), *(name for name in tree.files() if name.startswith("panel/") and name.endswith(".sh"))]
    found = {match for name in names for match in SETTING.findall(tree.text(name))}
    return {name for name in found if not name.startswith("PANEL_TEST_") or name == "PANEL_TEST_CLOCK"}


def _documented() -> dict[str, str]:
    rows = re.findall(r"^\| `([A-Z_]+)` \|([^|]*)\|", tree.text("docs/reference/settings.md"), re.MULTILINE)
    return {name: default.strip(" `") for name, default in rows}


def test_every_setting_that_is_read_is_documented_and_no_other() -> None:
    assert sorted(_documented()) == sorted(_read())


def test_documented_defaults_are_the_programs_own() -> None:
    documented = _documented()
    assert {name: documented[name] for name in plan.DEFAULTS} == plan.DEFAULTS


def test_settings_of_the_panel_are_documented() -> None:
    text = tree.text("docs/reference/settings.md")
    assert [name for name in panel_settings.specs() if f"`{name}`" not in text] == []


@pytest.fixture(scope="module")
def written() -> dict[str, str]:
    return reference.pages()


@pytest.mark.parametrize("page", reference.PAGES)
def test_the_reference_is_in_step_with_the_code(page: str, written: dict[str, str]) -> None:
    assert (tree.ROOT / page).read_text() == written[page], "run: python -m tests.architecture.reference"


def test_a_code_has_one_status(written: dict[str, str]) -> None:
    codes = re.findall(r"^\| `([a-z_]+)` \| (\d+) \|", written["docs/reference/error-codes.md"], re.MULTILINE)
    assert len({code for code, _ in codes}) == len(codes)
