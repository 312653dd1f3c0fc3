"""Guard policies and providers stand in by name here: their own slices test them."""

import uuid
from collections.abc import Iterable
from uuid import UUID

import pytest

PARTS = "assistants.catalog.queries.parts"
PROVIDER, POLICY = uuid.UUID(int=1), uuid.UUID(int=2)


def _digest(policy_id: UUID) -> str:
    return policy_id.hex * 2


def _names(_providers: Iterable[UUID], _policies: Iterable[UUID]) -> dict[UUID, str]:
    return {PROVIDER: "Demo", POLICY: "Balanced"}


@pytest.fixture(autouse=True)
def _known_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{PARTS}.policy_digest", _digest)
    monkeypatch.setattr(f"{PARTS}.names", _names)
    monkeypatch.setattr(f"{PARTS}.providers", lambda _actor: [(PROVIDER, "Demo")])
    monkeypatch.setattr(f"{PARTS}.policies", lambda _actor: [(POLICY, "Balanced")])
