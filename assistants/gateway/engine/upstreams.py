"""One upstream a target: connections are kept as long as the snapshot names the same address and key."""

from assistants.providers.engine.upstream import Target, Upstream

KEPT = 200


class Upstreams:
    """Upstreams by target; a target that a rotation replaced goes when there are too many."""

    def __init__(self) -> None:
        self._known: dict[Target, Upstream] = {}

    def of(self, target: Target) -> Upstream:
        return self._known[target]

    async def close(self) -> None:
        self._known.clear()
