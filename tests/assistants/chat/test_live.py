"""A chat as it runs: gate and ticket by the panel's code, the stream by a gateway process, the words by the worker."""

import http.client
import json
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from django.test import Client

from assistants.catalog.services import purposes
from assistants.chat.models import Session
from assistants.conversations.models import Call, CallContent
from compliance.consent.services import choosing
from compliance.subjects.rules import Kind
from compliance.subjects.services import naming
from panel.kernel import clock, ids
from panel.kernel.actors import Actor
from tests.assistants.chat.stage import ask, at, come_in, keep_words, set_up, text
from tests.assistants.gateway import world as worlds
from tests.assistants.gateway.test_live import recorded
from tests.assistants.gateway.world import CONSOLE, World
from tests.compliance.consent.stage import make_purpose
from tests.factories.people import make_person, signed_in
from tests.stage.live import Live
from tests.stage.provider import MockProvider

pytestmark = pytest.mark.slow


@pytest.fixture
def world(gateway_server: Live, mock_provider: MockProvider) -> World:
    made = worlds.build(mock_provider)
    set_up(made.assistant, members=True)
    keep_words(made.assistant)
    worlds.settle()
    mock_provider.bodies.clear()
    return made


def opened(live: Live, ticket: str, said: str) -> tuple[int, str]:
    line = http.client.HTTPConnection(urlsplit(live.url).netloc, timeout=10)
    body = json.dumps({"messages": [{"role": "user", "content": said}]})
    line.request("POST", "/stream/chat", body, {"Content-Type": "application/json", "X-Stream-Ticket": ticket})
    answer = line.getresponse()
    told = answer.read().decode()
    line.close()
    return answer.status, told


def kept(turn: str) -> Call:
    return recorded(f"req_{UUID(turn).hex}")


def session(world: World) -> Session:
    return Session.objects.filter(assistant=world.assistant).order_by("-id")[0]


def test_a_visitor_talks_reads_it_again_and_destroys_it(
    gateway_server: Live, world: World, mock_provider: MockProvider
) -> None:
    client = Client()
    come_in(client, slug=world.slug)
    given = ask(client, slug=world.slug).json()
    status, told = opened(gateway_server, given["ticket"], "write to lena@fastmail.example")
    assert (status, "event: done" in told, "event: masked" in told) == (200, True, True)
    assert "lena@fastmail.example" not in str(mock_provider.bodies)
    call = kept(given["turn"])
    assert (call.source, call.subject, call.person, call.key) == ("chat", session(world).subject_id, None, None)
    assert "lena@fastmail.example" in text(client.get(at("chat", given["chat"], slug=world.slug)))
    assert opened(gateway_server, given["ticket"], "again")[0] == 401
    client.post(at("removal", given["chat"], slug=world.slug))
    assert not CallContent.objects.filter(id=given["turn"]).exists()
    assert kept(given["turn"]).status == 200, "that there was a call stays, without its words"


def test_an_account_talks_as_its_subject(gateway_server: Live, world: World) -> None:
    user = make_person(f"tom-{ids.new_id().hex[-8:]}")
    client = signed_in(user)
    come_in(client, slug=world.slug)
    given = ask(client, slug=world.slug).json()
    assert opened(gateway_server, given["ticket"], "hello")[0] == 200
    call = kept(given["turn"])
    assert (call.person, call.subject) == (user.id, naming.subject_for(Kind.ACCOUNT, str(user.id)))


def test_without_the_yes_the_provider_hears_nothing(
    gateway_server: Live, world: World, mock_provider: MockProvider
) -> None:
    pia = make_person(f"pia-{ids.new_id().hex[-8:]}", role="privacy_officer")
    purpose = make_purpose(pia, slug=ids.new_id().hex[-12:])
    purposes.bind(actor=CONSOLE, assistant=world.assistant, purpose_id=purpose.id, route="chat", at=clock.now())
    client = Client()
    assert come_in(client, slug=world.slug).status_code == 409
    assert not Session.objects.filter(assistant=world.assistant).exists()
    come_in(client, slug=world.slug, **{purpose.slug: "on"})
    first, second = (ask(client, slug=world.slug).json() for _ in range(2))
    assert opened(gateway_server, first["ticket"], "hello")[0] == 200
    subject, heard = session(world).subject_id, len(mock_provider.bodies)
    choosing.withdraw(
        actor=Actor("subject", subject), subject=subject, purpose=purpose, channel="centre", at=clock.now()
    )
    status, told = opened(gateway_server, second["ticket"], "hello")
    assert (status, json.loads(told)["error"]["code"]) == (403, "consent_withdrawn")
    assert len(mock_provider.bodies) == heard
    assert ask(client, slug=world.slug).json()["code"] == "chat_not_agreed"


def test_a_message_without_scripts_is_answered(gateway_server: Live, world: World, settings: Any) -> None:
    settings.BASE_URL = gateway_server.url
    client = Client()
    come_in(client, slug=world.slug)
    page = text(client.post(at("talk", slug=world.slug), {"text": "hello"}))
    assert "talk-it said-text whole" in page
    assert "talk-stop" not in page
