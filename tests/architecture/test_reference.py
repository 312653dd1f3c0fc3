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


SHORT = {
    "signin/": "tests/accounts/signin/",
    "credentials/": "tests/accounts/credentials/",
    "sweep/": "tests/architecture/sweep/",
}
# ASVS 5.0, levels 1 and 2: how many requirements each section of chapters 6 to 10 has there.
ASKED = {
    "6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4, "6.5": 5, "6.6": 3, "6.8": 4, "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5,
    "7.5": 2, "7.6": 2, "8.1": 2, "8.2": 3, "8.3": 1, "8.4": 1, "9.1": 3, "9.2": 4, "10.1": 2, "10.2": 2, "10.3": 4,
    "10.4": 11, "10.5": 5, "10.6": 2, "10.7": 3,
}  # fmt: skip


def test_each_requirement_of_asvs_names_tests_that_exist_or_says_why_not() -> None:
    rows = re.findall(r"^\| (\d+\.\d+\.\d+) \| [12] \|[^|]+\|(.+)\|$", tree.text("docs/asvs.md"), re.MULTILINE)
    wanted = {f"{section}.{number}" for section, most in ASKED.items() for number in range(1, most + 1)}
    assert sorted(one for one, _shown in rows) == sorted(wanted)
    missing = []
    for number, shown in rows:
        assert len(shown.strip()) > 10, number
        for path, test in re.findall(r"`(\S+?\.py)::(\w+)`", shown):
            top = next((top for top in SHORT if path.startswith(top)), "")
            file = tree.ROOT / (SHORT[top] + path.removeprefix(top) if top else path)
            if not file.exists() or f"def {test}(" not in file.read_text():
                missing.append(f"{number}: {path}::{test}")
    assert missing == []


def test_a_code_has_one_status(written: dict[str, str]) -> None:
    codes = re.findall(r"^\| `([a-z_]+)` \| (\d+) \|", written["docs/reference/error-codes.md"], re.MULTILINE)
    assert len({code for code, _ in codes}) == len(codes)
