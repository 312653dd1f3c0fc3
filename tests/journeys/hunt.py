"""The canary hunt: what must never stand in clear is looked for in files, a dump, Valkey and logs, in several spellings."""

import base64
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import redis

from panel.ops.services.embedded.binaries import postgres_bin


def _spellings(word: str) -> Iterator[bytes]:
    raw = word.encode()
    yield raw
    yield raw.hex().encode()
    yield word.encode("utf-16-le")
    yield json.dumps(word)[1:-1].encode()
    for shift in range(3):
        # The middle of the base 64 text does not depend on what stands before and after.
        coded = base64.b64encode(b"x" * shift + raw)
        inner = coded[(4 if shift else 0) : -4]
        if len(inner) >= 12:
            yield inner


class Hunt:
    """`canaries` maps a name to the words to look for; each method returns one line for each find. `settings` names the
    database and Valkey where the panel was not started by `manage.py up`."""

    def __init__(self, data_dir: Path, canaries: dict[str, list[str]], settings: dict[str, str] | None = None) -> None:
        self.data_dir, self.searched, self.settings = data_dir, 0, settings
        self.prey = [(name, one) for name, words in canaries.items() for w in words for one in set(_spellings(w))]
        assert all(len(word) >= 6 for words in canaries.values() for word in words)

    def _search(self, where: str, content: bytes) -> list[str]:
        self.searched += len(content)
        low = content.lower()
        return sorted({f"{name} in {where}" for name, word in self.prey if word in content or word.lower() in low})

    def _settings(self) -> dict[str, str]:
        return self.settings or dict(json.loads((self.data_dir / "run" / "env.json").read_text()))

    def files(self) -> list[str]:
        """Every file of the data directory, the database's own files and its log of changes included."""
        with psycopg.connect(self._settings()["DATABASE_OWNER_URL"], autocommit=True) as connection:
            connection.execute("CHECKPOINT")
        found = []
        for path in sorted(self.data_dir.rglob("*")):
            if path.is_file() and path.name != "demo.json":
                found += self._search(str(path.relative_to(self.data_dir)), path.read_bytes())
        log = self.data_dir.parent / f"{self.data_dir.name}.up.log"
        return found + (self._search("the terminal", log.read_bytes()) if log.exists() else [])

    def database(self) -> list[str]:
        """A dump of everything, as a backup would hold it."""
        program = postgres_bin(None) / "pg_dump"
        url = self._settings()["DATABASE_OWNER_URL"]
        if program.exists():
            dump = subprocess.run([program, "--inserts", "--dbname", url], capture_output=True, check=True).stdout
        else:
            dump = b"".join(self._copied(url))
        assert b"journal_leaf" in dump
        return self._search("the dump", dump)

    def _copied(self, url: str) -> Iterator[bytes]:
        with psycopg.connect(url) as connection:
            names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
            for (name,) in names:
                yield str(name).encode()
                with connection.cursor().copy(f'COPY "{name}" TO STDOUT') as rows:
                    yield from (bytes(row) for row in rows)

    def valkey(self) -> list[str]:
        """Every key with its value, as the server would save it."""
        with redis.Redis.from_url(self._settings()["VALKEY_URL"]) as client:
            parts = [key + b" " + (client.dump(key) or b"") for key in client.scan_iter()]
        return self._search("Valkey", b"\n".join(parts))
