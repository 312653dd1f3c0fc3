"""What people are written when their account opens, changes or is given something."""

from dataclasses import replace

import pytest
from django.utils import timezone, translation

from accounts.access import services as access
from accounts.access.rules import Role
from accounts.people.models import User
from accounts.people.rules import State
from accounts.signin.services import links, notices, passwords
from panel.kernel import actors, clock
from panel.kernel.actors import Actor
from panel.outbound.mail import letters
from panel.outbound.models import Message
from tests.factories.people import actor_of

pytestmark = pytest.mark.django_db


def fresh(user: User) -> Actor:
    return replace(actor_of(user), fresh_at=timezone.now())


def test_an_invitation_goes_to_the_invited_with_the_link_that_the_administrator_sees(adam: User) -> None:
    at = clock.now()
    who = fresh(adam)
    user, token = links.invite(actor=who, full_name="Zoe", email="zoe@example.test", roles=[], reason="new", at=at)
    message = Message.objects.get(person=user.id)
    assert message.template == "invitation"
    assert message.content["link"].endswith(f"/join/{token}/")
    assert message.content["link"] in message.content["text"]
    assert message.content["link"] in message.content["html"]
    assert "Zoe" in message.content["text"]
    assert message.expires_at is not None


def test_a_changed_password_is_told(alice: User) -> None:
    passwords.change(actor=actor_of(alice), user=alice, password="vier-lange-worte-hier")
    assert Message.objects.get(person=alice.id).template == "password_changed"


def test_a_role_is_told_to_whom_it_was_given_by_somebody_else(adam: User, bob: User) -> None:
    access.give_role(actor=fresh(adam), user=bob, role=Role.AUDITOR, reason="the <b>audit", at=clock.now())
    message = Message.objects.get(person=bob.id)
    assert "the <b>audit" in message.content["text"]
    assert "the &lt;b&gt;audit" in message.content["html"]
    access.give_role(actor=fresh(adam), user=adam, role=Role.DEVELOPER, reason="x", at=clock.now())
    access.give_role(actor=actors.console(), user=bob, role=Role.DEVELOPER, reason="x", at=clock.now())
    assert Message.objects.count() == 1


def test_a_new_device_is_told_and_cannot_write_markup_or_headers(alice: User) -> None:
    notices.new_device(user=alice, device='<img src=x>\r\nBcc: x@y.z "', place="Berlin", at=clock.now())
    content = Message.objects.get(person=alice.id).content
    assert "<img" not in content["html"]
    assert "\n" not in content["subject"]
    assert Message.objects.get(person=alice.id).address is None


def test_who_is_joining_or_gone_gets_no_notice(alice: User) -> None:
    alice.state = State.DISABLED
    notices.factor_added(user=alice, factor="App", at=clock.now())
    assert not Message.objects.exists()


@pytest.mark.parametrize("name", sorted(letters.registered()))
@pytest.mark.parametrize("language", ["en", "de"])
def test_every_letter_is_whole(db: None, name: str, language: str) -> None:
    with translation.override("fr"):
        written = letters.write(name, letters.registered()[name].sample, language, to="Ann")
        assert translation.get_language() == "fr"
    assert written.subject
    assert "{" not in written.text + written.html.partition("</style>")[2]
    assert {"en": "Hello Ann,", "de": "Guten Tag Ann,"}[language] in written.text
    assert f'lang="{language}"' in written.html
    for line in written.text.splitlines():
        assert "<" not in line
    for forbidden in ("<script", "<img", "http-equiv", "@import", "url(", "onclick"):
        assert forbidden not in written.html
    if written.link:
        assert written.link in written.text
