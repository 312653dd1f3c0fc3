"""A person's browser: Chromium that reports what a person would not notice (console errors, CSP violations, axe findings)."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, BrowserContext, CDPSession, ConsoleMessage, Error, Page, sync_playwright

Scheme = Literal["light", "dark"]
HOW = "Chromium was not found: install it (Debian: apt-get install chromium), name it in CHROMIUM, or say BROWSER=0."
QUIET = (
    *("--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--disable-default-apps", "--no-default-browser-check"),
)
NARROW = {"width": 390, "height": 844}
WIDE = {"width": 1440, "height": 900}
# What has the focus; nothing has while it is the whole page.
HERE = """(() => { const one = document.activeElement;
  return !one || one === document.body ? "" : `${one.id} ${one.innerText || ""}`; })()"""
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def executable() -> str | None:
    """The browser's program: CHROMIUM, else the usual names."""
    names = (os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next((found for name in names if name and (found := shutil.which(name))), None)


@lru_cache(maxsize=1)
def _axe() -> str:
    return files("axe_playwright_python").joinpath("axe.min.js").read_text()


@dataclass
class Person:
    """One person's window. `shown` names every page that was looked at closely."""

    context: BrowserContext
    page: Page
    base: str
    faults: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)

    @cached_property
    def inspector(self) -> CDPSession:
        """The one inspector session of this window: a second one that ends would take its virtual authenticators with it."""
        return self.context.new_cdp_session(self.page)

    def go(self, path: str) -> None:
        self.page.goto(self.base + path if path.startswith("/") else path)

    def fill(self, label: str, value: str) -> None:
        field_of = self.page.get_by_label(label, exact=False).and_(self.page.locator("input, textarea"))
        field_of.first.fill(value)

    def choose(self, label: str, option: str) -> None:
        self.page.get_by_role("combobox", name=label).first.select_option(label=option)

    def press(self, name: str) -> None:
        """Press a button or follow a link, and wait for the page that follows."""
        target = self.page.get_by_role("button", name=name).or_(self.page.get_by_role("link", name=name)).first
        target.click()
        self.page.wait_for_load_state("networkidle")

    def look(self, name: str, schemes: tuple[Scheme, ...] = ("light", "dark")) -> None:
        """Look at this page in light, dark and on a phone: axe, overflow, console, policy."""
        self.shown.append(name)
        for scheme in schemes:
            self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            self.page.wait_for_timeout(200)  # colours may still be on their way
            self._axe(f"{name} ({scheme})")
        self.page.set_viewport_size(NARROW)  # type: ignore[arg-type]
        self._overflow(f"{name} (390 px)")
        self._axe(f"{name} (390 px)")
        self.page.set_viewport_size(WIDE)  # type: ignore[arg-type]
        self.page.emulate_media(color_scheme="light")

    def _overflow(self, name: str) -> None:
        width = self.page.evaluate("document.documentElement.scrollWidth")
        if width > NARROW["width"]:
            self.faults.append(f"{name}: the page is {width} px wide")

    def _axe(self, name: str) -> None:
        if not self.page.evaluate("'axe' in window"):
            # Through the inspector, not as a script of the page: the page's policy stays as strict as it is.
            self.inspector.send("Runtime.evaluate", {"expression": _axe()})
        options = json.dumps({"runOnly": {"type": "tag", "values": AXE_RULES}, "resultTypes": ["violations"]})
        result: dict[str, Any] = self.page.evaluate(f"axe.run(document, {options})")
        for finding in result["violations"]:
            where = [" ".join(map(str, node["target"])) for node in finding["nodes"]][:3]
            why = finding["nodes"][0].get("failureSummary", "").replace("\n", " ")[:200]
            self.faults.append(f"{name}: axe {finding['id']} at {where}: {why}")

    def hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.faults.append(f"{self.page.url}: console {message.type}: {message.text[:300]}")

    def require_no_fault(self) -> None:
        assert self.faults == [], "\n".join(self.faults)


class Hands:
    """What somebody without a pointer does. Typing into a field and pressing a key count; Tab only leads there."""

    def __init__(self, person: Person) -> None:
        self.person, self.page, self.count = person, person.page, 0

    def write(self, *texts: str) -> None:
        """Into the field that has the focus and those after it."""
        for place, text in enumerate(texts):
            if place:
                self.page.keyboard.press("Tab")
            self.page.keyboard.type(text)
            self.count += 1

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.count += 1

    def reach(self, words: str, way: str = "Tab") -> None:
        for _ in range(90):
            with suppress(Error):  # a page that is on its way has no focus yet
                if words in self.page.evaluate(HERE):
                    return
            self.page.wait_for_load_state()
            self.page.keyboard.press(way)
        raise AssertionError(f"{words!r} cannot be reached by keyboard on {self.page.url}.")

    def choose(self, words: str, way: str = "Tab") -> None:
        self.reach(words, way)
        self.press("Enter")


@contextmanager
def running() -> Iterator[Browser]:
    arguments = [*QUIET, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=arguments)
        yield browser
        browser.close()


def enter(browser: Browser, base: str) -> Person:
    """A new person with an empty browser profile."""
    context = browser.new_context(viewport=WIDE, locale="en-GB", timezone_id="UTC", reduced_motion="reduce")  # type: ignore[arg-type]
    context.set_default_timeout(15_000)
    page = context.new_page()
    person = Person(context, page, base)
    page.on("console", person.hear)
    page.on("pageerror", lambda error: person.faults.append(f"{page.url}: {error}"))
    page.on(
        "response",
        lambda answer: person.faults.append(f"{answer.url}: {answer.status}") if answer.status >= 500 else None,
    )
    return person


def screenshot(person: Person, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    person.page.screenshot(path=str(path))
