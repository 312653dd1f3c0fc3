"""A second factor is reset by two administrators, never by one."""

import pytest
from django.core.management import call_command
from django.urls import reverse

from accounts.access.rules import Role
from accounts.approvals.models import Approval
from accounts.approvals.rules.states import State
from accounts.approvals.services import deciding
from accounts.people.models import User
from accounts.signin.models import Link, RecoveryDevice, TotpDevice
from accounts.signin.services import factors, links, resets
from panel.kernel import clock
from panel.kernel.errors import Forbidden
from panel.outbound.models import Message
from tests.accounts.approvals.stage import fresh
from tests.factories.people import actor_of, make_person, make_totp, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def eve(db: None) -> User:
    """A second administrator."""
    return make_person("eve", role=Role.ADMINISTRATOR)


def ask(actor: User, user: User) -> Approval:
    return resets.ask(actor=fresh(actor), user=user, reason="Called, lost the phone", at=clock.now())


def approve(actor: User, row: Approval) -> Approval:
    return deciding.approve(actor=fresh(actor), approval=row, seen=row.digest, at=clock.now())


def test_the_second_one_ends_every_factor_and_sends_a_link(adam: User, eve: User, bob: User) -> None:
    client = signed_in(bob)
    factors.new_codes(actor=actor_of(bob), user=bob)
    row = ask(adam, bob)
    assert TotpDevice.objects.filter(user=bob).exists()
    assert approve(eve, row).state == State.PERFORMED
    assert not TotpDevice.objects.filter(user=bob).exists()
    assert not RecoveryDevice.objects.filter(user=bob).exists()
    assert client.get("/account/security/").status_code == 302
    assert Link.objects.filter(user=bob, kind=Link.Kind.RECOVER, used_at__isnull=True).count() == 1
    assert Message.objects.filter(template="recovery", person=bob.id).count() == 1


def test_neither_the_asker_nor_the_person_nor_a_member_is_the_second_one(adam: User, eve: User, bob: User) -> None:
    make_totp(eve)
    row = ask(adam, eve)
    for person in (adam, eve, bob):
        with pytest.raises(Forbidden):
            approve(person, row)
    assert TotpDevice.objects.filter(user=eve).exists()


def test_who_signed_in_since_has_their_factor(adam: User, eve: User, bob: User) -> None:
    row = ask(adam, bob)
    signed_in(bob)  # writes down the sign-in
    with pytest.raises(deciding.Overtaken, match="Signed in"):
        approve(eve, row)
    assert TotpDevice.objects.filter(user=bob).exists()


def test_one_administrator_alone_gives_no_link_to_somebody_who_joined(adam: User, bob: User) -> None:
    with pytest.raises(links.NotToRenew):
        links.renew(actor=fresh(adam), user=bob, at=clock.now())
    assert signed_in(adam).post(reverse("signin:invitation", args=[bob.id])).status_code == 409
    assert not Link.objects.filter(user=bob).exists()


def test_from_the_page_of_the_person_to_the_inbox_of_the_other(adam: User, eve: User, bob: User) -> None:
    client = signed_in(adam)
    page = client.get(reverse("access:person", args=[bob.id])).content.decode()
    assert reverse("signin:reset", args=[bob.id]) in page
    asked = client.post(reverse("signin:reset", args=[bob.id]), {"reason": "Called, lost the phone"})
    assert asked.status_code == 302
    own = client.get(asked["Location"]).content.decode()
    assert "Reset the second factor of Bob" in own
    assert 'name="digest"' not in own

    other = signed_in(eve)
    assert "Reset of a second factor" in other.get(reverse("approvals:inbox")).content.decode()
    shown = other.get(asked["Location"]).content.decode()
    assert "Called, lost the phone" in shown
    row = Approval.objects.get()
    done = other.post(asked["Location"] + "approval/", {"digest": row.digest, "note": ""})
    assert done.status_code == 302
    row.refresh_from_db()
    assert row.state == State.PERFORMED


def test_a_panel_with_one_administrator_is_told_of_the_console(
    adam: User, bob: User, capsys: pytest.CaptureFixture[str]
) -> None:
    page = signed_in(adam).get(reverse("signin:reset", args=[bob.id])).content.decode()
    assert "manage.py recover_admin --person bob@example.test" in page
    call_command("recover_admin", "bob@example.test", "--person")
    assert "/join/" in capsys.readouterr().out
