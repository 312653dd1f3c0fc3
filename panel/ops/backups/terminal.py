"""`manage.py restore | upgrade | kek`: commands that must work while the panel is stopped. Free of Django."""

import argparse
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from panel.kernel.boot import environment
from panel.kernel.crypto import kek
from panel.ops.backups import rings
from panel.ops.backups.format import archive, erasures, reading
from panel.ops.services import plan
from panel.ops.services.faults import CannotStart
from panel.ops.services.keys import RINGS
from panel.ops.services.supervisor import Supervisor, say

REFUSALS = (CannotStart, archive.ArchiveError, kek.KekError, OSError)


def data_directory(given: Mapping[str, str]) -> Path:
    return Path(given.get("PANEL_DATA_DIR") or plan.ROOT / "var").expanduser().resolve()


def _answer(work: Callable[[], str]) -> int:
    """Run, print what it says; a refusal is one sentence and status 1."""
    try:
        print(work())  # noqa: T201 - a command's answer
    except REFUSALS as refusal:
        print(refusal, file=sys.stderr)  # noqa: T201 - a command's answer
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def restore(arguments: list[str]) -> int:
    """Returns the exit status."""
    parser = argparse.ArgumentParser("manage.py restore", description="Bring back a backup into an empty installation.")
    parser.add_argument("backup", type=Path, help="the folder of a backup, or its tar")
    parser.add_argument("--replace", action="store_true", help="destroy what is in the target now")
    parser.add_argument(
        "--erasures", type=Path, metavar="FILE", help=f"the ledger, if not {erasures.NAME} beside the backup"
    )
    parser.add_argument(
        "--erasures-unknown", action="store_true", help="restore without a ledger: what was erased since comes back"
    )
    asked = parser.parse_args(arguments)
    return _answer(lambda: _restore(asked, {name: value for name, value in os.environ.items() if value}))


def _restore(asked: argparse.Namespace, given: dict[str, str]) -> str:
    data = data_directory(given)
    given = {**_rings(given, data), **given, "PANEL_DATA_DIR": str(data)}
    path = asked.backup.resolve()
    with reading.Files(path) as files:
        reader = reading.Reader(files, kek.provider(given["PANEL_KEK_CONTENT"]))
        say("Reading the backup ...")
        reader.verify()
        if wrong := rings.unknown(reader.read("keys"), {name: given[setting] for name, setting in kek.SETTING.items()}):
            raise CannotStart(
                f"The ring {wrong[0]} of this machine is another one than the backup needs: bring the file with key"
                f" {wrong[1]} back from your key backup."
            )
        ledgers = _ledgers(asked, path, files, data)
    _room(data, reader.manifest, replace=asked.replace)
    given["PANEL_MODE"] = reader.header.mode
    words = ["load_backup", str(path), *(["--replace"] if asked.replace else [])]
    with Supervisor(_without_rings_of_our_own(given, data), demo=reader.header.mode == "demo").offline() as commands:
        say("Restoring ...")
        said = commands.run(*words, *(word for one in ledgers for word in ("--erasures", str(one))))
    return f"{said.strip()}\nStart the panel as before; everybody signs in again."


def _rings(given: Mapping[str, str], data: Path) -> dict[str, str]:
    """Addresses of both rings. A restore never makes one: it would open nothing."""
    found = {}
    for setting, name in RINGS.items():
        path = data / "keys" / name
        if not given.get(setting) and not path.exists():
            raise CannotStart(
                f"There is no key ring at {path}, and without it a backup stays closed: bring it back from your key backup,"
                f" or name it with {setting}."
            )
        found[setting] = given.get(setting) or f"file:{path}"
    return found


def _without_rings_of_our_own(given: Mapping[str, str], data: Path) -> dict[str, str]:
    """Rings in the data directory are found there at every later start, so they are not named as somebody else's."""
    own = {setting: f"file:{data / 'keys' / name}" for setting, name in RINGS.items()}
    return {name: value for name, value in given.items() if own.get(name) != value}


def _ledgers(asked: argparse.Namespace, path: Path, files: reading.Files, data: Path) -> list[Path]:
    """Where erasures after the backup stand. Without any, only a plain word goes on."""
    named = [asked.erasures.resolve()] if asked.erasures else []
    found = [one for one in (*named, path.parent / erasures.NAME, data / "backups" / erasures.NAME) if one.is_file()]
    if named and named[0] not in found:
        raise CannotStart(f"There is no ledger of erasures at {named[0]}.")
    if kept := files.beside(erasures.NAME):
        kept_at = data / "run" / erasures.NAME
        kept_at.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        kept_at.write_bytes(kept)
        found.append(kept_at)
    if not found and not asked.erasures_unknown:
        raise CannotStart(
            f"There is no {erasures.NAME} beside the backup, so what was erased since would come back: name it with"
            " --erasures, or say --erasures-unknown."
        )
    return list(dict.fromkeys(found))


def _room(data: Path, manifest: archive.Manifest, *, replace: bool) -> None:
    """The folders that the backup fills hold nothing yet."""
    for folder, pattern in manifest.stores.values():
        here = data / folder
        if not replace and here.is_dir() and any(path.is_file() for path in here.glob(pattern)):
            raise CannotStart(f"{here} is not empty. `--replace` restores all the same, over what is in it now.")


def upgrade(arguments: list[str]) -> int:
    """Returns the exit status."""
    parser = argparse.ArgumentParser(
        "manage.py upgrade",
        description="Back up, then bring the database to this version. The panel is stopped meanwhile.",
    )
    parser.add_argument("--demo", action="store_true", help="the data directory of `make demo`")
    asked = parser.parse_args(arguments)
    return _answer(lambda: _upgrade(demo=asked.demo))


def _upgrade(*, demo: bool) -> str:
    with Supervisor(os.environ, demo=demo).offline() as commands:
        say("Backing up ...")
        try:
            folder = commands.run("backup", "--unrecorded").strip()
        except CannotStart as reason:
            raise CannotStart(f"Nothing was changed, because the backup failed: {reason}") from None
        say(f"Backed up: {folder}")
        try:
            commands.run("prepare_database")
            commands.run("check", "--fail-level", "ERROR")
            commands.run("upgraded", folder)
            said = commands.run("journal_verify").strip()
        except CannotStart as reason:
            raise CannotStart(
                f"{reason}\nThe upgrade did not end. Install the version before, then go back with:"
                f" manage.py restore {folder} --replace"
            ) from None
    return f"{said}\nThe database is at this version. Start the panel: `make up`."


def show_kek(arguments: list[str]) -> int:
    """`manage.py kek [show-location | check PATH]`. Returns the exit status."""
    found = {name: value for name, value in environment().items() if value}
    data = data_directory(found)
    addresses = {
        name: found.get(setting) or f"file:{data / 'keys' / RINGS[setting]}" for name, setting in kek.SETTING.items()
    }
    if arguments in ([], ["show-location"]):
        return _answer(lambda: rings.shown(addresses))
    if len(arguments) == 2 and arguments[0] == "check":
        return _answer(lambda: rings.checked(addresses, Path(arguments[1])))
    print("usage: manage.py kek [show-location | check PATH]")  # noqa: T201 - a command's answer
    return 2


COMMANDS = {"restore": restore, "upgrade": upgrade, "kek": show_kek}
