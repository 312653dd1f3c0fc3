"""A list by keyboard: a row beside it with J, K, Esc and Enter, a view that is kept, rows that are picked."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys import browser as browsers
from tests.journeys import steps
from tests.journeys.browser import Person
from tests.journeys.started import StartedPanel, started

PANEL = "[data-peek-panel]"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartedPanel]:
    with started(tmp_path_factory.mktemp("lists") / "data", "--demo") as running:
        yield running


@pytest.fixture(scope="module")
def ada(browser: Browser, demo: StartedPanel) -> Iterator[Person]:
    world = json.loads((demo.data_dir / "demo.json").read_text())
    known = next(one for one in world["users"] if one["role"] == "administrator")
    person = browsers.enter(browser, demo.base)
    steps.sign_in(person, steps.Kept(seed=known["totp_secret"]), known["email"], known["password"])
    yield person
    person.context.close()


def place(person: Person) -> str:
    return person.page.locator(f"{PANEL} header p").inner_text().strip()


def test_j_and_k_walk_esc_closes_enter_opens(ada: Person) -> None:
    page = ada.page
    ada.go("/traces/")
    page.keyboard.press("j")
    expect(page.locator("#list-peek-title")).to_be_focused()
    assert place(ada).startswith("1 of ")
    page.keyboard.press("j")
    expect(page.locator("tbody tr").nth(1)).to_have_attribute("aria-current", "true")
    page.keyboard.press("k")
    expect(page.locator("tbody tr").nth(0)).to_have_attribute("aria-current", "true")
    assert "peek=" in page.url
    ada.look("a trace beside the list")
    kept = page.url
    page.keyboard.press("Escape")
    expect(page.locator(PANEL)).to_be_hidden()
    assert "peek=" not in page.url
    expect(page.locator("tbody tr").nth(0).locator("[data-peek-open]")).to_be_focused()
    ada.go(kept)
    title = page.locator("#list-peek-title").inner_text()
    page.keyboard.press("Enter")
    page.wait_for_url("**/traces/*/")
    expect(page.locator("h1")).to_have_text(title)
    ada.require_no_fault()


def test_letters_in_a_field_are_letters(ada: Person) -> None:
    ada.go("/traces/")
    ada.page.keyboard.press("/")
    ada.page.keyboard.type("jkx")
    expect(ada.page.locator("#list-q")).to_have_value("jkx")
    expect(ada.page.locator(PANEL)).to_be_hidden()


def test_a_view_is_kept_opens_first_and_is_removed(ada: Person) -> None:
    page = ada.page
    ada.go("/traces/?verdict=redact&sort=at")
    page.locator("summary", has_text="Save view").click()
    ada.look("the form of a view", ("light",))
    page.get_by_label("Name of the view").fill("Oldest redacted")
    page.get_by_label("Open this list with it").check()
    ada.press("Save view")
    current = page.locator(".list-views [aria-current]")
    expect(current).to_have_text("Oldest redacted")
    ada.go("/traces/")
    assert page.url.endswith("?sort=at&verdict=redact")
    page.locator(".list-views a", has_text="All").click()
    expect(current).to_have_text("All")
    page.locator(".list-views a", has_text="Oldest redacted").click()
    expect(current).to_have_text("Oldest redacted")
    page.locator("summary", has_text="View").click()
    ada.press("Remove this view")
    ada.go("/traces/")
    assert page.url.endswith("/traces/")
    ada.require_no_fault()


def test_columns_and_density_work_without_a_script(browser: Browser, ada: Person) -> None:
    context = browser.new_context(java_script_enabled=False, storage_state=ada.context.storage_state())
    page = context.new_page()
    page.goto(ada.base + "/traces/")
    page.locator("summary[aria-label='Columns and density']").click()
    page.locator("input[type=checkbox][value=tokens]").uncheck()
    page.get_by_label("Compact").check()
    page.get_by_role("button", name="Apply").click()
    assert page.locator("th", has_text="Tokens").count() == 0
    assert page.locator("table.table-compact").count() == 1
    page.locator("[data-peek-open]").first.click()
    expect(page.locator("#list-peek-title")).to_be_visible()
    page.locator("[data-peek-close]").click()
    assert not page.locator("#list-peek-title").is_visible()
    page.goto(ada.base + "/keys/")
    page.locator("tbody [name=row]").first.check()
    page.get_by_role("button", name="Revoke").click()
    assert page.locator("h1").inner_text() == "Revoke 1 key?"
    context.close()


def test_a_range_is_picked_with_shift_and_counted(ada: Person) -> None:
    page = ada.page
    ada.go("/keys/")
    boxes = page.locator("tbody [name=row]")
    boxes.first.check()
    boxes.last.click(modifiers=["Shift"])
    expect(page.locator("[data-picked]")).to_have_text(str(boxes.count()))
    ada.look("picked rows")
    page.get_by_role("button", name="Select nothing").click()
    expect(page.locator("[data-bulk]")).to_be_hidden()
    ada.require_no_fault()
