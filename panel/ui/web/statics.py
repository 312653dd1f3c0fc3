"""Static files: hashed names, compressed, one stylesheet instead of forty, one script with its parts behind it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

_IMPORT = re.compile(r'^@import url\("(?P<path>[^"]+)"\) layer\((?P<layer>[a-z]+)\);$', re.MULTILINE)
SHEET = "css/app.css"
SCRIPT, PARTS = "js/app.js", "parts"


def bundle(sheet: str, folder: Path) -> str:
    """The sheet with its imports in place, each inside its layer. Raises OSError when one is missing."""

    def inline(found: re.Match[str]) -> str:
        return f"@layer {found['layer']} {{\n{(folder / found['path']).read_text()}}}"

    return _IMPORT.sub(inline, sheet)


def joined(script: str, folder: Path) -> str:
    """The script with every file of its folder of parts behind it, by name. Each is a closed function of its own."""
    parts = sorted((folder / PARTS).glob("*.js"))
    return "\n".join([script, *(part.read_text() for part in parts)])


class Storage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        for name, made in ((SHEET, bundle), (SCRIPT, joined)):
            if name in paths and not dry_run:
                storage, path = paths[name]
                source = Path(storage.path(path))
                self.delete(name)
                self._save(name, ContentFile(made(source.read_text(), source.parent).encode()))
                paths[name] = (self, name)
        yield from super().post_process(paths, dry_run, **options)

    def stored_name(self, name: str) -> str:
        # Before the first collectstatic (console, tests) pages render with plain names instead of failing.
        return super().stored_name(name) if self.hashed_files else name
