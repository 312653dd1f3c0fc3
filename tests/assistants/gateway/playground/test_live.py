"""A try as it runs: ticket and frozen draft by the panel's code, the stream by a gateway process, the row by the worker."""

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

import pytest

from accounts.access.rules import ObjectRole
from assistants.catalog.models import Assistant
from assistants.catalog.services import drafts
from assistants.gateway import services
from assistants.gateway.models import Trial
from panel.kernel import clock
from tests.assistants.gateway import world as worlds
from tests.assistants.gateway.playground.test_tries import share
from tests.assistants.gateway.test_live import recorded
from tests.assistants.gateway.world import CONSOLE, World
from tests.stage.live import Live
from tests.stage.provider import MockProvider

pytestmark = pytest.mark.slow


@pytest.fixture
def world(gateway_server: Live, mock_provider: MockProvider) -> World:
    return worlds.build(mock_provider)


def rewrite(assistant: Assistant, prompt: str) -> None:
    draft = assistant.draft
    drafts.edit(
        actor=CONSOLE,
        assistant=assistant,
        system_prompt=prompt,
        provider_id=draft.provider_id,
        model=draft.model,
        policy_id=draft.policy_id,
        parameters={},
        revision=draft.revision,
        at=clock.now(),
    )


def opened(live: Live, ticket: str, text: str) -> tuple[int, str, str]:
    """Status, request id, body."""
    line = http.client.HTTPConnection(urlsplit(live.url).netloc, timeout=10)
    body = json.dumps({"messages": [{"role": "user", "content": text}]})
    line.request("POST", "/stream/playground", body, {"Content-Type": "application/json", "X-Stream-Ticket": ticket})
    answer = line.getresponse()
    told = answer.read().decode()
    line.close()
    return answer.status, answer.getheader("x-request-id", ""), told


def test_a_draft_is_tried_and_recorded_and_stays_out_of_the_api(
    gateway_server: Live, world: World, mock_provider: MockProvider
) -> None:
    owner = share(world.assistant, world.owner, ObjectRole.OPERATOR)
    rewrite(world.assistant, "Speak in rhymes.")
    given: Any = services.admit(actor=owner, assistant=world.assistant, target="draft", at=clock.now())
    status, request_id, told = opened(gateway_server, given.ticket, "write to lena@fastmail.example")
    assert (status, "event: done" in told) == (200, True)
    asked = str(mock_provider.bodies[-1])
    assert "Speak in rhymes." in asked
    assert "lena@fastmail.example" not in asked
    call = recorded(request_id)
    trial = Trial.objects.get(assistant=world.assistant, digest=given.digest)
    assert (call.source, call.person, call.key, call.version) == ("playground", world.owner.id, None, trial.id)
    assert opened(gateway_server, given.ticket, "again")[0] == 401
    line = http.client.HTTPConnection(urlsplit(gateway_server.url).netloc, timeout=10)
    body = json.dumps({"model": world.slug, "messages": [{"role": "user", "content": "hi"}]})
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {world.token}"}
    line.request("POST", "/v1/chat/completions", body, headers)
    assert line.getresponse().status == 200
    line.close()
    assert "Be brief." in str(mock_provider.bodies[-1])
