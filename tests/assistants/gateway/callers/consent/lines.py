"""Callers of a live gateway: the official client, and connections that are kept."""

import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import openai

from assistants.catalog.services import purposes
from assistants.gateway.engine.ledger.payload import end_user
from compliance.consent.models import Purpose
from compliance.subjects.rules import Kind
from compliance.subjects.services import naming
from panel.kernel import clock, ids
from panel.kernel.crypto import keyring
from tests.assistants.gateway import world as worlds
from tests.assistants.gateway.world import CONSOLE, World
from tests.compliance.consent.stage import make_purpose
from tests.factories.people import make_person
from tests.stage.live import Live
from tests.stage.provider import MockProvider

HELLO: Any = [{"role": "user", "content": "hello"}]
LINES = 20


@contextmanager
def two_workers(live: Live) -> Iterator[None]:
    """The gateway has two workers, as long as this lasts."""
    live.stop("gateway")
    before = live.settings.get("PANEL_GATEWAY_WORKERS", "1")
    live.settings["PANEL_GATEWAY_WORKERS"] = "2"
    try:
        yield
    finally:
        live.settings["PANEL_GATEWAY_WORKERS"] = before
        live.stop("gateway")


def build(mock: MockProvider) -> World:
    made = worlds.build(mock)
    mock.bodies.clear()  # the panel has tried the provider
    return made


def bind(world: World) -> Purpose:
    """A purpose bound to the world's assistant; nobody has agreed."""
    pia = make_person(f"pia-{ids.new_id().hex[-8:]}", role="privacy_officer")
    made = make_purpose(pia, slug=ids.new_id().hex[-12:])
    purposes.bind(actor=CONSOLE, assistant=world.assistant, purpose_id=made.id, at=clock.now())
    return made


def subject_of(world: World, named: str) -> UUID:
    key = keyring.secret(keyring.named("gateway"), "subjects")
    return naming.subject_for(Kind.END_USER, end_user(named, key), scope=world.assistant.id)


def client(live: Live, token: str) -> openai.OpenAI:
    return openai.OpenAI(base_url=live.openai_url, api_key=token, max_retries=0, timeout=15)


class Line:
    """One keep-alive connection."""

    def __init__(self, live: Live, world: World, named: str) -> None:
        self._http = http.client.HTTPConnection(live.url.removeprefix("http://"), timeout=15)
        self._body = json.dumps({"model": world.slug, "messages": HELLO, "user": named})
        self._headers = {"authorization": f"Bearer {world.token}", "content-type": "application/json"}

    def ask(self) -> tuple[int, str]:
        self._http.request("POST", "/v1/chat/completions", self._body, self._headers)
        answer = self._http.getresponse()
        told = json.loads(answer.read())
        return answer.status, told.get("error", {}).get("code", "")

    def close(self) -> None:
        self._http.close()


class Crowd:
    """Twenty connections that ask without pause; what is asked after `end` was called is told apart."""

    def __init__(self, live: Live, world: World, named: str) -> None:
        self._lines = [Line(live, world, named) for _ in range(LINES)]
        self._begun, self._ended = threading.Barrier(LINES + 1), threading.Event()
        self.before: list[tuple[int, str]] = []
        self.after: list[tuple[int, str]] = []
        self._threads = [threading.Thread(target=self._work, args=(line,)) for line in self._lines]

    def _work(self, line: Line) -> None:
        self._begun.wait()
        while True:
            ended = self._ended.is_set()
            (self.after if ended else self.before).append(line.ask())
            if ended:
                return

    def end(self) -> None:
        self._ended.set()

    @contextmanager
    def asking(self) -> Iterator[None]:
        for one in self._threads:
            one.start()
        self._begun.wait()
        try:
            yield
        finally:
            self.end()
            for one in self._threads:
                one.join(60)
            for line in self._lines:
                line.close()
