"""What a key opens on the gateway: by scope, from where, with which of its secrets."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from accounts.credentials.engine import addresses, tokens
from assistants.gateway.engine.state.callers import Callers, keys_of
from assistants.gateway.engine.state.snapshot import Snapshot
from panel.kernel import clock, ids
from tests.assistants.gateway.gate import PEPPER, TOKEN, ask, opened, run, snapshot
from tests.assistants.gateway.provider import whole


def with_key(**changes: Any) -> Snapshot:
    """The usual snapshot with another key in it."""
    found = snapshot()
    digest = tokens.digest(PEPPER, TOKEN)
    return replace(found, keys={digest: replace(found.keys[digest], **changes)})


class TestAddresses:
    # The gate's client is 192.0.2.1.
    @pytest.mark.parametrize(
        ("ranges", "status"), [(["192.0.2.0/24"], 200), (["203.0.113.0/24", "2001:db8::/32"], 403)]
    )
    def test_a_key_is_good_from_its_ranges_only(self, tmp_path: Path, ranges: list[str], status: int) -> None:
        async def body() -> None:
            async with opened(tmp_path, whole("ok"), at=with_key(networks=addresses.networks(ranges))) as gate:
                answer = await gate.call(ask(), headers={"x-forwarded-for": "203.0.113.9"})
                assert answer.status == status
                (record,) = gate.records()
                assert record["network"] == "192.0.2.0/24"
                assert record["error"] == ("address_not_allowed" if status == 403 else "")
                assert b"192.0.2.1" not in gate.spooled()

        run(body)


class TestScopes:
    @pytest.mark.parametrize(
        ("scope", "path", "status"),
        [
            ("chat", "/v1/chat/completions", 200),
            ("models", "/v1/chat/completions", 403),
            ("embeddings", "/v1/chat/completions", 403),
            ("models", "/v1/models", 200),
            ("embeddings", "/v1/models", 403),
        ],
    )
    def test_a_route_opens_to_its_scope(self, tmp_path: Path, scope: str, path: str, status: int) -> None:
        async def body() -> None:
            async with opened(tmp_path, whole("ok"), at=with_key(scopes=frozenset({scope}))) as gate:
                method = "GET" if path == "/v1/models" else "POST"
                assert (await gate.call(ask(), path=path, method=method)).status == status
                if status == 200 and method == "POST":
                    assert gate.records()[0]["scope"] == scope

        run(body)


class TestTwoSecrets:
    def row(self, **changes: Any) -> tuple[Any, ...]:
        end = clock.now() + timedelta(days=30)
        values = {
            "digest": b"new", "id": self.id, "scopes": ["chat"], "expires_at": end, "active": True, "networks": [],
            "assistants": None, "ends": None, "previous": b"old", "until": clock.now() + timedelta(hours=1), "kind": "gateway",
            "public": "x", **changes,
        }  # fmt: skip
        return tuple(values.values())

    id = ids.new_id()

    def test_each_has_its_own_end(self) -> None:
        found = keys_of(self.row())
        soon = (clock.now() + timedelta(hours=2)).timestamp()
        assert found[b"new"].usable(soon)
        assert not found[b"old"].usable(soon)
        assert found[b"old"].usable(clock.now().timestamp())

    def test_one_that_is_gone_opens_nothing_and_its_calls_are_told(self) -> None:
        callers = Callers()
        callers.learn(self.row())
        callers.learn(self.row(digest=b"newer", previous=None, until=None))
        assert {digest: key.active for digest, key in callers.keys.items()} == {
            b"newer": True,
            b"new": False,
            b"old": False,
        }
