"""Cosignatures: the example of c2sp.org/tlog-cosignature has its shape, and questions come through exactly."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from panel.journal.rules import checkpoint, cosignature
from panel.journal.rules.checkpoint import ED25519, Checkpoint, CheckpointError
from panel.journal.rules.cosignature import Question, Verifier, WitnessError

LOG, WITNESS = (Ed25519PrivateKey.from_private_bytes(bytes([one]) * 32) for one in (1, 2))
HEAD = Checkpoint("example.org/log", 5, bytes(32))
NOTE = checkpoint.sign(HEAD, LOG)
KEY = Verifier("example.org/w1", WITNESS.public_key().public_bytes_raw())


def test_a_cosignature_holds_for_its_note_and_key_only() -> None:
    line = cosignature.cosign(HEAD, KEY.name, WITNESS, 1679315147)
    assert cosignature.cosigned(NOTE, line, KEY) == 1679315147
    assert cosignature.cosigned(NOTE, checkpoint.sign(HEAD, LOG).split("\n\n")[1] + line, KEY) == 1679315147
    other = checkpoint.sign(Checkpoint(HEAD.origin, 6, HEAD.root), LOG)
    for note, lines, key in (
        (other, line, KEY),
        (NOTE, line, Verifier(KEY.name, LOG.public_key().public_bytes_raw())),
        (NOTE, line.replace("w1", "w2"), KEY),
        (NOTE, "", KEY),
        (NOTE, "<html>\n", KEY),
    ):
        with pytest.raises(WitnessError):
            cosignature.cosigned(note, lines, key)


def test_the_log_still_reads_a_note_with_a_cosignature() -> None:
    whole = NOTE + cosignature.cosign(HEAD, KEY.name, WITNESS, 1679315147)
    assert checkpoint.check(whole, LOG.public_key().public_bytes_raw()) == HEAD
    log = Verifier(HEAD.origin, LOG.public_key().public_bytes_raw(), ED25519)
    assert cosignature.signed_by_any(whole, [log]) == HEAD
    assert cosignature.signed_by_any(whole, [KEY]) is None


def test_verifier_keys_are_those_of_signed_note_tools() -> None:
    assert Verifier.of(KEY.text()) == KEY
    log = checkpoint.verifier_key(HEAD.origin, LOG.public_key().public_bytes_raw())
    assert Verifier.of(log, ED25519).text() == log
    for wrong in ("", "x", log, KEY.text() + "x", KEY.text().replace("w1", "w2"), "a b" + KEY.text(), "+00000000+"):
        with pytest.raises(WitnessError):
            Verifier.of(wrong)


def test_questions_come_through() -> None:
    asked = Question(3, (bytes(32), bytes(range(32))), NOTE)
    assert Question.of(asked.data()) == asked
    assert Question.of(Question(0, (), NOTE).data()).path == ()


@pytest.mark.parametrize(
    "data",
    [
        b"", b"old 1\n\n", b"old 01\n\n" + NOTE.encode(), b"old -1\n\n" + NOTE.encode(), b"old x\n\n" + NOTE.encode(),
        b"new 1\n\n" + NOTE.encode(), b"old 1\nAAAA\n\n" + NOTE.encode(), b"old 1\n!\n\n" + NOTE.encode(),
        b"old 1\n" + b"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n" * 64 + b"\n" + NOTE.encode(), b"\xff" * 99,
        b"old 1\n\n" + NOTE.encode() + b"x" * 70_000,
    ],
)  # fmt: skip
def test_what_is_no_question_is_refused(data: bytes) -> None:
    with pytest.raises((WitnessError, CheckpointError)):
        Question.of(data)
