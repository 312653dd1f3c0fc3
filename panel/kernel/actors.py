"""Who acts: a kind and an id, never a foreign key."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

Kind = Literal["person", "service", "key", "subject", "console", "system", "anonymous"]


@dataclass(frozen=True, slots=True)
class Actor:
    """A `subject` is a data subject who proved a name by link and acts on their own pages only.

    `via` names the means (kind, id) when somebody acts through a key or a session; `fresh_at` is the real-time instant of
    the last proof of a factor in this session.
    """

    kind: Kind
    id: UUID | None = None
    via: tuple[str, UUID] | None = None
    fresh_at: datetime | None = None
    request_id: str = ""


SYSTEM = Actor("system")
ANONYMOUS = Actor("anonymous")


def console() -> Actor:
    """Somebody with a shell on the server."""
    return Actor("console")
