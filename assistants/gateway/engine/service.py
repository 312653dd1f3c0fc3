"""The parts of a gateway worker, and how they live and end together."""

import asyncio
import contextlib
import logging
from typing import Any

import orjson

from assistants.gateway.engine.calls import Call
from assistants.gateway.engine.config import Config
from assistants.gateway.engine.errors import ApiError
from assistants.gateway.engine.ledger import payload
from assistants.gateway.engine.ledger.refusals import Refusals
from assistants.gateway.engine.ledger.shipper import Shipper
from assistants.gateway.engine.ledger.spool import Spool, SpoolUnavailable
from assistants.gateway.engine.live import Live
from assistants.gateway.engine.playground.nonces import Nonces
from assistants.gateway.engine.state import gate
from assistants.gateway.engine.state.consent import PLAYGROUND
from assistants.gateway.engine.state.feed import Feed
from assistants.gateway.engine.state.identity import Checked
from assistants.gateway.engine.state.snapshot import DRAFT, LIVE, Key, Snapshot
from assistants.gateway.engine.upstreams import Upstreams
from panel.kernel import clock, ids

log = logging.getLogger("panel.gateway")
REFUSAL_SECONDS = 1.0
STUCK_SECONDS = 5.0
ENDS_SECONDS = 0.5
# A withdrawal ends what runs within five seconds, also on a worker that cannot hear of it.
DEAF_SECONDS = 4.0


class Service:
    """One per process. `start` returns when calls can be answered, or when it is sure that they must be refused."""

    def __init__(self, config: Config, upstreams: Upstreams | None = None) -> None:
        self.config = config
        self.upstreams = upstreams or Upstreams()
        self.worker = ids.new_id()
        self.live = Live(config.calls)
        self.refusals = Refusals()
        self.spool = Spool(config.spool, self.worker, min_free=config.spool_min_free)
        self.shipper = Shipper(self.spool, config.database)
        self.feed = Feed(config, self.worker, self._changed)
        self.checked = Checked()
        self.nonces = Nonces(config.tickets)
        self._trying: asyncio.Task[None] | None = None
        self._chores: list[asyncio.Task[None]] = []
        self._looking: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        self.spool.start(asyncio.get_running_loop())
        self.shipper.start()
        await self.feed.start()
        self._chores = [
            asyncio.create_task(self._every(REFUSAL_SECONDS, self._tell_refusals)),
            asyncio.create_task(self._every(STUCK_SECONDS, self._end_stuck)),
            asyncio.create_task(self._every(ENDS_SECONDS, self._end_what_ran_out)),
            asyncio.create_task(self._every(ENDS_SECONDS, self._end_tries)),
        ]

    async def close(self) -> None:
        """Let the calls under way go, write and ship what is left."""
        for task in self._chores:
            task.cancel()
        await asyncio.gather(*self._chores, return_exceptions=True)
        await self.feed.close()
        await self.upstreams.close()
        self._tell_refusals(everything=True)
        await asyncio.to_thread(self.spool.close)
        await asyncio.to_thread(self.shipper.close)

    @property
    def snapshot(self) -> Snapshot:
        return self.feed.snapshot

    def require_service(self) -> None:
        """Raises ApiError when nothing may be answered at all now."""
        if self.feed.stopped:
            raise ApiError("gateway_stopped")
        if not self.feed.lease.held:
            raise ApiError("snapshot_stale")

    def require_room(self) -> None:
        """Raises ApiError when a call could not be recorded, or is one too many."""
        if not self.spool.ready:
            raise ApiError("record_unavailable")
        if self.live.full:
            raise ApiError("overloaded")

    async def record(self, call: Call) -> None:
        """Returns when the call's record is on the disk; from here on the call cannot be ended from outside.

        Raises ApiError when it cannot be written: then nothing of the answer's end may be released.
        """
        call.abortable = False
        call.recorded = True
        try:
            await self.spool.commit(call.id, payload.payload(call, self.snapshot))
        except SpoolUnavailable:
            raise ApiError("record_unavailable") from None

    def leave(self, call: Call) -> None:
        """Record without waiting: nobody is there to whom an end could be released."""
        call.abortable = False
        if not call.recorded:
            call.recorded = True
            self.spool.leave(call.id, payload.payload(call, self.snapshot))

    def _changed(self, snapshot: Snapshot) -> None:
        """End at once what the new state does not allow any more: a paused assistant, a revoked key, a stop."""
        self.upstreams.allowed = snapshot.hosts
        if self.feed.stopped:
            self.live.end("gateway_stopped", lambda _: True)
        self.live.end("assistant_paused", lambda call: _not_live(call, snapshot))
        self._end_what_ran_out(snapshot)
        self._end_restricted(snapshot)
        moved, self.feed.moved = self.feed.moved, frozenset()
        for call in self.live.where(lambda call: call.who is not None and not moved.isdisjoint(call.who.subjects)):
            self._look_again(call)

    def _look_again(self, call: Call) -> None:
        """What this call's person chose has changed: read it, and end the call if it may not go on. Until then nobody is known
        to have agreed, so that no word is kept."""
        call.who = None

        async def look() -> None:
            if code := await gate.again(self.feed, call):
                call.abort(code)

        task = asyncio.create_task(look())
        self._looking.add(task)
        task.add_done_callback(self._looking.discard)

    def _end_tries(self) -> None:
        """The snapshot knows no rights of people: those who try an assistant in the panel are looked at one by one."""
        if self._trying is None or self._trying.done():
            self._trying = asyncio.create_task(self._ask_for_tries())

    async def _ask_for_tries(self) -> None:
        for call in self.live.where(lambda call: call.source == PLAYGROUND):
            if call.person and call.assistant:
                with contextlib.suppress(ApiError):  # while nobody can be asked, the lease decides
                    if not await self.feed.may_try(call.person, call.assistant.id):
                        call.abort("model_not_found")

    def _end_restricted(self, snapshot: Snapshot) -> None:
        if snapshot.restricted:
            self.live.end("processing_restricted", lambda call: gate.is_restricted(call, snapshot))

    def _end_what_ran_out(self, snapshot: Snapshot | None = None) -> None:
        """Keys that were revoked or ended, rights of their owners, sessions: by a change, or because time went by."""
        found, now = snapshot or self.snapshot, clock.now().timestamp()
        self.live.end("invalid_api_key", lambda call: _revoked(call, found, now))
        self.live.end("model_not_found", lambda call: _out_of_reach(call, found, now))
        self.live.end("invalid_ticket", lambda call: call.session in found.ended_sessions)
        self.live.end_each(lambda call: gate.ended(call, found))
        if self.feed.lease.age > DEAF_SECONDS:
            self.live.end("consent_unchecked", lambda call: call.about is not None and bool(call.bound))

    def _tell_refusals(self, *, everything: bool = False) -> None:
        for frame_id, record in self.refusals.due(everything=everything):
            self.spool.leave(frame_id, orjson.dumps(record))

    def _end_stuck(self) -> None:
        self.live.end_stuck(self.config.slow_client)

    async def _every(self, seconds: float, chore: Any) -> None:
        while True:
            await asyncio.sleep(seconds)
            with contextlib.suppress(RuntimeError):
                chore()

    def health(self) -> dict[str, Any]:
        """For the metrics page: ages in seconds, counts."""
        return {
            "epoch": self.snapshot.epoch,
            "snapshot_age_seconds": round(self.feed.lease.age, 3),
            "stopped": self.feed.stopped,
            "spool_ready": self.spool.ready,
            "calls": len(self.live),
        }


def _not_live(call: Call, snapshot: Snapshot) -> bool:
    if call.assistant is None:
        return False
    now = snapshot.by_id.get(call.assistant.id)
    return now is None or now.state not in ({DRAFT, LIVE} if call.trial else {LIVE})


def _known(call: Call, snapshot: Snapshot) -> Key | None:
    """The caller's key, or that of its OAuth client, as it is now; None when somebody tries in the panel."""
    if call.client:
        return snapshot.clients.get(call.client, call.key)
    return snapshot.keys.get(call.digest, call.key)


def _revoked(call: Call, snapshot: Snapshot, now: float) -> bool:
    key = _known(call, snapshot)
    return call.token in snapshot.ended or (key is not None and not key.usable(now))


def _out_of_reach(call: Call, snapshot: Snapshot, now: float) -> bool:
    key = _known(call, snapshot)
    return key is not None and call.assistant is not None and not key.may_call(call.assistant.id, now)
