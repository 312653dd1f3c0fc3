"""Access tokens on the gateway: checked by what the snapshot knows, and by nothing in the token."""

import asyncio
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from accounts.credentials.engine import addresses, bearers, tokens
from accounts.credentials.engine.bearers import Signer
from assistants.gateway.engine.state.snapshot import Key, Snapshot
from panel.kernel import ids
from tests.assistants.gateway.gate import Gate, ask, opened, run, snapshot
from tests.assistants.gateway.provider import chunk, stream, whole

ISSUER, KID, CLIENT, JTI = "https://panel.example", "0" * 32, "Ab3dE6gH9j", "5" * 32
PRIVATE = Ed25519PrivateKey.generate()
RAW = PRIVATE.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())


def token(scope: str = "chat models", *, raw: bytes = RAW, **changes: Any) -> str:
    now = int(time.time())
    claims = {
        "iss": ISSUER, "sub": CLIENT, "client_id": CLIENT, "aud": f"{ISSUER}/v1", "jti": JTI, "iat": now,
        "exp": now + 600, "scope": scope, **changes,
    }  # fmt: skip
    return bearers.sign(raw, KID, claims)


def with_client(**changes: Any) -> Snapshot:
    found = snapshot()
    key = Key(ids.new_id(), frozenset({"chat", "models"}), {found.assistants["helper"].id: float("inf")})
    return replace(found, clients={CLIENT: replace(key, **changes)}, signers={KID: Signer(PRIVATE.public_key())})


def gate(folder: Path, *script: Any, at: Snapshot | None = None) -> Any:
    return opened(folder, *script, at=at or with_client(), issuer=ISSUER)


class TestGood:
    def test_a_token_calls_like_a_key_and_its_client_is_on_the_record(self, tmp_path: Path) -> None:
        async def body() -> None:
            async with gate(tmp_path, whole("ok"), whole("ok")) as open_gate:
                for _ in range(2):
                    assert (await open_gate.call(ask(), token=token())).status == 200
                record, again = open_gate.records()
                assert record["key"] == again["key"] == open_gate.snapshot.clients[CLIENT].id.hex
                assert (record["scope"], record["network"]) == ("chat", "192.0.2.0/24")

        run(body)

    @pytest.mark.parametrize(
        ("scope", "path", "status"),
        [("chat", "/v1/chat/completions", 200), ("models", "/v1/chat/completions", 403), ("models", "/v1/models", 200)],
    )
    def test_the_tokens_own_scopes_count(self, tmp_path: Path, scope: str, path: str, status: int) -> None:
        async def body() -> None:
            async with gate(tmp_path, whole("ok")) as open_gate:
                method = "GET" if path == "/v1/models" else "POST"
                assert (await open_gate.call(ask(), path=path, method=method, token=token(scope))).status == status

        run(body)

    def test_a_scope_that_the_client_lost_is_lost_for_its_tokens(self, tmp_path: Path) -> None:
        async def body() -> None:
            async with gate(tmp_path, at=with_client(scopes=frozenset({"models"}))) as open_gate:
                assert (await open_gate.call(ask(), token=token())).status == 403

        run(body)


class TestRefused:
    @pytest.mark.parametrize(
        "changes",
        [
            {"aud": f"{ISSUER}/api/v1"},
            {"iss": "https://other.example"},
            {"exp": 1},
            {"client_id": "Zz3dE6gH9j", "sub": "Zz3dE6gH9j"},
            {"raw": bytes(range(32))},  # a key that nobody here knows
        ],
        ids=str,
    )
    def test_it_is_an_error_object_and_counted_without_a_name(self, tmp_path: Path, changes: dict[str, Any]) -> None:
        async def body() -> None:
            async with gate(tmp_path) as open_gate:
                open_gate.service.feed._unknown.add(b"client:Zz3dE6gH9j")
                answer = await open_gate.call(ask(), token=token(**changes))
                assert (answer.status, answer.error["code"]) == (401, "invalid_token")
                assert not open_gate.records()
                (counted,) = [one for _, one in open_gate.service.refusals.due(everything=True)]
                assert counted["error"] == "invalid_token"

        run(body)

    def test_not_in_an_address_and_not_from_elsewhere(self, tmp_path: Path) -> None:
        async def body() -> None:
            away = with_client(networks=addresses.networks(["203.0.113.0/24"]))
            async with gate(tmp_path, at=away) as open_gate:
                answer = await open_gate.call(ask(), token="", query=f"access_token={token()}".encode())
                assert answer.error["code"] == "api_key_in_url"
                answer = await open_gate.call(ask(), token=token(), query=f"x={token()}".encode())
                assert answer.error["code"] == "api_key_in_url"
                assert (await open_gate.call(ask(), token=token())).error["code"] == "address_not_allowed"

        run(body)

    def test_a_client_secret_opens_nothing_here(self, tmp_path: Path) -> None:
        async def body() -> None:
            async with gate(tmp_path) as open_gate:
                answer = await open_gate.call(ask(), token=tokens.generate("client")[1])
                assert answer.error["code"] == "invalid_api_key"

        run(body)


ENDS: dict[str, Any] = {
    "its client is revoked": lambda found: replace(
        found, clients={CLIENT: replace(found.clients[CLIENT], active=False)}
    ),
    "its client loses the assistant": lambda found: replace(
        found, clients={CLIENT: replace(found.clients[CLIENT], assistants={})}
    ),
    "the token is revoked": lambda found: replace(found, ended=frozenset({JTI})),
    "its signer is gone": lambda found: replace(found, signers={}),
}


@pytest.mark.parametrize("end", ENDS)
def test_what_was_checked_before_is_checked_again(tmp_path: Path, end: str) -> None:
    async def body() -> None:
        async with gate(tmp_path, whole("ok"), whole("ok")) as open_gate:
            given = token()
            assert (await open_gate.call(ask(), token=given)).status == 200
            open_gate.say(ENDS[end](open_gate.snapshot))
            assert (await open_gate.call(ask(), token=given)).status in {401, 404}

    run(body)


@pytest.mark.parametrize("end", [name for name in ENDS if name != "its signer is gone"])
def test_a_stream_under_way_ends_at_once(tmp_path: Path, end: str) -> None:
    async def body() -> None:
        pieces = [one for _ in range(200) for one in (chunk({"content": "word "}), 0.05)]
        async with gate(tmp_path, stream(*pieces)) as open_gate:
            calling = asyncio.create_task(open_gate.call(ask(stream=True), token=token()))
            await _begun(open_gate)
            open_gate.say(ENDS[end](open_gate.snapshot))
            answer = await asyncio.wait_for(calling, 2)
            assert (b"model_not_found" if "assistant" in end else b"invalid_api_key") in answer.body
            assert b"[DONE]" not in answer.body

    run(body)


async def _begun(open_gate: Gate) -> None:
    for _ in range(200):
        await asyncio.sleep(0.01)
        if len(open_gate.service.live):
            break
    await asyncio.sleep(0.1)
