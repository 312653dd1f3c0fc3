"""A right that a review takes is gone at the gateway as well: streams end, derived keys die, and nothing else does."""

import threading
import time
from typing import Any

import openai
import pytest

from compliance.reviews.models import Evidence
from panel.kernel import ids
from tests.assistants.gateway import world as worlds
from tests.assistants.gateway.world import World
from tests.compliance.reviews.stage import begin, decide
from tests.factories.people import make_person
from tests.stage.live import Live
from tests.stage.provider import MockProvider, Reply, echo

pytestmark = pytest.mark.slow
HELLO: Any = [{"role": "user", "content": "hello"}]


@pytest.fixture
def world(gateway_server: Live, mock_provider: MockProvider) -> World:
    return worlds.build(mock_provider)


def client(live: Live, token: str) -> openai.OpenAI:
    return openai.OpenAI(base_url=live.openai_url, api_key=token, max_retries=0, timeout=20)


def test_a_revoked_member_loses_streams_and_keys_there_and_nothing_elsewhere(
    gateway_server: Live, world: World, mock_provider: MockProvider
) -> None:
    mock_provider.script = lambda body: Reply("word " * 900, pieces=5, pace=0.05) if body.get("stream") else echo(body)
    end = ids.new_id().hex[-8:]
    adam, rosa = make_person(f"adam-{end}", role="administrator"), make_person(f"rosa-{end}")
    bob, other = make_person(f"bob-{end}"), worlds.make_assistant(world.provider)
    derived, only_here = worlds.make_key(bob, world.assistant)
    wide, token = worlds.make_key(bob, world.assistant, other)
    worlds.settle()
    campaign = begin(adam, rosa, adam, kinds=["grant"], obj=world.assistant.id)
    item = campaign.items.get(holder_id=bob.id)
    ends: list[tuple[float, str]] = []

    def call(key: str, slug: str) -> str:
        with client(gateway_server, key) as ask:
            return str(ask.chat.completions.create(model=slug, messages=HELLO).choices[0].message.content)

    def listen(key: str) -> None:
        with client(gateway_server, key) as ask:
            try:
                list(ask.chat.completions.create(model=world.slug, messages=HELLO, stream=True))
                ends.append((time.monotonic(), "whole"))
            except openai.APIError as error:
                ends.append((time.monotonic(), str(error.code)))

    assert call(only_here, world.slug) == call(token, other.slug) == "You said: hello"
    threads = [threading.Thread(target=listen, args=(key,)) for key in (token, token, only_here)]
    for one in threads:
        one.start()
    time.sleep(1.5)
    assert ends == []
    began = time.monotonic()
    decide(rosa, item, "revoke")
    for one in threads:
        one.join(20)
    assert len(ends) == 3
    assert max(at for at, _code in ends) - began < 5
    assert "whole" not in {code for _at, code in ends}
    assert mock_provider.wait_cancelled(3, 5)

    derived.refresh_from_db()
    wide.refresh_from_db()
    assert derived.revoked_at is not None  # it reached nothing else
    assert wide.revoked_at is None
    with pytest.raises(openai.AuthenticationError):
        call(only_here, world.slug)
    with pytest.raises(openai.APIStatusError) as told:
        call(token, world.slug)
    assert told.value.status_code in {403, 404}
    assert call(token, other.slug) == "You said: hello"  # the same key, another assistant
    assert call(world.token, world.slug) == "You said: hello"  # another's key, the same assistant
    proof = Evidence.objects.get(item=item)
    assert {look["status"] for look in proof.before} == {200}
    assert not {look["status"] for look in proof.after} & {200}
    assert proof.also
