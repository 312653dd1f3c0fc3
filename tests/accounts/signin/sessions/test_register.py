"""The register of sessions: what stands in it, and how one is ended."""

import time
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.people.models import User
from accounts.signin.models import Session
from accounts.signin.rules import SEEN_AT
from accounts.signin.services import sessions
from panel.journal.models import Leaf
from panel.kernel import ids, tickets
from panel.kernel.actors import SYSTEM, Actor
from panel.kernel.models import Epoch
from tests.accounts.signin.sessions.entering import IPHONE, enter, sid
from tests.factories.people import code_of, make_person, make_totp, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice() -> User:
    alice = make_person("alice")
    make_totp(alice)
    return alice


def is_in(client: Client) -> bool:
    return client.get("/account/security/").status_code == 200


class TestTheList:
    def test_it_names_device_network_and_factors_and_marks_this_one(self, alice: User) -> None:
        enter(alice, agent=IPHONE, address="2001:db8:77:1::9")
        text = enter(alice).get("/account/security/").content.decode()
        assert "Firefox on Linux" in text
        assert "203.0.113.0/24" in text
        assert "Safari on iPhone" in text
        assert "2001:db8:77::/48" in text
        assert "Password, Authenticator app" in text
        assert text.count("This one") == 1

    def test_neither_device_nor_network_is_stored_in_clear(self, alice: User) -> None:
        enter(alice)
        with connection.cursor() as cursor:
            cursor.execute("SELECT device, place FROM signin_session")
            stored = cursor.fetchone()
        assert b"Firefox" not in bytes(stored[0])
        assert b"203.0.113" not in bytes(stored[1])

    def test_the_use_and_the_network_of_a_session_are_followed(self, alice: User) -> None:
        client = enter(alice)
        Session.objects.update(seen_at=timezone.now() - timedelta(minutes=5))
        session = client.session
        session[SEEN_AT] -= 120
        session.save()
        client.get("/", REMOTE_ADDR="198.51.100.4")
        row = Session.objects.get()
        assert timezone.now() - row.seen_at < timedelta(minutes=1)
        assert row.place == "198.51.100.0/24"

    def test_what_ran_out_is_not_listed(self, alice: User) -> None:
        old = enter(alice)
        Session.objects.filter(id=sid(old)).update(seen_at=timezone.now() - timedelta(hours=3))
        assert enter(alice).get("/account/security/").content.decode().count("Firefox on Linux") == 1

    def test_every_factor_and_sign_in_changes_the_key_of_the_session_not_its_name(self, alice: User) -> None:
        client = enter(alice)
        key, name = client.session.session_key, sid(client)
        type(alice.totpdevice_set.get()).objects.update(last_step=-1)
        client.post("/step-up/", {"code": code_of(alice.totpdevice_set.get())})
        assert client.session.session_key != key
        assert sid(client) == name


class TestEnding:
    def test_one_of_mine_ends_and_the_others_go_on(self, alice: User) -> None:
        here, there, third = enter(alice), enter(alice), enter(alice)
        assert here.post(f"/account/security/sessions/{sid(there)}/ending/").status_code == 302
        assert [is_in(one) for one in (here, there, third)] == [True, False, True]
        leaf = Leaf.objects.get(event="signin.session.cut")
        assert leaf.actor_id == alice.id

    def test_an_ended_session_does_not_come_back_by_what_it_saves_meanwhile(self, alice: User) -> None:
        here, there = enter(alice), enter(alice)
        running = there.session  # loaded before the end, saved after it, as a slow request does
        here.post(f"/account/security/sessions/{sid(there)}/ending/")
        running[SEEN_AT] = time.time()
        running.save()
        assert not is_in(there)

    def test_all_others_end_at_once(self, alice: User) -> None:
        here, there, third = enter(alice), enter(alice), enter(alice)
        here.post("/account/security/elsewhere/")
        assert [is_in(one) for one in (here, there, third)] == [True, False, False]
        assert str(Session.objects.get(ended_at=None).id) == sid(here)

    def test_nobody_ends_what_belongs_to_another(self, alice: User) -> None:
        bob = make_person("bob")
        make_totp(bob)
        theirs = enter(bob)
        assert enter(alice).post(f"/account/security/sessions/{sid(theirs)}/ending/").status_code == 404
        assert is_in(theirs)

    def test_an_administrator_ends_anybodys(self, alice: User, adam: User) -> None:
        first, second = enter(alice), enter(alice)
        boss = signed_in(adam)
        page = f"/people/{alice.id}/sessions/"
        assert boss.get(page).content.decode().count("Firefox on Linux") == 2
        boss.post(f"{page}{sid(first)}/ending/")
        assert [is_in(first), is_in(second)] == [False, True]
        boss.post(f"{page}ending/")
        assert not is_in(second)
        assert is_in(boss)
        assert Leaf.objects.filter(event="signin.session.cut", actor_id=adam.id).count() == 2

    def test_only_with_the_right_and_a_fresh_factor(self, alice: User, adam: User) -> None:
        page = f"/people/{alice.id}/sessions/"
        assert enter(alice).get(page).status_code == 403
        assert signed_in(adam, fresh=False).post(f"{page}ending/")["Location"].startswith("/step-up/")

    def test_the_gateway_is_told_of_every_end(self, alice: User) -> None:
        here, there = enter(alice), enter(alice)
        before = Epoch.objects.get().number
        here.post(f"/account/security/sessions/{sid(there)}/ending/")
        between = Epoch.objects.get().number
        here.post("/sign-out/")
        assert before < between < Epoch.objects.get().number

    def test_a_ticket_to_a_stream_names_its_session(self, alice: User) -> None:
        sid = ids.new_id()
        mine = Actor("person", alice.id, via=("session", sid))
        assert tickets.within(mine, target="live") == {"target": "live", "session": str(sid)}
        assert tickets.within(SYSTEM) == {}

    def test_a_new_password_and_a_closed_account_close_the_rows(self, alice: User) -> None:
        here = enter(alice)
        enter(alice)
        here.post("/account/security/password/", {"password": "an entirely new phrase"})
        assert [str(one.id) for one in Session.objects.filter(ended_at=None)] == [sid(here)]
        sessions.end_all(alice, timezone.now())
        assert not Session.objects.filter(ended_at=None).exists()
        assert not is_in(here)

    def test_signing_out_clears_what_the_browser_holds(self, alice: User) -> None:
        client = enter(alice)
        answer = client.post("/sign-out/")
        assert answer["Clear-Site-Data"] == '"cache", "storage"'
        assert Session.objects.get().why == "signed_out"
        assert client.cookies["device"].value

    def test_an_old_row_is_forgotten(self, alice: User) -> None:
        enter(alice)
        assert sessions.forget(timezone.now() + timedelta(days=89)) == 0
        assert sessions.forget(timezone.now() + timedelta(days=91)) == 1
