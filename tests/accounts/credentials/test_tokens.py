from hypothesis import given
from hypothesis import strategies as st

from accounts.credentials.engine import tokens


def test_a_key_carries_kind_id_and_a_checksum() -> None:
    key_id, token = tokens.generate("gateway")
    assert tokens.parse(token) == tokens.Parsed("gateway", key_id)
    assert len(token) == tokens.LENGTH["gateway"]
    assert len(tokens.generate("management")[1]) == tokens.LENGTH["management"]


def test_one_wrong_character_is_told_without_a_look_up() -> None:
    _, token = tokens.generate("gateway")
    for place in range(len(token)):
        other = "x" if token[place] != "x" else "y"
        assert tokens.parse(token[:place] + other + token[place + 1 :]) is None


def test_the_checksum_is_the_published_one() -> None:
    # CRC-32("123456789") is 0xCBF43926 (the check value of the standard); 3421780262 in base62.
    assert tokens.checksum("123456789") == "3jZRME"
    assert tokens.checksum("") == "000000"


@given(st.text(max_size=90))
def test_no_text_breaks_the_parser(text: str) -> None:
    assert tokens.parse(text) is None


def test_a_key_is_found_in_a_text() -> None:
    _, token = tokens.generate("management")
    assert tokens.find(f"export KEY={token}; echo {token[:-1]}0") == [token] or token.endswith("0")


def test_another_pepper_gives_another_digest() -> None:
    _, token = tokens.generate("gateway")
    stored = tokens.digest(b"a" * 32, token)
    assert tokens.matches(b"a" * 32, token, stored)
    assert not tokens.matches(b"b" * 32, token, stored)


def test_keys_never_repeat() -> None:
    assert len({tokens.generate("gateway")[1] for _ in range(500)}) == 500
