"""Those who run a chat: its settings, links and messages, and the report on who was told of the AI."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.people.models import User
from assistants.catalog.services.changes import Changed
from assistants.chat.models import Invitation, Note, Session, Setting
from assistants.chat.services import inviting, setting, voicing
from assistants.chat.services.setting import Wanted
from panel.journal.models import Leaf
from panel.kernel import clock
from panel.kernel.errors import Forbidden, Invalid
from tests.assistants.catalog.stage import CONSOLE, live, share
from tests.assistants.chat.stage import ask, at, come_in, make_chat, said, text
from tests.factories.people import actor_of, signed_in

pytestmark = pytest.mark.django_db


def tab(name: str, row: Setting, *more: object) -> str:
    return reverse(f"chat:{name}", args=[row.assistant_id, *more])


@pytest.fixture
def desk(alice: User, bob: User) -> Setting:
    """alice's, bob may see it."""
    row = make_chat(sites=["https://shop.example"])
    share(row.assistant, alice, "owner")
    share(row.assistant, bob, "viewer")
    return row


class TestSetting:
    def test_the_owner_opens_it_with_a_look_from_the_tokens(self, alice: User) -> None:
        assistant = live()
        share(assistant, alice, "owner")
        url = reverse("chat:setting", args=[assistant.id])
        client = signed_in(alice)
        assert "The chat is closed." in text(client.get(url))
        sent = {
            "revision": 0,
            "active": "on",
            "anyone": "on",
            "colour": "info",
            "greeting": "Hello!",
            "sites": "https://a.example\n\nhttps://b.example/",
        }
        assert client.post(url, sent).status_code == 302
        row = Setting.objects.get()
        assert (row.active, row.colour, row.sites) == (True, "info", ["https://a.example", "https://b.example"])
        page = text(client.get(url))
        assert "data-assistant=&quot;it-desk&quot;" in page
        come_in(visitor := Client())
        talk = text(visitor.get(at("talk")))
        assert "chat-info" in talk
        assert "Hello!" in talk
        assert Leaf.objects.filter(event="chat.setting.changed").count() == 1

    @pytest.mark.parametrize(
        "wrong",
        [{"colour": "#ff0000"}, {"sites": "*"}, {"sites": "https://a.example/x"}, {"active": "on"}, {"name": "x" * 61}],
    )
    def test_what_cannot_be_is_told(self, desk: Setting, alice: User, wrong: dict[str, str]) -> None:
        sent = {"revision": 1, "colour": "accent", **wrong}
        answer = signed_in(alice).post(tab("setting", desk), sent)
        assert answer.status_code == 422
        desk.refresh_from_db()
        assert desk.revision == 1

    def test_a_viewer_reads_and_changes_nothing(self, desk: Setting, bob: User, charlie: User) -> None:
        client = signed_in(bob)
        page = text(client.get(tab("setting", desk)))
        assert "The owner of the assistant sets up its chat." in page
        assert client.post(tab("setting", desk), {"revision": 1}).status_code == 403
        with pytest.raises(Forbidden):
            setting.settle(actor=actor_of(bob), assistant=desk.assistant, wanted=Wanted(), at=clock.now())
        assert signed_in(charlie).get(tab("setting", desk)).status_code == 404

    def test_of_two_at_once_the_second_is_told(self, desk: Setting, alice: User) -> None:
        for wanted in (Wanted(active=True, anyone=True, name="One"), Wanted(active=True, anyone=True, name="Two")):
            try:
                setting.settle(
                    actor=actor_of(alice), assistant=desk.assistant, wanted=wanted, revision=1, at=clock.now()
                )
            except Changed:
                assert wanted.name == "Two"
        desk.refresh_from_db()
        assert desk.name == "One"

    def test_the_same_again_is_no_change(self, desk: Setting) -> None:
        wanted = Wanted(active=True, anyone=True, sites=["https://shop.example"])
        setting.settle(actor=CONSOLE, assistant=desk.assistant, wanted=wanted, at=clock.now())
        assert Leaf.objects.filter(event="chat.setting.changed").count() == 1


class TestLinks:
    def test_the_owner_makes_one_and_sees_it_once(self, desk: Setting, alice: User) -> None:
        client = signed_in(alice)
        page = text(client.post(tab("invitations", desk), {"label": "Testers", "days": "7"}))
        row = Invitation.objects.get()
        assert "/chat-invitation/" in page
        assert "/chat-invitation/" not in text(client.get(tab("setting", desk)))
        assert "Testers" in text(client.get(tab("setting", desk)))
        assert client.post(tab("invitation_end", desk, row.id)).status_code == 302
        row.refresh_from_db()
        assert row.ended_at is not None

    def test_nobody_else_does(self, desk: Setting, bob: User) -> None:
        client = signed_in(bob)
        assert client.get(tab("invitations", desk)).status_code == 403
        assert client.post(tab("invitations", desk), {"label": "x", "days": "7"}).status_code == 403
        with pytest.raises(Forbidden):
            inviting.invite(actor=actor_of(bob), assistant=desk.assistant, label="x", days=7, at=clock.now())
        assert not Invitation.objects.exists()

    @pytest.mark.parametrize("wrong", [{"label": " "}, {"label": "x" * 81}, {"days": 8}, {"most": 0}])
    def test_what_cannot_be_is_refused(self, desk: Setting, wrong: dict[str, Any]) -> None:
        given = {"label": "x", "days": 7, **wrong}
        with pytest.raises(Invalid):
            inviting.invite(actor=CONSOLE, assistant=desk.assistant, at=clock.now(), **given)


class TestNotes:
    def test_the_owner_reads_them_and_says_when_done(self, desk: Setting, alice: User) -> None:
        client, owner = Client(), signed_in(alice)
        come_in(client)
        client.post(at("contact"), {"words": "My parcel is lost", "reply_to": "+46 1"})
        page = text(owner.get(tab("notes", desk)))
        assert "My parcel is lost" in page
        assert "+46 1" in page
        note = Note.objects.get()
        assert owner.post(tab("note_end", desk, note.id)).status_code == 302
        note.refresh_from_db()
        assert note.done_at is not None
        saved = owner.get(tab("notes", desk) + "?format=csv")
        assert b"My parcel" not in b"".join(saved.streaming_content)  # type: ignore[attr-defined]

    def test_who_only_sees_the_assistant_reads_none(self, desk: Setting, bob: User) -> None:
        Client().post(at("contact"), {"words": "My parcel is lost"})
        client = signed_in(bob)
        assert client.get(tab("notes", desk)).status_code == 403
        assert client.post(tab("note_end", desk, Note.objects.get().id)).status_code == 403
        with pytest.raises(Forbidden):
            voicing.finish(actor=actor_of(bob), note=Note.objects.get(), at=clock.now())


class TestCoverage:
    def test_it_counts_who_was_told_before_the_first_answer(self, desk: Setting, olga: User) -> None:
        client = Client()
        come_in(client)
        said(client)
        Client().post(at("contact"), {"words": "No AI for me."})
        answer = signed_in(olga).get(reverse("chat:coverage") + "?format=csv")
        lines = b"".join(answer.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
        assert lines[1].split(",")[:6] == ["It-Desk", "Open", "2", "1", "1", "0"]
        assert "It-Desk" in text(signed_in(olga).get(reverse("chat:coverage")))

    def test_a_member_does_not_see_it(self, desk: Setting, bob: User) -> None:
        assert signed_in(bob).get(reverse("chat:coverage")).status_code == 403

    def test_the_database_takes_no_message_of_who_was_not_told(self, desk: Setting) -> None:
        client = Client()
        come_in(client)
        ask(client)
        row = Session.objects.get()
        for values in ({"told_at": None}, {"told_at": timezone.now()}):
            with pytest.raises(IntegrityError), transaction.atomic():
                Session.objects.filter(id=row.id).update(**values)
