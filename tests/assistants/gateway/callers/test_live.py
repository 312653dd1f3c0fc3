"""Credentials at the gateway as it runs: what ends, ends within a second, for the next call and for the one under way."""

import base64
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import openai
import pytest

from accounts.access import services as access
from accounts.access.rules import Role
from accounts.credentials.engine import tokens
from accounts.credentials.models import AccessToken, ApiKey, Client
from accounts.credentials.queries import keys as queries
from accounts.credentials.services import access_tokens, keys, rotation, signing
from panel.kernel import actors, clock
from panel.kernel.db import epochs
from tests.accounts.credentials.making import fresh
from tests.assistants.gateway import world as worlds
from tests.assistants.gateway.world import World
from tests.factories.people import give_role
from tests.stage.live import Live
from tests.stage.provider import MockProvider

pytestmark = pytest.mark.slow
HELLO: Any = [{"role": "user", "content": "hello"}]
CONSOLE = actors.console()


@pytest.fixture
def world(gateway_server: Live, mock_provider: MockProvider) -> World:
    return worlds.build(mock_provider)


def make_client(world: World, **changes: Any) -> tuple[ApiKey, str]:
    """An OAuth client of the world's owner and its secret."""
    public, secret = tokens.generate("client")
    digest = tokens.digest(queries.pepper(), secret)
    key, _ = worlds.make_key(world.owner, world.assistant, kind="client", key_id=public, digest=digest, **changes)
    Client.objects.create(
        key=key, client_id=public, client_type="confidential", authorization_grant_type="client-credentials"
    )
    worlds.settle()
    return key, secret


def post(url: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
    request = urllib.request.Request(url, body, headers)  # noqa: S310 - our own address
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def ask_token(live: Live, key: ApiKey, secret: str, scope: str, **headers: str) -> tuple[int, bytes]:
    pair = base64.b64encode(f"{key.key_id}:{secret}".encode()).decode()
    form = urlencode({"grant_type": "client_credentials", "scope": scope}).encode()
    kind = "application/x-www-form-urlencoded"
    return post(f"{live.url}/oauth/token", form, {"Authorization": f"Basic {pair}", "Content-Type": kind, **headers})


def token_of(live: Live, key: ApiKey, secret: str, scope: str = "chat models") -> str:
    code, body = ask_token(live, key, secret, scope)
    assert code == 200, body
    return str(json.loads(body)["access_token"])


def client(live: Live, token: str) -> openai.OpenAI:
    return openai.OpenAI(base_url=live.openai_url, api_key=token, max_retries=0, timeout=30)


def status(live: Live, world: World, token: str, **headers: str) -> int:
    body = json.dumps({"model": world.slug, "messages": HELLO}).encode()
    sent = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", **headers}
    return post(f"{live.openai_url}/chat/completions", body, sent)[0]


def test_the_official_client_calls_with_a_token(gateway_server: Live, world: World) -> None:
    token = token_of(gateway_server, *make_client(world))
    with client(gateway_server, token) as ask:
        answer = ask.chat.completions.create(model=world.slug, messages=HELLO)
        assert answer.choices[0].message.content == "You said: hello"
        chunks = list(ask.chat.completions.create(model=world.slug, messages=HELLO, stream=True))
        assert "".join(one.choices[0].delta.content or "" for one in chunks) == "You said: hello"
        assert [one.id for one in ask.models.list()] == [world.slug]
    with client(gateway_server, token[:-4] + "AAAA") as ask, pytest.raises(openai.AuthenticationError) as told:
        ask.models.list()
    assert told.value.code == "invalid_token"


Silent = list[str]
"""Workers that had not said within a second that they know."""


def _end_client(key: ApiKey) -> Silent:
    return keys.revoke(actor=CONSOLE, key=key, at=clock.now())


def _end_token(key: ApiKey) -> Silent:
    row = AccessToken.objects.filter(application_id=key.id).latest("expires")
    return access_tokens.revoke(actor=CONSOLE, row=row, key=key, at=clock.now())


def _disable_owner(key: ApiKey) -> Silent:
    access.disable(actor=CONSOLE, user=key.owner, reason="left", at=clock.now())
    return epochs.wait(ApiKey.objects.get(id=key.id).epoch)


def _distrust_signer(key: ApiKey) -> Silent:
    return epochs.wait(signing.change(actor=CONSOLE, at=clock.now(), at_once=True).epoch)


@pytest.mark.parametrize("end", [_end_client, _end_token, _disable_owner, _distrust_signer])
def test_what_ends_is_refused_within_a_second(
    gateway_server: Live, world: World, end: Callable[[ApiKey], Silent]
) -> None:
    key, secret = make_client(world)
    token = token_of(gateway_server, key, secret)
    assert status(gateway_server, world, token) == 200
    assert end(key) == []
    assert status(gateway_server, world, token) == 401


def test_a_stream_under_way_ends_with_its_token(
    gateway_server: Live, world: World, mock_provider: MockProvider
) -> None:
    key, secret = make_client(world)
    token = token_of(gateway_server, key, secret)
    mock_provider.reply("word " * 200, pieces=5, pace=0.05)
    with client(gateway_server, token) as ask:
        answer = ask.chat.completions.create(model=world.slug, messages=HELLO, stream=True)
        next(iter(answer))
        assert _end_token(key) == []
        began = time.monotonic()
        with pytest.raises(openai.APIError):
            for _chunk in answer:
                pass
        assert time.monotonic() - began < 1.0


def test_both_secrets_of_a_rotated_key_work_until_the_old_one_is_ended(gateway_server: Live, world: World) -> None:
    give_role(world.owner, Role.DEVELOPER)
    actor = fresh(world.owner)
    at = clock.now()
    new = rotation.rotate(actor=actor, key=world.key, at=at, old_until=at + timedelta(days=1))
    worlds.settle()
    assert status(gateway_server, world, world.token) == status(gateway_server, world, new.token) == 200
    assert rotation.end_previous(actor=actor, key=new.key, at=clock.now()) == []
    assert status(gateway_server, world, world.token) == 401
    assert status(gateway_server, world, new.token) == 200


def test_a_key_from_another_address_is_refused_whatever_a_header_says(gateway_server: Live, world: World) -> None:
    _, away = worlds.make_key(world.owner, world.assistant, networks=["203.0.113.0/24"])
    _, here = worlds.make_key(world.owner, world.assistant, networks=["127.0.0.0/8"])
    worlds.settle()
    assert status(gateway_server, world, here) == 200
    assert status(gateway_server, world, away) == 403
    for name in ("X-Forwarded-For", "X-Real-IP", "Forwarded", "CF-Connecting-IP"):
        assert status(gateway_server, world, away, **{name: "203.0.113.9"}) == 403


def test_the_panel_process_knows_the_address_too(gateway_server: Live, world: World) -> None:
    key, secret = make_client(world, networks=["203.0.113.0/24"])
    forged = {"X-Forwarded-For": "203.0.113.9"}
    assert ask_token(gateway_server, key, secret, "chat", **forged)[0] == 401
