"""What of a secret may be shown, and how a pasted value is cleaned."""

from hypothesis import given
from hypothesis import strategies as st

from assistants.vault import rules


@given(st.text(max_size=15))
def test_nothing_of_a_short_value_is_ever_shown(value: str) -> None:
    assert rules.hint(value) == ""


def test_the_last_four_characters_of_a_long_value_are_shown() -> None:
    assert rules.hint("sk-live-0123456789abcdef") == "cdef"


def test_a_pasted_key_loses_the_blanks_around_it() -> None:
    assert rules.clean("api_key", " sk-1\r\n") == "sk-1"


def test_a_password_keeps_its_blanks() -> None:
    assert rules.clean("password", " p ") == " p "
