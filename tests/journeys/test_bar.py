"""What every page keeps to: light, steady, from nowhere else, with a title of its own; and an auditor changes nothing."""

import re
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys import browser as browsers
from tests.journeys import steps
from tests.journeys.browser import Person
from tests.journeys.started import StartedPanel

MOST_BYTES, MOST_REQUESTS, MOST_SHIFT = 120 * 1024, 12, 0.05
PAGES = "nav.rail a[href^='/'], .stops a[href^='/']"
ROW = "main table tbody tr:first-child a[href^='/']"
# An auditor's own account, session and lists are theirs; everything else is not.
OWN = ("/sign-out/", "/lists/", "/account/", "/access/requests/", "/sign-in/")
# A policy's page tries a text against the guards and keeps nothing of it: it is sent by POST to stand in no address.
TRIAL = re.compile(r"/guard-policies/[0-9a-f-]{36}/")
# A file opens no page.
FILE = re.compile(r"/backups/[0-9a-f-]{36}/file/")
SHIFT = """window.shift = 0; new PerformanceObserver(list => {
  for (const one of list.getEntries()) if (!one.hadRecentInput) window.shift += one.value;
}).observe({type: "layout-shift", buffered: true});"""


@dataclass
class Loads:
    """What a page loads with an empty cache."""

    base: str
    sizes: dict[str, float] = field(default_factory=dict)
    elsewhere: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        wire = page.context.new_cdp_session(page)
        wire.send("Network.enable")
        wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
        wire.on("Network.requestWillBeSent", self._sent)
        wire.on("Network.loadingFinished", lambda told: self._add(told["requestId"], told["encodedDataLength"]))
        page.on("requestfailed", lambda request: self.failed.append(request.url))

    def _sent(self, told: dict[str, Any]) -> None:
        address = told["request"]["url"]
        if address.startswith("data:"):
            return
        self.sizes.setdefault(told["requestId"], 0)
        if not address.startswith(self.base):
            self.elsewhere.append(address)

    def _add(self, request: str, size: float) -> None:
        if request in self.sizes:
            self.sizes[request] = size


def enter(browser: Browser, demo: StartedPanel, world: dict[str, Any], role: str) -> Person:
    known = next(one for one in world["users"] if one["role"] == role)
    person = browsers.enter(browser, demo.base)
    person.look = lambda *_: None  # type: ignore[method-assign]  # other journeys look at the sign-in
    steps.sign_in(person, _app(known["totp_secret"]), known["email"], known["password"])
    person.context.add_init_script(SHIFT)
    return person


@cache
def _app(seed: str) -> steps.Kept:
    """One authenticator app a person: a code works once."""
    return steps.Kept(seed=seed)


def paths_of(person: Person) -> list[str]:
    """Pages of the rail and the tour, and the first row of each list."""
    person.go("/")
    found = dict.fromkeys(link.get_attribute("href") or "" for link in person.page.locator(PAGES).all())
    for path in list(found):
        person.go(path)
        row = person.page.locator(ROW).first
        if row.count():
            found[row.get_attribute("href") or ""] = None
    return [path for path in found if path and not FILE.fullmatch(path)]


def weigh(person: Person, paths: list[str]) -> list[str]:
    faults: list[str] = []
    titles: dict[str, str] = {}
    for path in paths:
        loads = Loads(person.base)
        page = person.context.new_page()
        loads.watch(page)
        page.goto(person.base + path, wait_until="networkidle")
        shift, title = page.evaluate("window.shift"), page.title()
        page.close()
        size, count = sum(loads.sizes.values()), len(loads.sizes)
        if size > MOST_BYTES or count > MOST_REQUESTS or shift > MOST_SHIFT:
            faults.append(f"{path}: {size / 1024:.0f} KB in {count} requests, shifted by {shift:.3f}")
        faults += [f"{path}: {one} came from elsewhere" for one in loads.elsewhere]
        faults += [f"{path}: {one} failed" for one in loads.failed]
        plain = urlsplit(path).path
        if titles.setdefault(title, plain) != plain:
            faults.append(f"{path}: the title “{title}” is also that of {titles[title]}")
    return faults


def changing(person: Person, paths: list[str]) -> list[str]:
    """Forms that would change something which is not the reader's own."""
    found = []
    for path in paths:
        person.go(path)
        for form in person.page.locator("form[method=post i]").all():
            action = form.get_attribute("action") or urlsplit(path).path
            enabled = form.locator("button:not([disabled]), input[type=submit]:not([disabled])").count()
            if enabled and not action.startswith(OWN) and not TRIAL.fullmatch(action):
                found.append(f"{path}: {action}")
    return found


def test_every_page_is_light_steady_and_named(browser: Browser, demo: StartedPanel, world: dict[str, Any]) -> None:
    person = enter(browser, demo, world, "administrator")
    paths = paths_of(person)
    assert len(paths) > 12
    faults = weigh(person, paths)
    person.context.close()
    assert faults == [], "\n".join(faults)
    person.require_no_fault()


def test_an_auditor_finds_no_control_that_changes_anything(
    browser: Browser, demo: StartedPanel, world: dict[str, Any]
) -> None:
    person = enter(browser, demo, world, "auditor")
    paths = paths_of(person)
    found = changing(person, paths)
    person.context.close()
    assert found == [], "\n".join(found)


@pytest.mark.parametrize("key", ["Control+k", "?"])
def test_keys_open_the_palette_and_the_sheet(
    key: str, browser: Browser, demo: StartedPanel, world: dict[str, Any]
) -> None:
    person = enter(browser, demo, world, "operator")
    person.go("/assistants/")
    person.page.keyboard.press(key)
    if key == "?":
        expect(person.page.locator("#keys[open]")).to_be_visible()
        person.page.keyboard.press("Escape")
    else:
        person.page.keyboard.type("support")
        person.page.locator("#palette-hits a").filter(has_text="Support concierge").first.wait_for()
        person.page.keyboard.press("Enter")
        person.page.wait_for_url("**/assistants/*-*/")
    expect(person.page.locator("dialog[open]")).to_have_count(0)
    person.context.close()
    person.require_no_fault()
