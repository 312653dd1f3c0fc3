"""The installation's own secrets: made once, never again while there is something that only they open."""

import secrets
from collections.abc import Mapping
from pathlib import Path

from panel.kernel.crypto import kek
from panel.ops.services.faults import CannotStart
from panel.ops.services.layout import Layout, write_private

RINGS = {"PANEL_KEK_SERVING": "serving.kek", "PANEL_KEK_CONTENT": "content.kek"}
OWNER_PASSWORD = "owner.password"  # noqa: S105 - a file's name
APPLICATION_PASSWORD = "application.password"  # noqa: S105 - a file's name
SIGNING_KEY = "signing.key"


def ensure(layout: Layout, given: dict[str, str], *, embedded: bool) -> dict[str, str]:
    """Make missing keys at the first start; returns the settings that name them, the caller's own winning.

    Raises CannotStart when a key is gone that the installation was written with.
    """
    begun = layout.keys / "begun"
    wanted = [(SIGNING_KEY, "PANEL_SECRET_KEY_FILE"), *((name, setting) for setting, name in RINGS.items())]
    files = [name for name, setting in wanted if not given.get(setting)]
    files += [OWNER_PASSWORD, APPLICATION_PASSWORD] if embedded else []
    missing = [name for name in files if not (layout.keys / name).exists()]
    if begun.exists() and (lost := [name for name in missing if name in begun.read_text().split()]):
        raise CannotStart(
            f"{layout.keys / lost[0]} is gone, and what was written with it cannot be read without it:"
            " bring it back from your key backup."
        )
    for name in missing:
        _make(layout.keys / name)
    known = set(begun.read_text().split()) if begun.exists() else set()
    if not set(files) <= known:
        write_private(begun, "\n".join(sorted(known | set(files))) + "\n")
    found = {setting: f"file:{layout.keys / name}" for setting, name in RINGS.items()}
    found["PANEL_SECRET_KEY_FILE"] = str(layout.keys / SIGNING_KEY)
    return {setting: given.get(setting) or own for setting, own in found.items()}


def make_where_named(settings: Mapping[str, str]) -> None:
    """For containers: make the key files that the settings name and that are not there yet.

    A ring that takes the place of a lost one is refused by `prepare_database`: it does not open what is stored.
    """
    for setting in (*RINGS, "PANEL_SECRET_KEY_FILE"):
        path = Path(settings.get(setting, "").removeprefix("file:"))
        if settings.get(setting, "").startswith(("file:", "/")) and not path.exists():
            kek.generate(path) if setting in RINGS else write_private(path, secrets.token_urlsafe(48) + "\n")


def _make(path: Path) -> None:
    if path.suffix == ".kek":
        kek.generate(path)
    else:
        write_private(path, secrets.token_urlsafe(48) + "\n")


def read(layout: Layout, name: str) -> str:
    return (layout.keys / name).read_text().strip()
