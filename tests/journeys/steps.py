"""What an administrator does with a new panel, step by step, in the browser."""

import base64
import hmac
import re
import struct
import time
from dataclasses import dataclass, field

from tests.journeys.browser import Person

NAME, EMAIL = "Zilpzalp Adamsky", "zilpzalp.adamsky@example.test"
PASSWORD = "vier Pferde im Heuhaufen"
SEED = re.compile(r"\b[A-Z2-7]{4}(?: [A-Z2-7]{4}){7}\b")
CODE = re.compile(r"\b[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}\b")
KEY = re.compile(r"\bclp_[A-Za-z0-9_]{40,}\b")


@dataclass
class Kept:
    """What the administrator wrote down; nothing of it may stand anywhere in clear."""

    seed: str = ""
    codes: list[str] = field(default_factory=list)
    provider_key: str = ""
    api_key: str = ""
    used: int = 0

    def code(self) -> str:
        """A code that was not used yet: the panel takes each time step once, and the next one a little early."""
        step = max(int(time.time()) // 30, self.used + 1)
        while step > int(time.time()) // 30 + 1:
            time.sleep(0.2)
        self.used = step
        return totp(self.seed, step)


def totp(seed: str, step: int) -> str:
    """RFC 6238 with SHA-1 and six digits."""
    key = base64.b32decode(seed + "=" * (-len(seed) % 8))
    digest = hmac.digest(key, struct.pack(">Q", step), "sha1")
    offset = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[offset : offset + 4])[0] & 0x7FFFFFFF) % 10**6:06d}"


def _text(person: Person) -> str:
    return person.page.locator("body").inner_text()


def _submit(person: Person) -> None:
    person.page.locator("main form button[type=submit]").last.click()
    person.page.wait_for_load_state("networkidle")


def set_up(person: Person, link: str) -> Kept:
    """The printed link: administrator, authenticator, recovery codes."""
    kept = Kept()
    person.go(link)
    person.look("set-up: administrator")
    for label, value in (("Organisation", "Muster"), ("Your name", NAME), ("E-mail", EMAIL), ("Password", PASSWORD)):
        person.fill(label, value)
    person.press("Next: second factor")
    person.look("set-up: second factor")
    kept.seed = SEED.findall(_text(person))[0].replace(" ", "")
    person.fill("Code", kept.code())
    person.press("Next: recovery codes")
    person.look("set-up: recovery codes")
    kept.codes = CODE.findall(_text(person))
    person.page.get_by_role("checkbox").check()
    person.press("Next: provider")
    first_steps(person)
    return kept


def first_steps(person: Person) -> None:
    """Keep the demo, take a template, look at the way to the playground; the key is made later, by its own page."""
    person.look("first steps: provider")
    person.press("Next: assistant")
    person.look("first steps: assistant")
    person.press("Make and publish")
    person.look("first steps: playground")
    person.page.get_by_role("link", name="Skip this step").click()
    person.page.wait_for_load_state("networkidle")
    person.look("first steps: key")
    person.page.get_by_role("link", name="Skip this step").click()
    person.page.wait_for_load_state("networkidle")
    person.look("first steps: what is next")
    person.press("Open the panel")


def sign_in(person: Person, kept: Kept, email: str = EMAIL, password: str = PASSWORD) -> None:
    person.go("/sign-in/")
    person.look("sign-in")
    person.fill("E-mail", email)
    person.fill("Password", password)
    person.press("Continue")
    person.look("sign-in: second factor")
    person.fill("Code", kept.code())
    _submit(person)


def store_secret(person: Person, name: str, value: str) -> None:
    person.go("/secrets/new/")
    person.look("new secret")
    person.fill("Name", name)
    person.fill("Value", value)
    person.press("Store secret")
    person.look("secret")


def allow_host(person: Person, host: str) -> None:
    person.go("/providers/hosts/")
    person.fill("Host and port", host)
    person.fill("Reason", "It stands in our own rack.")
    person.press("Allow")
    person.look("private hosts")


def add_provider(person: Person, name: str, address: str, secret: str, model: str) -> None:
    person.go("/providers/new/")
    person.look("new provider")
    person.fill("Name", name)
    person.fill("Address", address)
    person.choose("Key", secret)
    person.fill("Default model", model)
    person.press("Test and save")
    person.look("provider")


def make_assistant(person: Person, name: str, slug: str, provider: str, model: str) -> str:
    """A draft, filled and published; returns the address of its page."""
    person.go("/assistants/new/")
    person.look("new assistant")
    person.fill("Name", name)
    person.fill("Model name", slug)
    person.press("Make assistant")
    person.fill("System prompt", "Help with computers, briefly.")
    person.choose("Provider", provider)
    person.fill("Model", model)
    person.choose("Guard policy", "Balanced")
    person.look("draft")
    person.press("Save draft")
    address = person.page.url.split("/draft/")[0] + "/"
    person.go(f"{address}publication/")
    person.look("publication")
    person.fill("What changed", "First words")
    person.press("Publish")
    person.look("published assistant")
    return address


def make_key(person: Person, name: str, assistants: list[str]) -> str:
    """An API key, read from the only page that shows it."""
    person.go("/keys/new/")
    person.look("new key")
    person.fill("Name", name)
    for one in assistants:
        person.page.get_by_label(one).check()
    for scope in ("Chat with", "as models"):
        person.page.get_by_label(scope).check()
    person.press("Make key")
    person.look("key, shown once")
    return str(KEY.findall(person.page.content())[0])


def stop(person: Person, address: str) -> None:
    """The kill switch of one assistant, in its dialog."""
    person.go(address)
    person.page.get_by_role("button", name="Stop", exact=True).click()
    dialog = person.page.get_by_role("dialog")
    person.look("dialog: stop an assistant")
    dialog.get_by_label("Why").fill("It repeats itself.")
    dialog.get_by_role("button", name="Stop assistant").click()
    person.page.wait_for_load_state("networkidle")


def sign_out(person: Person) -> None:
    person.go("/")
    person.page.locator('form[action="/sign-out/"]').first.evaluate("form => form.requestSubmit()")
    person.page.wait_for_url("**/sign-in/**")
