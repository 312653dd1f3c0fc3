"""One call on its way: identity, clock marks, and what its record will say."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from assistants.gateway.engine.state.consent import Binding, Person
from assistants.gateway.engine.state.snapshot import Assistant, Key
from assistants.guard.engine.inspection import Inspection
from assistants.guard.engine.verdicts import Verdict
from panel.kernel import clock, ids


@dataclass(slots=True, eq=False)
class Call:
    """Marks are `perf_counter` seconds relative to `began`; None until reached.

    `client` and `token` are the OAuth client's public id and the `jti` of its token, "" for a key.
    `network` is the coarse address (/24, /48) that a key is used from, `scope` the one that opened the route.
    `subject` is a keyed digest (hex) of the end-user id, "" when the client named nobody. `person` tries the assistant
    in the panel, within `session`; `trial` says that it is a version which was never published.
    `bound` are the purposes that the call needs a yes for, `about` the name of the person and `who` how their consents stand.
    `inspected` is told once the way in is judged.
    """

    route: str
    id: UUID = field(default_factory=ids.new_id)
    at: datetime = field(default_factory=clock.now)
    began: float = field(default_factory=time.perf_counter)
    key: Key | None = None
    digest: bytes = field(default=b"", repr=False)
    client: str = ""
    token: str = ""
    network: str = ""
    scope: str = ""
    assistant: Assistant | None = None
    subject: str = ""
    source: str = "api"
    person: UUID | None = None
    session: UUID | None = None
    trial: bool = False
    bound: tuple[Binding, ...] = ()
    about: tuple[str, bytes] | None = None
    who: Person | None = None
    inspected: Callable[[], Awaitable[None]] | None = None
    stream: bool = False
    bytes_in: int = 0
    bytes_out: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    estimated: bool = False
    status: int = 0
    error: str = ""
    upstream_status: int = 0
    marks: dict[str, float] = field(default_factory=dict)
    inspection: Inspection | None = None
    verdicts: list[Verdict] = field(default_factory=list)
    out_stages: dict[str, int] = field(default_factory=dict)
    request: dict[str, Any] | None = None
    answer: Any = None
    task: "asyncio.Task[Any] | None" = None
    reason: str = ""
    started: bool = False
    abortable: bool = True
    recorded: bool = False
    sending_since: float | None = None

    @property
    def request_id(self) -> str:
        return f"req_{self.id.hex}"

    @property
    def known(self) -> bool:
        """A key, somebody in the panel or somebody in a chat calls: each of these calls has a record of its own."""
        return self.key is not None or self.person is not None or self.source == "chat"

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        return [(b"x-request-id", self.request_id.encode())]

    def mark(self, name: str) -> None:
        """Write down when a step was reached for the first time."""
        self.marks.setdefault(name, time.perf_counter() - self.began)

    def abort(self, code: str) -> bool:
        """End the call from outside, once; its own code then says goodbye and writes the record."""
        if self.reason or not self.abortable or self.task is None:
            return False
        self.reason = code
        return self.task.cancel()
