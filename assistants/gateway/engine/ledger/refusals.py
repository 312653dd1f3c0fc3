"""Callers without a key, counted: one record per (route, code, address digest, minute), however many knocked."""

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from panel.kernel import clock, ids

LIMIT = 2000
OTHERS = "others"


@dataclass(slots=True)
class Tally:
    route: str
    code: str
    address: str
    minute: int
    id: UUID = field(default_factory=ids.new_id)
    at: datetime = field(default_factory=clock.now)
    count: int = 0
    told: int = 0


class Refusals:
    """Addresses leave this class only as a digest, keyed per process start by what the snapshot gives."""

    def __init__(self) -> None:
        self._tallies: dict[tuple[str, str, str, int], Tally] = {}

    def add(self, *, route: str, code: str, address: str, key: bytes) -> None:
        minute = int(clock.now().timestamp() // 60)
        digest = hmac.new(key, address.encode(), hashlib.sha256).hexdigest()[:16] if key else OTHERS
        if len(self._tallies) >= LIMIT:
            digest = OTHERS
        place = (route, code, digest, minute)
        tally = self._tallies.get(place)
        if tally is None:
            tally = self._tallies[place] = Tally(route, code, digest, minute)
        tally.count += 1

    def due(self, *, everything: bool = False) -> Iterator[tuple[UUID, dict[str, Any]]]:
        """Records to write now: a tally when it is new, and again, final, when its minute is over."""
        minute = int(clock.now().timestamp() // 60)
        for place, tally in list(self._tallies.items()):
            final = everything or tally.minute < minute
            if final:
                del self._tallies[place]
            if final or tally.told == 0:
                tally.told = tally.count
                yield ids.new_id(), self._record(tally, final=final)

    def _record(self, tally: Tally, *, final: bool) -> dict[str, Any]:
        return {
            "kind": "refusal",
            "id": tally.id.hex,
            "at": tally.at.isoformat(),
            "route": tally.route,
            "error": tally.code,
            "address": tally.address,
            "count": tally.count,
            "final": final,
        }
