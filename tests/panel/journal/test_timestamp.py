"""Time-stamps: answers that `openssl ts -reply` made (golden/stamp-*.txt, in base64) hold, and nothing else does."""

import base64
import warnings
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.utils import CryptographyDeprecationWarning

from panel.journal.rules import der, timestamp
from panel.journal.rules.timestamp import StampError

GOLDEN = Path(__file__).parent / "golden"
NOTE = b"clawpanel/journal/019ab0f2-0000-7000-8000-000000000000\n1\n0uFTwhnjTEikfCUbrDCTSn3lNTJ2OON4dcjmJpRenO8=\n"
NONCE = 0x1122334455667788
REPLIES = {name: base64.b64decode((GOLDEN / f"stamp-{name}.txt").read_bytes()) for name in ("rsa", "ec")}


@pytest.mark.parametrize("name", ["rsa", "ec"])
def test_an_answer_of_openssl_holds(name: str) -> None:
    found = timestamp.answer(REPLIES[name], NOTE, NONCE)
    assert (found.by, found.at.year) == ("O=Example,CN=Test authority", 2026)
    assert found.at == datetime(2026, 11, 27, 11, 16, 51, tzinfo=UTC)
    assert REPLIES[name].endswith(found.token)


def test_the_question_is_the_one_that_was_answered() -> None:
    asked = der.read(timestamp.question(NOTE, NONCE)).parts()
    assert [one.tag for one in asked] == [der.INTEGER, der.SEQUENCE, der.INTEGER, 0x01]
    assert asked[2].number == NONCE
    assert asked[1].parts()[0].parts()[0].oid == timestamp.SHA256


@pytest.mark.parametrize(
    ("data", "nonce", "why"), [(NOTE + b"x", NONCE, "something else"), (NOTE, NONCE + 1, "another question")]
)
def test_an_answer_to_another_question_is_none(data: bytes, nonce: int, why: str) -> None:
    with pytest.raises(StampError, match=why):
        timestamp.answer(REPLIES["ec"], data, nonce)


def test_a_refusal_is_told() -> None:
    refused = der.write(der.SEQUENCE, der.write(der.SEQUENCE, der.integer(2)))
    with pytest.raises(StampError, match="granted none"):
        timestamp.answer(refused, NOTE, NONCE)


@pytest.mark.parametrize("name", ["rsa", "ec"])
def test_a_flipped_bit_gives_a_refusal_or_the_very_same_stamp(name: str) -> None:
    """Some bits say nothing about what was stamped (the certificate's own signature); none raises anything else."""
    reply, refused = REPLIES[name], 0
    right = timestamp.answer(reply, NOTE, NONCE)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)
        for place in range(len(reply)):
            made = bytearray(reply)
            made[place] ^= 0x04
            try:
                found = timestamp.answer(bytes(made), NOTE, NONCE)
            except StampError:
                refused += 1
            else:
                assert (found.at, found.serial) == (right.at, right.serial)
    assert refused > len(reply) // 2


@pytest.mark.parametrize(
    "data", [b"", b"\x30", b"\x30\x80", b"\x30\x05\x02\x01", b"\x30\x85\x01\x01\x01\x01\x01", b"<html>" * 9]
)
def test_noise_is_refused(data: bytes) -> None:
    with pytest.raises(StampError):
        timestamp.answer(data, NOTE, NONCE)


@pytest.mark.parametrize("number", [0, 1, 127, 128, 255, 256, 2**63 - 1, 2**64])
def test_numbers_come_through_der(number: int) -> None:
    assert der.read(der.integer(number)).number == number
    assert der.read(der.write(der.OCTETS, bytes(number % 300))).content == bytes(number % 300)


@pytest.mark.parametrize("dotted", ["1.2.840.113549.1.7.2", "2.16.840.1.101.3.4.2.1", "2.999.3", "0.9.2342"])
def test_identifiers_come_through_der(dotted: str) -> None:
    assert der.read(der.oid(dotted)).oid == dotted
