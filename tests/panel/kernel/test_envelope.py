"""The envelope: published vectors, golden bytes of format 1, and everything that must not open."""

import dataclasses
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from panel.kernel.crypto import envelope
from panel.kernel.crypto.envelope import EnvelopeError, Place

KEY = bytes(range(32))
KEY_ID = UUID("01920000-0000-7000-8000-000000000001")
HOME = Place(UUID("01920000-0000-7000-8000-00000000000a"), "vault_secretversion", "value", "row-1", 3)
# Written once with format 1; a later program must still open it.
GOLDEN = bytes.fromhex(
    "01010192000000007000800000000000000108eb7bcc75aef5b7fcd8e343203d380423d523c01ac49542f4f553c550abf5425b23784a3d7601d824bf8e96dfa7ec87c0240b675e7e8f5682384de50d420ac4370ccb923d71e908807880f75731ac4dd2bb58"
)


class TestVectors:
    def test_aes_gcm_matches_test_case_16_of_the_gcm_specification(self) -> None:
        key = bytes.fromhex("feffe9928665731c6d6a8f9467308308" * 2)
        nonce = bytes.fromhex("cafebabefacedbaddecaf888")
        text = bytes.fromhex(
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
            "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
        )
        data = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
        expected = (
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
            "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
            "76fc6ece0f4e1768cddf8853bb2d551b"
        )
        assert AESGCM(key).encrypt(nonce, text, data).hex() == expected

    def test_hkdf_matches_test_case_1_of_rfc_5869(self) -> None:
        made = HKDF(algorithm=SHA256(), length=42, salt=bytes(range(13)), info=bytes(range(0xF0, 0xFA)))
        assert made.derive(b"\x0b" * 22).hex() == (
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
        )

    def test_golden_bytes_of_format_1_still_open(self) -> None:
        assert envelope.open_sealed(KEY, GOLDEN, HOME, "secret") == b"format 1 stays readable"


class TestRoundTrip:
    @given(st.binary(max_size=2000), st.text(max_size=20), st.text(max_size=20))
    def test_what_was_sealed_opens(self, data: bytes, table: str, row: str) -> None:
        place = dataclasses.replace(HOME, table=table, row=row)
        sealed = envelope.seal(KEY, KEY_ID, data, place, "secret")
        assert envelope.open_sealed(KEY, sealed, place, "secret") == data
        assert envelope.key_id_of(sealed) == KEY_ID

    def test_two_seals_of_one_value_share_no_salt_and_no_text(self) -> None:
        one, two = (envelope.seal(KEY, KEY_ID, b"same", HOME, "secret") for _ in range(2))
        assert one[18:50] != two[18:50]
        assert one[62:] != two[62:]


class TestRefusals:
    @pytest.mark.parametrize(
        "change",
        [
            {"installation": UUID(int=1)},
            {"table": "vault_secret"},
            {"column": "other"},
            {"row": "row-2"},
            {"version": 4},
        ],
    )
    def test_a_value_moved_elsewhere_does_not_open(self, change: dict[str, object]) -> None:
        sealed = envelope.seal(KEY, KEY_ID, b"x", HOME, "secret")
        with pytest.raises(EnvelopeError):
            envelope.open_sealed(KEY, sealed, dataclasses.replace(HOME, **change), "secret")  # type: ignore[arg-type]

    def test_another_purpose_or_key_does_not_open(self) -> None:
        sealed = envelope.seal(KEY, KEY_ID, b"x", HOME, "secret")
        for key, purpose in ((KEY, "content"), (bytes(32), "secret")):
            with pytest.raises(EnvelopeError):
                envelope.open_sealed(key, sealed, HOME, purpose)

    def test_every_flipped_bit_and_every_cut_is_refused(self) -> None:
        sealed = envelope.seal(KEY, KEY_ID, b"short", HOME, "secret")
        for position in range(len(sealed)):
            flipped = bytearray(sealed)
            flipped[position] ^= 1
            with pytest.raises(EnvelopeError):
                envelope.open_sealed(KEY, bytes(flipped), HOME, "secret")
        for length in range(len(sealed)):
            with pytest.raises(EnvelopeError):
                envelope.open_sealed(KEY, sealed[:length], HOME, "secret")

    @given(st.binary(max_size=300))
    def test_random_bytes_raise_one_kind_of_error_only(self, data: bytes) -> None:
        with pytest.raises(EnvelopeError):
            envelope.open_sealed(KEY, data, HOME, "secret")
        with pytest.raises(EnvelopeError):
            envelope.open_from(KEY, data, b"")

    def test_neighbouring_parts_of_a_place_cannot_be_shifted_into_each_other(self) -> None:
        one = dataclasses.replace(HOME, table="ab", column="c").associated(KEY_ID)
        assert one != dataclasses.replace(HOME, table="a", column="bc").associated(KEY_ID)


class TestBox:
    def test_the_holder_of_the_private_key_opens_and_nobody_else(self) -> None:
        private, public = envelope.new_box_keys()
        other, _ = envelope.new_box_keys()
        sealed = envelope.seal_to(public, b"message", b"call 1")
        assert envelope.open_from(private, sealed, b"call 1") == b"message"
        for key, context in ((other, b"call 1"), (private, b"call 2")):
            with pytest.raises(EnvelopeError):
                envelope.open_from(key, sealed, context)
