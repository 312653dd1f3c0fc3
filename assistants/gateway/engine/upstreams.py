"""The way to the providers: one egress a worker, which knows at any time which private hosts are allowed."""

from assistants.providers.engine import pool
from assistants.providers.engine.upstream import Target, Upstream
from panel.outbound.guard.egress import Egress, Hosts


class Upstreams:
    """Made before the loop runs; the egress is opened by the first call. `allowed` is read anew for each connection."""

    def __init__(self, connections: int = 1000) -> None:
        self.allowed: Hosts = ()
        self._connections = connections
        self._egress: Egress | None = None

    def of(self, target: Target) -> Upstream:
        """Raises ValueError for a kind of provider that this version does not know."""
        if self._egress is None:
            self._egress = Egress(lambda: self.allowed, connections=self._connections)
        return pool.upstream(target, self._egress)

    async def close(self) -> None:
        if self._egress is not None:
            await self._egress.close()
            self._egress = None
