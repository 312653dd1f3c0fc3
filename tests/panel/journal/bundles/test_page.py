"""verify.html in a browser from file://, with the network away, by WebCrypto and by its own arithmetic."""

import base64
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, sync_playwright

from panel.journal import bundles
from panel.journal.rules.keys import fingerprint
from tests.panel.journal.bundles.attacks import FOREIGN, attacks
from tests.panel.journal.bundles.forge import FIRST, SECOND, Forge, save

pytestmark = [pytest.mark.browser, pytest.mark.slow]
HTML = Path(bundles.__file__).parent / "verifiers" / "verify.html"
NONE = "Object.defineProperty(globalThis.Crypto.prototype, 'subtle', {get: () => undefined});"
OLD = "SubtleCrypto.prototype.importKey = () => Promise.reject(new Error('no Ed25519'));"


@pytest.fixture(scope="module", params=["", OLD, NONE], ids=["webcrypto", "without Ed25519", "without WebCrypto"])
def page(request: pytest.FixtureRequest) -> Iterator[Page]:
    with sync_playwright() as tool:
        browser = tool.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        context = browser.new_context(offline=True)
        if request.param:
            context.add_init_script(request.param)
        made = context.new_page()
        told: list[str] = []
        made.on("console", lambda line: told.append(line.text))
        made.on("pageerror", lambda error: told.append(str(error)))
        made.goto(HTML.as_uri())
        yield made
        browser.close()
        assert [line for line in told if "example.org" not in line] == []


def shown(page: Page, path: Path | list[Path], fingerprint: str = "") -> tuple[str, str]:
    page.locator("#fingerprint").fill(fingerprint)
    page.locator("#title").evaluate("one => { one.textContent = '' }")
    page.locator("#files").set_input_files(path)
    page.locator("#title:not(:empty)").wait_for()
    return page.locator("#title").inner_text(), page.locator("#sentence").inner_text()


def test_a_good_one_is_unaltered_and_verified_with_the_key(page: Page, tmp_path: Path) -> None:
    path = save(tmp_path, Forge(chain=(FIRST, SECOND), signer=1).data())
    first, foreign = (fingerprint(key.public_key().public_bytes_raw()) for key in (FIRST, FOREIGN))
    assert shown(page, path)[0] == "Unaltered"
    assert shown(page, path, first.upper())[0] == "Verified"
    assert shown(page, path, foreign)[0] == "Not verified"
    assert "entry 2, checkpoint 4" in page.locator("#facts").inner_text()


def test_every_attack_is_refused_and_named(page: Page, tmp_path: Path) -> None:
    missed, plain = [], page.evaluate("() => !globalThis.crypto.subtle")
    for what, data, _code, word in attacks()[:: 7 if plain else 1]:
        title, sentence = shown(page, save(tmp_path, data))
        if title != "Not verified" or (word not in sentence and "malformed" not in sentence):
            missed.append((what, title, sentence))
    assert missed == []


def test_unpacked_files_verify_too(page: Page, tmp_path: Path) -> None:
    flat = Forge(files={"receipt.json": b"{}"}).parts()
    paths = [save(tmp_path, data, name) for name, data in flat.items()]
    assert shown(page, paths)[0] == "Unaltered"
    save(tmp_path, b"{ }", "receipt.json")
    title, sentence = shown(page, paths)
    assert (title, "receipt.json" in sentence) == ("Not verified", True)


def test_its_own_arithmetic_is_right(page: Page) -> None:
    got: Any = page.evaluate("() => [hex(sha256(utf8.encode('abc'.repeat(99)))), hex(sha512(utf8.encode('abc')))]")
    assert got[0] == sha256(b"abc" * 99).hexdigest()
    assert got[1].startswith("ddaf35a193617abacc417349ae204131")


def test_its_rules_forbid_every_network(page: Page) -> None:
    policy = page.locator("meta[http-equiv]").get_attribute("content") or ""
    script = HTML.read_text("utf-8").partition("<script>")[2].partition("</script>")[0]
    assert policy.startswith("default-src 'none'; img-src data:; script-src 'sha256-")
    assert base64.b64encode(sha256(script.encode()).digest()).decode() in policy
    blocked = page.evaluate("() => fetch('https://example.org/').then(() => 'sent', () => 'blocked')")
    assert blocked == "blocked"
