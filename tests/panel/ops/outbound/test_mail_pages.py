"""The pages of mail: the outbox, a message, the mail server and its test, the letters."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import conditional_escape

from accounts.people.models import User
from panel.journal.models import Leaf
from panel.kernel import actors, boot, clock
from panel.outbound import services
from panel.outbound.mail import letters, post, servers
from panel.outbound.mail.rules import State
from panel.outbound.models import MailServer, Message
from tests.factories.people import signed_in
from tests.panel.outbound.letters import TO, queued
from tests.stage.mail import SmtpSink

pytestmark = pytest.mark.django_db
LINK = "https://panel.example.org/join/zilpzalp/"


@pytest.fixture
def no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(boot.environment(), "EMAIL_URL", raising=False)


@pytest.fixture
def invitation() -> Message:
    return services.send_mail(
        actor=actors.SYSTEM, template="invitation", to=TO, context={"link": LINK, "hours": 72}, at=clock.now()
    )


def text(client: Client, name: str, *args: object, **query: str) -> str:
    response = client.get(reverse(f"ops:{name}", args=args), query)
    assert response.status_code == 200, response.status_code
    return b"".join(response).decode()


class TestOutbox:
    def test_it_lists_messages_and_their_states(self, adam: User, invitation: Message) -> None:
        queued()
        page = text(signed_in(adam), "outbox")
        assert "Invitation" in page
        assert TO in page
        assert "Test message" not in text(signed_in(adam), "outbox", letter="invitation").partition("<tbody")[2]
        assert "Nothing matches" in text(signed_in(adam), "outbox", state="sent") or "No " in text(
            signed_in(adam), "outbox", state="sent"
        )

    def test_who_may_not_see_people_sees_no_addresses_nor_does_their_csv(
        self, alice: User, adam: User, invitation: Message
    ) -> None:
        assert TO not in text(signed_in(alice), "outbox")
        assert TO not in text(signed_in(alice), "outbox", format="csv")
        assert TO not in text(signed_in(alice), "message", invitation.id)
        assert TO in text(signed_in(adam), "outbox", format="csv")

    def test_a_member_finds_no_mail(self, bob: User, invitation: Message) -> None:
        for name, args in (("outbox", []), ("message", [invitation.id]), ("message_content", [invitation.id])):
            assert signed_in(bob).get(reverse(f"ops:{name}", args=args)).status_code == 403


class TestMessage:
    def test_the_link_is_copied_from_its_own_page_and_that_is_journalled(self, adam: User, invitation: Message) -> None:
        assert LINK not in text(signed_in(adam), "message", invitation.id)
        assert f'data-copy="{LINK}"' in text(signed_in(adam), "message_content", invitation.id)
        assert Leaf.objects.filter(event="outbound.mail.read", object_id=invitation.id).count() == 1

    def test_reading_needs_a_fresh_factor_and_more_than_operating(
        self, adam: User, alice: User, olga: User, invitation: Message
    ) -> None:
        url = reverse("ops:message_content", args=[invitation.id])
        assert signed_in(alice).get(url).status_code == 403
        assert signed_in(olga).get(url).status_code == 403
        assert LINK not in b"".join(signed_in(adam, fresh=False).get(url, follow=True)).decode()
        assert not Leaf.objects.filter(event="outbound.mail.read").exists()

    def test_an_operator_sends_again_and_cancels(self, alice: User, olga: User, invitation: Message) -> None:
        cancelling = reverse("ops:message_cancelling", args=[invitation.id])
        assert signed_in(olga).post(cancelling).status_code == 403
        signed_in(alice).post(cancelling)
        assert Message.objects.get().state == State.CANCELLED
        signed_in(alice).post(reverse("ops:message_retrying", args=[invitation.id]))
        assert Message.objects.get().state == State.QUEUED

    def test_the_page_says_what_is_wrong(self, alice: User, invitation: Message) -> None:
        Message.objects.update(problem="auth", reply=535, tries=2)
        page = text(signed_in(alice), "message", invitation.id)
        assert "refused the user name and password" in page
        assert "535" in page


class TestServer:
    FORM = {"host": "mail.example.org", "port": "587", "tls": "starttls", "user": "panel", "password": "geheim-1",
            "sender": "panel@example.org", "reply_to": ""}  # fmt: skip

    def test_it_is_stored_and_the_password_never_shown(self, adam: User, no_server: None) -> None:
        client, url = signed_in(adam), reverse("ops:mail")
        assert client.post(url, self.FORM).status_code == 302
        assert MailServer.objects.get().password == "geheim-1"
        page = text(client, "mail")
        assert "geheim-1" not in page
        assert "mail.example.org" in page
        wrong = client.post(url, {**self.FORM, "sender": "nobody", "host": "other.example.org"})
        assert wrong.status_code == 422
        assert "geheim-1" not in wrong.content.decode()
        assert "other.example.org" in wrong.content.decode()

    def test_what_the_environment_holds_is_read_only(self, adam: User) -> None:
        page = text(signed_in(adam), "mail")
        assert "EMAIL_URL" in page
        assert 'name="host"' not in page
        assert signed_in(adam).post(reverse("ops:mail"), self.FORM).status_code == 409
        assert not MailServer.objects.exists()

    def test_a_test_message_shows_each_step(
        self, adam: User, smtp_sink: SmtpSink, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(boot.environment(), "EMAIL_URL", smtp_sink.url)
        page = signed_in(adam).post(reverse("ops:mail_test"), {"to": "ann@example.test"}).content.decode()
        assert "It works." in page
        assert "It accepted the message" in page
        assert smtp_sink.recipients == [["ann@example.test"]]
        assert Leaf.objects.filter(event="outbound.mail.tested").exists()

    def test_a_failed_test_says_where_it_ended(self, adam: User) -> None:
        page = signed_in(adam).post(reverse("ops:mail_test"), {"to": "ann@example.test"}).content.decode()
        assert "The message was not sent." in page
        assert "cannot be reached" in page

    def test_a_typed_host_inside_the_house_is_refused_by_the_guard(self, adam: User, no_server: None) -> None:
        client = signed_in(adam)
        client.post(reverse("ops:mail"), {**self.FORM, "host": "169.254.169.254"})
        page = client.post(reverse("ops:mail_test"), {"to": "ann@example.test"}).content.decode()
        assert "not a public address" in page

    def test_tests_are_limited_and_need_a_plain_address(self, adam: User) -> None:
        client = signed_in(adam)
        assert client.post(reverse("ops:mail_test"), {"to": "a\r\nRCPT TO:<x@y.z>"}).status_code == 422
        answers = [client.post(reverse("ops:mail_test"), {"to": "a@b.example"}).status_code for _ in range(8)]
        assert answers.count(429) == 2

    def test_removing_it_lets_messages_wait(self, adam: User, no_server: None) -> None:
        client = signed_in(adam)
        client.post(reverse("ops:mail"), self.FORM)
        client.post(reverse("ops:mail_removal"))
        assert servers.current() is None
        assert post.due(clock.now()) == []


def test_every_letter_has_a_preview_that_only_its_own_style_dresses(alice: User) -> None:
    client = signed_in(alice)
    assert "Invitation" in text(client, "letters")
    for name in letters.registered():
        assert conditional_escape(str(letters.registered()[name].title)) in text(client, "letter", name)
        response = client.get(reverse("ops:letter_html", args=[name]))
        policy = response["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; style-src 'sha256-")
        assert "unsafe" not in policy
    assert client.get(reverse("ops:letter", args=["nothing"])).status_code == 404
