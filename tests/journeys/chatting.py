"""A chat that is open on a live panel, and what somebody does in it; the words that are planted are looked for at the end."""

import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connections
from playwright.sync_api import Browser, Locator, expect

from accounts.people.models import User
from assistants.catalog.services import purposes
from assistants.chat.models import Turn
from assistants.chat.services import inviting, setting
from assistants.conversations.models import Call
from assistants.gateway import services as gateway
from compliance.consent.models import Purpose
from compliance.consent.rules.purposes import Words
from compliance.consent.services import purposes as consent
from panel.journal import bundles
from panel.kernel import clock, ids
from tests.assistants.gateway import world as worlds
from tests.assistants.gateway.world import CONSOLE, World
from tests.compliance.consent.stage import fresh
from tests.factories.people import make_person
from tests.journeys import hunt
from tests.journeys.browser import Person
from tests.panel.journal.bundles.test_format import FromThePage
from tests.stage.live import Live
from tests.stage.provider import MockProvider, Reply, last_text
from tests.stage.run import Run

VERIFIERS = Path(bundles.__file__).parent / "verifiers"
NAMES = ["Hildegundis Quastenflosser", "Ottokar Zwergstrand"]
ADDRESSES = ["hildegundis@quastenflosser.example", "ottokar@zwergstrand.example"]
SPOKEN = ["zwiebelturmspitze", "kaffeemaschinenentkalker", "fahrradklingelton", "gartenzwergsammlung"]
LABELS = ("Answer with my orders", "Help to improve answers")
SECONDS = 60_000
"""Milliseconds that a busy machine may take."""


@dataclass
class Desk:
    """`needed` must be agreed to, `extra` may; `link` is an invitation's path."""

    live: Live
    world: World
    provider: MockProvider
    pia: User
    needed: Purpose
    extra: Purpose
    link: str

    @property
    def home(self) -> str:
        return f"/chat/{self.world.slug}/"

    @property
    def tag(self) -> str:
        script = f"{self.live.url}/static/js/widget.js"
        return f'<!doctype html><title>Shop</title><script src="{script}" data-assistant="{self.world.slug}"></script>'

    def recorded(self, count: int) -> list[Call]:
        """The calls of the chat, once so many records have travelled."""
        for _ in range(200):
            gateway.ingest()
            found = list(Call.objects.filter(assistant=self.world.assistant.id, source="chat").order_by("id"))
            if len(found) >= count:
                return found
            time.sleep(0.1)
        raise AssertionError(f"{len(found)} of {count} calls were recorded, of {Turn.objects.count()} messages")


def script(body: dict[str, Any]) -> Reply:
    text = last_text(body)
    if "slowly" in text:
        return Reply("word " * 3000, pieces=5, pace=0.05)
    if "delivery" in text:
        return Reply("It comes on **Thursday**. It left Malmö on Monday.", pieces=5, pace=0.02)
    return Reply(f"You said: {text}")


def purpose(pia: User, label: str) -> Purpose:
    texts = {
        "en": Words(label, "We open your orders while you chat. You can take it back at any time."),
        "de": Words(f"Auf Deutsch: {label}", "Wir öffnen Ihre Bestellungen, während Sie sprechen."),
    }
    return consent.create(
        actor=fresh(pia), slug=ids.new_id().hex[-12:], basis="consent", use="improvement", texts=texts, age=0,
        expires_days=None, notice=None, at=clock.now(),
    )  # fmt: skip


def open_desk(live: Live, mock: MockProvider, **wanted: Any) -> Desk:
    """An assistant whose chat needs one yes and asks for another; words are kept.

    Made in a thread of its own: the browser's tool keeps a loop in this one, and the provider is tried with another."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(_made, live, mock, wanted).result()


def _made(live: Live, mock: MockProvider, wanted: dict[str, Any]) -> Desk:
    world, at = worlds.build(mock), clock.now()
    pia = make_person(f"pia-{ids.new_id().hex[-8:]}", role="privacy_officer")
    needed, extra = (purpose(pia, label) for label in LABELS)
    for one, required in ((needed, True), (extra, False)):
        purposes.bind(
            actor=CONSOLE, assistant=world.assistant, purpose_id=one.id, route="chat", required=required, at=at
        )
    purposes.keep_content(actor=CONSOLE, assistant=world.assistant, wanted=True, at=at)
    given = {
        "active": True, "anyone": True, "invited": True, "files": True, "name": "Lindqvist care", "colour": "info",
        "greeting": "Hello! I know orders and returns.", "contact": "We answer on working days.", **wanted,
    }  # fmt: skip
    setting.settle(actor=CONSOLE, assistant=world.assistant, wanted=setting.Wanted(**given), at=at)
    _row, url = inviting.invite(actor=CONSOLE, assistant=world.assistant, label=f"For {NAMES[0]}", days=7, at=at)
    worlds.settle()
    mock.bodies.clear()
    mock.script = script
    connections.close_all()
    return Desk(live, world, mock, pia, needed, extra, urlsplit(url).path)


def agree(where: Any, label: str) -> None:
    """Switch it on as a keyboard does."""
    switch = where.get_by_role("switch", name=label)
    switch.focus()
    switch.press("Space")
    expect(switch).to_be_checked()


def say(where: Any, text: str) -> Locator:
    """Type and press Enter; the answer's place, which may still be filled."""
    box = where.get_by_label("Your message")
    box.fill(text)
    count = where.locator(".talk-me").count()
    box.press("Enter")
    expect(where.locator(".talk-me")).to_have_count(count + 1)
    found: Locator = where.locator(".talk-it").last
    return found


def answered(where: Any, text: str) -> Locator:
    """Say it and wait until the whole answer is there."""
    found = say(where, text)
    expect(where.locator("[data-send]")).to_be_visible(timeout=SECONDS)
    return found


def verified(browser: Browser, path: Path, folder: Path) -> None:
    """With verify.py alone, with verify.html and the network off, from the page of the format; and not with one bit flipped."""
    good, bad = folder / "receipt.zip", folder / "bad.zip"
    data = path.read_bytes()
    good.write_bytes(data)
    FromThePage(data).check()
    with zipfile.ZipFile(good) as bundle:
        info = bundle.getinfo("receipt.json")
    place = info.header_offset + 30 + len(info.filename) + 5
    bad.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
    with pytest.raises(AssertionError):
        FromThePage(bad.read_bytes()).check()
    alone = [sys.executable, "-I", str(VERIFIERS / "verify.py")]
    told = [subprocess.run([*alone, str(one)], capture_output=True, text=True, check=False) for one in (good, bad)]
    assert [one.returncode for one in told] == [3, 1]  # 3: unaltered, and no key to trust was given
    assert "receipt.json" in told[1].stdout
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.goto((VERIFIERS / "verify.html").as_uri())
    for one, title in ((good, "Unaltered"), (bad, "Not verified")):
        page.locator("#title").evaluate("one => { one.textContent = '' }")
        page.locator("#files").set_input_files(one)
        expect(page.locator("#title")).to_have_text(title)
    expect(page.locator("#sentence")).to_contain_text("receipt.json")
    context.close()


def found_in_clear(desk: Desk, stage: Run) -> list[str]:
    """What of the planted words stands in the data directory, the database's files and log, a dump, Valkey or the logs."""
    canaries = {"names": NAMES, "addresses": ADDRESSES, "words": SPOKEN}
    owner = stage.postgres.url(database=stage.live)
    settings = {**desk.live.settings, "DATABASE_OWNER_URL": owner}
    hunting = hunt.Hunt(stage.folder, canaries, settings)
    found = [*hunting.files(), *hunting.database(), *hunting.valkey()]
    assert hunting.searched > 1_000_000
    return found


class Site(ThreadingHTTPServer):
    """Somebody's web site on this machine: one page."""

    page = ""

    @property
    def origin(self) -> str:
        return f"http://localhost:{self.server_address[1]}"


class Serving(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        body = self.server.page if self.path == "/" else ""
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: Any) -> None:
        return


@contextmanager
def site() -> Iterator[Site]:
    made = Site(("127.0.0.1", 0), Serving)
    thread = threading.Thread(target=made.serve_forever)
    thread.start()
    try:
        yield made
    finally:
        made.shutdown()
        made.server_close()
        thread.join()


def opened(person: Person) -> Any:
    """The widget's frame, opened by its button: the button stands in a closed shadow, as for everybody."""
    person.page.wait_for_load_state("networkidle")
    person.page.keyboard.press("Tab")
    person.page.keyboard.press("Enter")
    for _ in range(100):
        if len(person.page.frames) > 1:
            break
        person.page.wait_for_timeout(100)
    person.page.wait_for_load_state("networkidle")
    return person.page.frames[1]
