"""Passwords: long ones are welcome, guessable ones are not, and nothing is said about composition."""

import unicodedata

import pytest

from accounts.people.models import User
from accounts.signin import forms
from accounts.signin.services import blocklist, passwords
from panel.kernel.actors import SYSTEM
from panel.kernel.errors import Invalid
from panel.kernel.installation import name_organisation
from tests.factories.people import PASSWORD, make_person, signed_in


@pytest.mark.parametrize(
    "good",
    [
        "ruelozix",  # eight letters of one kind
        "49201837465",
        "        a  lonely  cloud",
        "otter lantern quilt harbour",
        "vier-lange-worte-hier",
        "🦊🦦🦉🐙🦔🐝🦑🐢",
        "x7" * 3 + "Q!" + "-plus-words",
        "schöne Grüße aus Köln",
    ],
)
def test_there_are_no_rules_of_composition(good: str) -> None:
    assert blocklist.fault(good) == ""


@pytest.mark.parametrize(
    "bad",
    [
        "password", "Password1!", "PASSWORD", "P@ssw0rd123", "drowssap", "Dr0wssap!", "$unshine1", "iloveyou2024",
        "letmeinletmein", "qwertyuiop", "asdfghjkl", "abcabcabc", "aaaaaaaaaa", "12345678", "87654321", "zxcvbnm,",
        "1q2w3e4r5t", "correct horse battery staple", "trustno1", "pa$$w0rd", "monkey-monkey", "Sommer2026!",
        "passwort123", "pass word 1", "dragonnogard", "adgjmpsv",
    ],
)  # fmt: skip
def test_what_is_tried_first_is_refused(bad: str) -> None:
    assert blocklist.fault(bad) != ""


@pytest.mark.parametrize(
    "bad",
    [
        "aliceoakmere",
        "Oakmere2026",
        "0akm3re4lice",
        "eremkaO99",
        "zedgrove1!",
        "examplecorp",
        "ExampleCorp24",
        "ClawPanel1",
    ],
)
def test_names_addresses_and_the_panel_are_no_password(bad: str) -> None:
    fault = blocklist.fault(bad, name="Alice Oakmere", email="zedgrove@mail.test", organisation="Example Corp")
    assert "your name" in fault


def test_a_name_inside_something_longer_is_fine() -> None:
    assert blocklist.fault("alice walks by the river", name="Alice Oakmere") == ""


def test_seven_characters_are_too_few_and_1024_are_not_too_many() -> None:
    assert blocklist.fault("xq7vbn2") != ""
    assert blocklist.fault("ab3x" + "word " * 204) == ""
    assert blocklist.fault("word!" * 300) != ""


@pytest.mark.django_db
class TestChange:
    def test_a_long_password_works_to_its_last_character(self) -> None:
        alice, long = make_person("alice"), "many words " * 12
        passwords.change(actor=SYSTEM, user=alice, password=long)
        assert passwords.is_right_for(alice, long, address="192.0.2.1")
        assert not passwords.is_right_for(alice, long[:-1], address="192.0.2.2")

    def test_two_keyboards_write_one_password(self) -> None:
        alice, word = make_person("alice"), "über den Wölkchen"
        passwords.change(actor=SYSTEM, user=alice, password=unicodedata.normalize("NFD", word))
        assert passwords.is_right_for(alice, unicodedata.normalize("NFC", word), address="192.0.2.1")

    def test_the_organisation_is_asked_of_the_panel(self) -> None:
        name_organisation("Brightwater")
        with pytest.raises(Invalid, match="this panel's name"):
            passwords.change(actor=SYSTEM, user=make_person("alice"), password="brightwater7")

    def test_the_page_says_why_and_keeps_the_old_one(self) -> None:
        alice = make_person("alice", password=PASSWORD)
        page = signed_in(alice).post("/account/security/password/", {"password": "P@ssw0rd123"})
        assert page.status_code == 422
        assert "tried first" in page.content.decode()
        assert User.objects.get(id=alice.id).check_password(PASSWORD)


def test_the_form_advises_fifteen_and_asks_for_eight() -> None:
    drawn = str(forms.NewPassword()["password"])
    assert 'data-least="8"' in drawn
    assert 'data-advised="15"' in drawn
    assert "minlength" not in drawn
    assert forms.NewPassword({"password": " spaces stay "}).fields["password"].clean(" spaces stay ") == " spaces stay "
