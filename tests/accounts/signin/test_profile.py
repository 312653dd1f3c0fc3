"""One's own profile: what is chosen there holds on every page."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from accounts.people import services
from accounts.people.models import User
from accounts.people.rules import State
from accounts.signin.models import Link, Session, TotpDevice
from accounts.signin.services import links
from panel.journal.models import Leaf
from panel.kernel import clock
from panel.kernel.errors import Forbidden
from tests.factories.people import actor_of, code_of, make_person, signed_in

pytestmark = pytest.mark.django_db
PATH = "/account/profile/"


@pytest.fixture
def alice() -> User:
    return make_person("alice")


def store(user: User, **changes: str) -> Client:
    client = signed_in(user)
    sent = {"full_name": "Alice", "language": "en", "time_zone": "UTC", "theme": "system", "density": "comfortable"}
    answer = client.post(PATH, {**sent, **changes})
    assert answer.status_code == 302, answer.content
    return client


def test_a_new_name_is_shown_everywhere_and_journalled_without_the_names(alice: User) -> None:
    client = store(alice, full_name="Alice  Bergmann")
    assert "Alice Bergmann" in client.get("/").content.decode()
    leaf = Leaf.objects.get(event="people.profile.changed")
    assert leaf.actor_id == alice.id
    assert "Bergmann" not in str(leaf.__dict__)


def test_times_are_shown_in_the_chosen_zone(alice: User) -> None:
    client = store(alice, time_zone="Asia/Kathmandu")
    session = client.session
    at = datetime.now(UTC).replace(hour=3, minute=0, second=0)
    row = Session(id=session["sid"], user=alice, key_id=alice.key_id, browser=b"x" * 16, factors="pwd otp")
    row.opened_at, row.seen_at, row.device, row.place = at, datetime.now(UTC), "Firefox/Linux", "loopback"
    row.save(force_insert=True)
    text = client.get("/account/security/").content.decode()
    assert "08:45" in text  # 03:00 UTC is 08:45 there
    assert "+0545" in text


def test_one_persons_zone_is_not_the_next_ones(alice: User) -> None:
    store(alice, time_zone="Asia/Kathmandu").get("/account/security/")
    other = signed_in(make_person("bob"))
    assert "+0545" not in other.get("/account/security/").content.decode()


def test_the_language_switches_for_its_person_only(alice: User) -> None:
    client = store(alice, language="de")
    answer = client.get(PATH)
    assert 'lang="de"' in answer.content.decode()
    assert answer["Content-Language"] == "de"
    other = signed_in(make_person("bob"), client=Client(headers={"accept-language": "de"}))
    assert 'lang="en"' in other.get(PATH).content.decode()


@pytest.mark.parametrize(
    ("theme", "mark"), [("light", 'data-theme="light"'), ("dark", 'data-theme="dark"'), ("system", "")]
)
def test_the_colours_follow_the_person(alice: User, theme: str, mark: str) -> None:
    store(alice, theme=theme)
    elsewhere = signed_in(alice).get("/").content.decode()
    assert mark in elsewhere
    assert ("data-theme=" in elsewhere.partition("<head>")[0]) is bool(mark)


def test_what_one_browser_chose_in_the_menu_holds_there(alice: User) -> None:
    store(alice, theme="dark")
    client = signed_in(alice)
    client.cookies["theme"] = "light"
    assert 'data-theme="light"' in client.get("/").content.decode()
    client.cookies["theme"] = "system"
    assert "data-theme=" not in client.get("/").content.decode().partition("<head>")[0]


def test_tables_are_dense_when_that_was_chosen(alice: User) -> None:
    assert "data-density" not in signed_in(alice).get("/").content.decode()
    assert 'data-density="compact"' in store(alice, density="compact").get("/").content.decode()


@pytest.mark.parametrize(
    "bad", [{"time_zone": "Mars/Phobos"}, {"language": "xx"}, {"theme": "pink"}, {"density": "x"}, {"full_name": " "}]
)
def test_only_what_is_offered_is_taken(alice: User, bad: dict[str, str]) -> None:
    sent = {"full_name": "Alice", "language": "en", "time_zone": "UTC", "theme": "system", "density": "comfortable"}
    assert signed_in(alice).post(PATH, {**sent, **bad}).status_code == 422


def test_nothing_else_is_set_by_it(alice: User) -> None:
    store(alice, state="disabled", kind="service", email_address="eve@example.test", is_superuser="1")
    alice.refresh_from_db()
    assert (alice.state, alice.kind, alice.email_address) == ("active", "person", "alice@example.test")


def test_nobody_changes_anothers(alice: User) -> None:
    wanted: dict[str, Any] = {"language": "de", "time_zone": "UTC", "theme": "dark", "density": "compact"}
    with pytest.raises(Forbidden):
        services.change_profile(
            actor=actor_of(make_person("bob")), user=alice, full_name="B", preferences=wanted, at=clock.now()
        )


def test_who_joins_keeps_the_language_that_they_were_led_in() -> None:
    noor = make_person("noor", state=State.INVITED)
    token = links.make(actor=actor_of(noor), user=noor, kind=Link.Kind.JOIN, at=clock.now())
    browser, path = Client(headers={"Accept-Language": "de"}), f"/join/{token}/"
    browser.post(path, {"stage": "password", "password": "rostige Gabel tanzt nachts"})
    browser.get(path)
    browser.post(path, {"stage": "factor", "code": code_of(TotpDevice.objects.get(user=noor))})
    series = re.findall(r'name="series" value="([^"]+)"', browser.get(path).content.decode())
    stored = browser.post(path, {"stage": "codes", "series": series[0], "stored": "on"})
    assert stored["Location"] == "/"
    noor.refresh_from_db()
    assert (noor.state, noor.language) == (State.ACTIVE, "de")
    assert '<html lang="de"' in browser.get("/").content.decode()


def test_an_address_too_long_to_come_back_to_still_leads_to_signing_in(client: Client) -> None:
    answer = client.get("/people/", {"q": "x" * 17000})
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in/?next=%2F")
