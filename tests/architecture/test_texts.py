"""What the texts promise exists, and they speak of the project alone."""

import re
from pathlib import Path

from tests.architecture import tree

TEXTS = [name for name in tree.files() if name.endswith(".md")]
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#]+)(?:#[^)]*)?\)")
PLACE = re.compile(r"`((?:tests|docs|panel|accounts|compliance|assistants|templates|static)/[A-Za-z0-9_./-]*)`")


def test_every_link_leads_somewhere() -> None:
    broken = [
        f"{name}: {target}"
        for name in TEXTS
        for target in LINK.findall(tree.text(name))
        if not (tree.ROOT / Path(name).parent / target).exists()
    ]
    assert broken == []


def test_every_place_that_is_named_exists() -> None:
    # `templates/assistants/vault/rotation.html` in CONTRIBUTING shows how names pair.
    missing = {
        f"{name}: {place}"
        for name in TEXTS
        for place in PLACE.findall(tree.text(name))
        if not (tree.ROOT / place).exists() and "rotation.html" not in place
    }
    assert missing == set()


def test_every_make_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", tree.text("Makefile"), re.MULTILINE))
    named = {word for name in TEXTS for word in re.findall(r"`?make ([a-z]+)\b(?=[`\s])", tree.text(name))}
    commands = {word for word in named if f"`make {word}`" in "".join(map(tree.text, TEXTS)) or word in {"up", "demo"}}
    assert commands <= targets


def test_the_licence_is_apache_2() -> None:
    assert "Version 2.0, January 2004" in tree.text("LICENSE")
    assert 'license = "Apache-2.0"' in tree.text("pyproject.toml")


def test_no_text_names_a_machine_or_a_workplace() -> None:
    images = (".png", ".mo", ".zip", ".woff2", ".svg", ".ico", ".txt", ".json", "test_texts.py")
    theirs = re.compile(r"(?<![\w.])/work/|/root/\.pyenv|/opt/pypi|noreply\.")
    read = [name for name in tree.files() if not name.endswith(images)]
    assert [name for name in read if theirs.search(tree.text(name))] == []
