"""Passkeys: what is stored, what is asked, and what is refused."""

import json
from datetime import timedelta

import pytest
from django.apps import apps
from django.conf import LazySettings
from django.db import connection
from django.utils import timezone
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

from accounts.people.models import User
from accounts.signin import queries
from accounts.signin.models import Challenge, Passkey
from accounts.signin.services.webauthn import ceremony, passkeys
from accounts.signin.services.webauthn.ceremony import NotAccepted
from panel.journal.models import Leaf
from panel.kernel.crypto.envelope import EnvelopeError
from panel.outbound.models import Message
from tests.factories.authenticators import Authenticator, make_passkey
from tests.factories.people import actor_of

pytestmark = pytest.mark.django_db


def ask(user: User | None, *, verified: bool = False) -> passkeys.Begun:
    return passkeys.begin_proof(user=user, at=timezone.now(), verified=verified)


def prove(user: User | None, held: Authenticator, *, verified: bool = False) -> Passkey:
    begun = ask(user, verified=verified)
    return passkeys.prove(user=user, state=begun.state, answer=held.get(begun.options), at=timezone.now())


def register(user: User, held: Authenticator, name: str = "Key") -> Passkey:
    begun = passkeys.begin_registration(user=user, at=timezone.now())
    answer, who = held.create(begun.options), actor_of(user)
    return passkeys.register(actor=who, user=user, state=begun.state, answer=answer, name=name, at=timezone.now())


class TestRegister:
    def test_it_asks_for_a_fingerprint_a_face_or_a_pin(self, alice: User) -> None:
        begun = passkeys.begin_registration(user=alice, at=timezone.now())
        assert begun.options["authenticatorSelection"]["userVerification"] == "required"
        assert begun.options["attestation"] == "none"
        with pytest.raises(NotAccepted):
            register(alice, Authenticator(verifies=False))
        assert not Passkey.objects.exists()

    def test_its_address_is_the_panels_own(self, alice: User, settings: LazySettings) -> None:
        begun = passkeys.begin_registration(user=alice, at=timezone.now())
        assert begun.options["rp"]["id"] == settings.OTP_WEBAUTHN_RP_ID
        for wrong in (Authenticator(origin="https://evil.test"), Authenticator(rp_id="evil.test")):
            with pytest.raises(NotAccepted):
                register(alice, wrong)

    def test_the_handle_says_nothing_of_the_person(self, alice: User) -> None:
        begun = passkeys.begin_registration(user=alice, at=timezone.now())
        handle = base64url_to_bytes(begun.options["user"]["id"])
        assert len(handle) == 32
        assert b"alice" not in handle
        assert alice.id.bytes not in handle

    def test_several_have_names_and_are_told_in_mail_and_journal(self, alice: User) -> None:
        make_passkey(alice, "Laptop")
        make_passkey(alice, "Key at home", counter=None, synced=True)
        assert sorted(one.name for one in Passkey.objects.all()) == ["Key at home", "Laptop"]
        assert Leaf.objects.filter(event="signin.factor.added").count() == 2
        assert any("Laptop" in one.content["text"] for one in Message.objects.filter(person=alice.id))

    def test_one_that_is_known_is_not_taken_again(self, alice: User, bob: User) -> None:
        _row, held = make_passkey(alice)
        with pytest.raises(NotAccepted, match="already"):
            register(bob, held)
        begun = passkeys.begin_registration(user=alice, at=timezone.now())
        assert len(begun.options["excludeCredentials"]) == 1

    @pytest.mark.parametrize("answer", ["", "{", "[]", "7", '{"id": 1}', "[" * 50_000, "{}" + " " * 70_000])
    def test_what_no_browser_says_is_refused(self, alice: User, answer: str) -> None:
        begun = passkeys.begin_registration(user=alice, at=timezone.now())
        with pytest.raises(NotAccepted):
            passkeys.register(
                actor=actor_of(alice), user=alice, state=begun.state, answer=answer, name="x", at=timezone.now()
            )
        begun = ask(alice)
        with pytest.raises(NotAccepted):
            passkeys.prove(user=alice, state=begun.state, answer=answer, at=timezone.now())


class TestStored:
    def test_nothing_of_it_stands_in_clear(self, alice: User) -> None:
        row, held = make_passkey(alice, "Zilpzalp laptop")
        with connection.cursor() as cursor:
            cursor.execute("SELECT string_agg(t::text, '') FROM signin_passkey t")
            stored = cursor.fetchone()[0]
        for secret in ("Zilpzalp", held.credential.hex(), row.public_key.hex()):
            assert secret not in stored

    def test_a_row_that_was_copied_to_another_person_opens_nothing(self, alice: User, bob: User) -> None:
        """Fails when key and id stand in clear columns, as the library has them."""
        mine, _held = make_passkey(alice)
        theirs, _other = make_passkey(bob)
        Passkey.objects.filter(id=mine.id).update(sealed=theirs.sealed)
        with pytest.raises(EnvelopeError):
            _ = Passkey.objects.get(id=mine.id).public_key

    def test_the_librarys_own_tables_are_never_made(self, alice: User) -> None:
        tables = connection.introspection.table_names()
        assert not [one for one in tables if "webauthn" in one]
        assert not [one for one in apps.get_models() if one._meta.app_label == "django_otp_webauthn"]
        alice.delete()  # would ask the missing tables if Django knew of them


class TestProve:
    def test_as_a_second_factor_it_need_not_know_its_owner(self, alice: User) -> None:
        _row, held = make_passkey(alice)
        held.verifies, held.names_owner = False, False
        assert not prove(alice, held).verified
        with pytest.raises(NotAccepted):
            prove(alice, held, verified=True)

    def test_alone_it_has_to_know_its_owner(self, alice: User) -> None:
        """Fails when user verification is left to the browser."""
        _row, held = make_passkey(alice)
        assert ask(None).options["userVerification"] == "required"
        assert prove(None, held).user_id == alice.id
        held.verifies = False
        with pytest.raises(NotAccepted):
            prove(None, held)

    def test_another_persons_is_refused(self, alice: User, bob: User) -> None:
        _row, held = make_passkey(bob)
        with pytest.raises(NotAccepted):
            prove(alice, held)

    def test_whom_it_names_has_to_be_its_owner(self, alice: User, bob: User) -> None:
        _row, held = make_passkey(alice)
        held.handle = ceremony.handle_of(bob)
        with pytest.raises(NotAccepted):
            prove(None, held)

    def test_a_disabled_person_is_refused(self, alice: User) -> None:
        _row, held = make_passkey(alice)
        User.objects.filter(id=alice.id).update(state="disabled")
        with pytest.raises(NotAccepted):
            prove(None, held)

    def test_a_wrong_signature_or_origin_is_refused(self, alice: User) -> None:
        _row, held = make_passkey(alice)
        forger = Authenticator(credential=held.credential, handle=held.handle, counter=5)
        with pytest.raises(NotAccepted):
            prove(alice, forger)
        held.origin = "https://evil.test"
        with pytest.raises(NotAccepted):
            prove(alice, held)

    def test_a_challenge_is_answered_once_and_in_time(self, alice: User) -> None:
        """Fails when the challenge stays after its answer: this authenticator does not count."""
        _row, held = make_passkey(alice, counter=None)
        begun = ask(alice)
        answer = held.get(begun.options)
        assert passkeys.prove(user=alice, state=begun.state, answer=answer, at=timezone.now())
        with pytest.raises(NotAccepted, match="twice"):
            passkeys.prove(user=alice, state=begun.state, answer=answer, at=timezone.now())
        begun, late = ask(alice), timezone.now() + timedelta(minutes=5, seconds=1)
        with pytest.raises(NotAccepted, match="longer"):
            passkeys.prove(user=alice, state=begun.state, answer=held.get(begun.options), at=late)
        assert passkeys.forget(late) == Challenge.objects.count() + 1

    def test_an_answer_to_another_challenge_is_refused(self, alice: User) -> None:
        _row, held = make_passkey(alice, counter=None)
        answer = held.get(ask(alice).options)
        with pytest.raises(NotAccepted):
            passkeys.prove(user=alice, state=ask(alice).state, answer=answer, at=timezone.now())

    def test_a_counter_that_went_back_is_refused_told_and_written_down(self, alice: User) -> None:
        """Fails when the counter is not compared."""
        row, held = make_passkey(alice, counter=7)
        prove(alice, held)
        held.counter = 3
        with pytest.raises(passkeys.RolledBack):
            prove(alice, held)
        assert Leaf.objects.filter(event="signin.passkey.rolled_back").count() == 1
        assert "may have been copied" in Message.objects.get(template="passkey_rolled_back").content["subject"]
        assert Passkey.objects.get(id=row.id).sign_count == 8
        held.counter = 20
        assert prove(alice, held).sign_count == 21

    def test_only_the_key_itself_can_be_found_rolled_back(self, alice: User) -> None:
        """Fails when the counter is compared before the signature, as the library does: anybody could raise the alarm."""
        _row, held = make_passkey(alice, counter=7)
        with pytest.raises(NotAccepted) as refused:
            prove(alice, Authenticator(credential=held.credential, handle=held.handle, counter=0))
        assert not isinstance(refused.value, passkeys.RolledBack)
        assert not Leaf.objects.filter(event="signin.passkey.rolled_back").exists()

    def test_its_use_is_noted(self, alice: User) -> None:
        row, held = make_passkey(alice)
        assert row.last_used_at is None
        assert prove(alice, held).last_used_at is not None

    def test_the_methods_have_their_standard_names(self, alice: User) -> None:
        assert make_passkey(alice)[0].method == "hwk"
        assert make_passkey(alice, "Cloud", synced=True)[0].method == "swk"


def test_the_browser_is_asked_for_the_last_used_first_and_never_for_the_one_that_is_excluded(alice: User) -> None:
    first, held = make_passkey(alice, "first")
    second, _other = make_passkey(alice, "second")
    prove(alice, held)
    listed = [one["id"] for one in ask(alice).options["allowCredentials"]]
    assert listed == [bytes_to_base64url(one.credential_id) for one in (first, second)]
    begun = passkeys.begin_proof(user=alice, at=timezone.now(), but=first.uuid)
    assert len(begun.options["allowCredentials"]) == 1
    assert json.dumps(begun.options)


@pytest.mark.parametrize(
    ("address", "possible"),
    [
        ("https://panel.example.org", True),
        ("http://localhost:8000", True),
        ("http://panel.example.org", False),
        ("https://192.0.2.1", False),
        ("http://127.0.0.1:8000", False),
        ("https://[2001:db8::1]:8443", False),
    ],
)
def test_where_browsers_offer_passkeys(settings: LazySettings, address: str, possible: bool) -> None:
    settings.BASE_URL = address
    assert queries.passkeys_possible() is possible
