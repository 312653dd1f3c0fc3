"""The key-encryption keys outside of any backup: where they are, their fingerprints, and whether a stored copy is one.

A fingerprint is 8 bytes derived from the key (HKDF), so that it may stand on paper and on a page. Free of Django.
"""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from panel.kernel.boot import environment
from panel.kernel.crypto import kek
from panel.ops.backups.format import tables


def ours(env: Mapping[str, str] | None = None) -> dict[str, str]:
    """Addresses of the two rings by name, as this process was given them."""
    found = environment() if env is None else env
    return {name: found.get(kek.SETTING[name], "") for name in kek.RINGS}


def fingerprints(address: str) -> dict[str, str]:
    """Fingerprint by key id, the current key first. Raises KekError."""
    return kek.fingerprints(kek.provider(address))


def shown(addresses: Mapping[str, str]) -> str:
    """Where each ring is and what its keys look like, for the terminal."""
    lines = []
    for name, address in addresses.items():
        if not address:
            raise kek.KekError(f"This process has no key ring {name!r}: set {kek.SETTING[name]}.")
        lines.append(f"{name}: {address}")
        lines += [f"  {key}  {mark}" for key, mark in fingerprints(address).items()]
    return "\n".join(lines)


def checked(addresses: Mapping[str, str], copy: Path) -> str:
    """One sentence when the copy (a ring file, or a folder with both) opens all that we can. Raises KekError."""
    files = [one for one in sorted(copy.rglob("*")) if one.is_file()] if copy.is_dir() else [copy]
    held: set[str] = set()
    for path in files:
        held |= set(_of_copy(path).values())
    asked = {name: set(fingerprints(address).values()) for name, address in addresses.items() if address}
    wrong = [name for name, marks in asked.items() if not marks <= held]
    if copy.is_file() and len(wrong) < len(asked):
        found = next(name for name in asked if name not in wrong)
        return (
            f"{copy} is a good copy of the ring {found}. Keep one of {', '.join(wrong)} as well."
            if wrong
            else (f"{copy} is a good copy of both rings.")
        )
    if wrong:
        raise kek.KekError(f"{copy} holds no good copy of the ring {wrong[0]}: a backup could not be opened with it.")
    return f"{copy} holds good copies of the rings {' and '.join(asked)}."


def unknown(keys: Iterator[bytes], addresses: Mapping[str, str]) -> tuple[str, str] | None:
    """The first (ring, key id) that wraps a data key of a backup's part `keys` and is in none of our rings.

    A ring that stays with a service is not asked. Raises KekError, ArchiveError.
    """
    ours = {name: fingerprints(address) for name, address in addresses.items()}
    for _table, columns, blocks in tables.stored(keys):
        ring, key, wrapped = (columns.index(name) for name in ("ring", "kek_id", "wrapped"))
        for row in (line.split(b"\t") for block in blocks for line in block.splitlines()):
            name, held = row[ring].decode(), row[key].decode()
            if row[wrapped] != b"\\N" and ours.get(name) and held not in ours[name]:
                return name, held
    return None


def _of_copy(path: Path) -> dict[str, str]:
    """A copy on another medium may be readable by others, or be no ring at all."""
    try:
        if os.stat(path).st_size > 65536:  # noqa: PTH116 - no more than its size is asked
            return {}
        return kek.fingerprints(kek.parse(path.read_text()))
    except (OSError, UnicodeDecodeError, kek.KekError):
        return {}
