"""Tickets that were used: one small file each, so that no worker on this data directory takes one twice."""

import contextlib
import os
import time
from pathlib import Path

from panel.kernel.tickets import LIFE_SECONDS, Ticket

SWEEP_SECONDS = 30.0


class Nonces:
    """`spend` is atomic between workers (O_EXCL). A file is not needed beyond its ticket's life; then it is swept away."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._swept = 0.0

    def spend(self, ticket: Ticket) -> bool:
        """False when it was spent before. Raises OSError when that cannot be written down."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._sweep()
        try:
            os.close(os.open(self._folder / ticket.nonce, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except FileExistsError:
            return False
        return True

    def _sweep(self) -> None:
        if time.monotonic() - self._swept < SWEEP_SECONDS:
            return
        self._swept = time.monotonic()
        old = time.time() - 2 * LIFE_SECONDS
        for path in self._folder.iterdir():
            with contextlib.suppress(FileNotFoundError):
                if path.stat().st_mtime < old:
                    path.unlink()
