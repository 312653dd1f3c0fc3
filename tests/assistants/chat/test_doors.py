"""Who comes to a chat, and that everybody else finds none: unknown, off and not for them look alike."""

import re
from typing import Any

import pytest
from django.test import Client

from accounts.people.models import User
from assistants.catalog.services import switch
from assistants.chat.models import Invitation, Session, Setting
from assistants.chat.services import inviting
from panel.kernel import clock
from tests.assistants.catalog.stage import CONSOLE, new
from tests.assistants.chat.stage import SLUG, ask, at, come_in, make_chat, set_up, text
from tests.factories.people import make_person, signed_in

pytestmark = pytest.mark.django_db
PAGES = ("talk", "opening", "history", "contact", "data", "export", "forgetting", "frame")


def answers(client: Client) -> set[tuple[int, str]]:
    """(status, page) of everything that a chat's address answers with; the number of the request aside."""
    found = [client.get(at(name)) for name in PAGES]
    found += [client.post(at(name)) for name in ("talk", "opening", "contact", "forgetting")]
    found.append(ask(client))
    return {(one.status_code, plain(one)) for one in found}


def plain(response: Any) -> str:
    """The page without what is new in every answer, and without the address that was asked (the language menu leads back)."""
    page = text(response).replace(response.get("X-Request-ID", "-"), "")
    page = re.sub(r'name="next" value="[^"]*"', "", page)
    return re.sub(r'(nonce|value)="[^"]{20,}"', "", page)


@pytest.mark.parametrize("state", ["unknown", "off", "members", "draft"])
def test_no_chat_looks_like_no_chat(state: str) -> None:
    if state == "draft":
        set_up(new(SLUG))
    elif state != "unknown":
        wanted: dict[str, Any] = {"active": False} if state == "off" else {"anyone": False, "members": True}
        make_chat(**wanted)
    (one,) = answers(Client())
    assert one[0] == 404
    assert "There is no chat here for you" in one[1]
    assert SLUG not in one[1]


def test_everybody_where_everybody_may() -> None:
    make_chat()
    client = Client()
    assert client.get(at("talk")).status_code == 200
    assert [name for name in client.cookies if "chat" in name] == [], "nobody is known before they chose"
    assert not Session.objects.exists()


def test_members_and_viewers_come_by_their_account(bob: User) -> None:
    setting = make_chat(anyone=False, members=True)
    client = signed_in(bob)
    come_in(client)
    row = Session.objects.get()
    assert (row.way, row.account) == ("account", bob.id)
    set_up(setting.assistant, anyone=False, invited=True)
    assert client.get(at("talk")).status_code == 404


def test_who_signs_in_anew_is_told_anew(bob: User) -> None:
    make_chat(anyone=False, members=True)
    come_in(signed_in(bob))
    again = signed_in(bob)
    assert "Before we start" in text(again.get(at("talk")))
    assert ask(again).json()["code"] == "chat_not_told"


def test_a_stopped_assistant_is_told_in_plain_words() -> None:
    setting, client = make_chat(), Client()
    come_in(client)
    switch.pause(actor=CONSOLE, assistant=setting.assistant, reason="for the test", at=clock.now())
    assert client.get(at("talk")).status_code == 200
    assert ask(client).json()["code"] == "chat_paused"
    assert "The assistant is paused." in text(client.post(at("talk"), {"text": "hi"}))


class TestInvitation:
    @pytest.fixture
    def setting(self, db: None) -> Setting:
        return make_chat(anyone=False, invited=True)

    def link(self, setting: Setting, **more: Any) -> tuple[Invitation, str]:
        given = {"label": "testers", "days": 7, **more}
        row, url = inviting.invite(actor=CONSOLE, assistant=setting.assistant, at=clock.now(), **given)
        return row, "/" + url.split("/", 3)[3]

    def test_it_opens_the_chat_of_this_assistant_and_no_other(self, setting: Setting) -> None:
        make_chat("other-desk", anyone=False, invited=True)
        _row, url = self.link(setting)
        client = Client()
        assert client.get(url).status_code == 200
        assert not Session.objects.exists(), "looking uses nothing up"
        assert client.post(url).headers["Location"] == at("talk")
        assert client.get(at("talk")).status_code == 200
        assert client.get(at("talk", slug="other-desk")).status_code == 404

    def test_its_cookie_is_closed_to_scripts_and_other_sites(self, setting: Setting) -> None:
        _row, url = self.link(setting)
        (cookie,) = Client().post(url).cookies.values()
        assert (cookie["httponly"], cookie["samesite"], cookie["domain"], cookie["path"]) == (True, "Lax", "", "/")

    def test_only_so_many_browsers_come_by_it(self, setting: Setting) -> None:
        _row, url = self.link(setting, most=1)
        assert Client().post(url).status_code == 302
        assert Client().post(url).status_code == 404
        assert Session.objects.count() == 1

    def test_ending_it_puts_everybody_out(self, setting: Setting) -> None:
        row, url = self.link(setting)
        client = Client()
        client.post(url)
        come_in(client)
        assert ask(client).status_code == 201
        inviting.end(actor=CONSOLE, invitation=row, at=clock.now())
        assert client.get(at("talk")).status_code == 404
        assert ask(client).status_code == 404
        assert Client().get(url).status_code == 404

    def test_a_made_up_link_and_an_old_one_look_alike(self, setting: Setting) -> None:
        row, url = self.link(setting)
        inviting.end(actor=CONSOLE, invitation=row, at=clock.now())
        pages = {plain(Client().get(one)) for one in (url, "/chat-invitation/nothing/")}
        assert len(pages) == 1

    def test_the_link_is_not_stored(self, setting: Setting) -> None:
        row, url = self.link(setting)
        row.refresh_from_db()
        assert url.split("/")[2].encode() not in bytes(row.digest)
        assert str(row.label) == "testers"


def test_a_guest_needs_the_assistant_shared_with_them() -> None:
    make_chat(anyone=False, members=False, invited=True)
    assert signed_in(make_person("nora")).get(at("talk")).status_code == 404
