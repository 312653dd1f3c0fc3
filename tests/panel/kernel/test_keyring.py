import base64
import hashlib
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings

from panel.kernel import boot, ids
from panel.kernel.crypto import blind, envelope, kek, keyring, selfcheck
from panel.kernel.installation import installation_id
from panel.kernel.models import DataKey, Epoch

pytestmark = pytest.mark.django_db


def seal(key_id: UUID, data: bytes) -> bytes:
    return keyring.seal(key_id, data, table="t", column="c", row="1")


def opened(sealed: bytes) -> bytes:
    return keyring.open_sealed(sealed, table="t", column="c", row="1")


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    keyring.forget()
    yield
    keyring.forget()


class TestUse:
    def test_a_sealed_value_opens_also_after_the_cache_is_gone(self) -> None:
        sealed = seal(keyring.create("person", (ids.new_id(),)), b"value")
        keyring.forget()
        assert opened(sealed) == b"value"

    def test_the_database_holds_only_the_wrapped_key(self) -> None:
        key_id = keyring.create("secret", (ids.new_id(),))
        row = DataKey.objects.get(id=key_id)
        opened = keyring.ring("serving").unwrap(
            row.kek_id, bytes(row.wrapped or b""), kek.wrap_context(installation_id(), row.id, row.purpose)
        )
        assert opened not in bytes(row.wrapped or b"")

    def test_a_wrapped_key_moved_to_another_row_does_not_open(self) -> None:
        one, two = keyring.create("person", (ids.new_id(),)), keyring.create("person", (ids.new_id(),))
        DataKey.objects.filter(id=two).update(wrapped=DataKey.objects.get(id=one).wrapped)
        sealed = seal(one, b"v")
        keyring.forget()
        assert opened(sealed) == b"v"
        with pytest.raises(envelope.EnvelopeError):
            seal(two, b"v")

    def test_a_purpose_without_a_ring_is_refused(self) -> None:
        with pytest.raises(LookupError):
            keyring.create("whatever", (ids.new_id(),))

    def test_a_new_serving_key_bumps_the_epoch_and_a_content_key_does_not(self) -> None:
        before = Epoch.objects.get().number
        keyring.create("person", (ids.new_id(),))
        assert Epoch.objects.get().number == before
        keyring.create("secret", (ids.new_id(),))
        assert Epoch.objects.get().number == before + 1


class TestNamed:
    def test_a_named_key_is_one_key(self) -> None:
        assert keyring.named("pepper") == keyring.named("pepper")

    def test_labels_give_unrelated_bytes(self) -> None:
        key_id = keyring.named("pepper")
        assert keyring.secret(key_id, "a") != keyring.secret(key_id, "b")


class TestDestroy:
    @pytest.mark.parametrize("position", [0, 1])
    def test_destroying_by_either_owner_makes_the_value_unreadable(self, position: int) -> None:
        owners = (ids.new_id(), ids.new_id())
        sealed = seal(keyring.create("content", owners), b"gone")
        assert keyring.destroy(owner=owners[position]) == 1
        with pytest.raises(keyring.KeyGone):
            opened(sealed)

    def test_the_tombstone_stays_and_a_second_destroy_finds_nothing(self) -> None:
        owner = ids.new_id()
        key_id = keyring.create("subject", (owner,))
        keyring.destroy(owner=owner)
        row = DataKey.objects.get(id=key_id)
        assert row.wrapped is None
        assert row.destroyed_at is not None
        assert keyring.destroy(owner=owner) == 0


class TestBlindIndex:
    def test_spellings_of_one_address_meet_and_columns_do_not(self) -> None:
        assert blind.index("people.email", " Ada@Example.ORG ") == blind.index("people.email", "ada@example.org")
        assert blind.index("people.email", "ada@example.org") != blind.index("subjects.email", "ada@example.org")
        assert len(blind.index("people.email", "x")) == 16


class TestSelfCheck:
    def test_the_right_rings_pass(self) -> None:
        keyring.create("secret", (ids.new_id(),))
        keyring.create("person", (ids.new_id(),))
        selfcheck.run()

    def test_a_ring_of_another_installation_is_named(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        key_id = keyring.create("person", (ids.new_id(),))
        name = DataKey.objects.get(id=key_id).kek_id
        kek.generate(tmp_path / "ring")
        text = (tmp_path / "ring").read_text()
        (tmp_path / "ring").write_text(f"{name}:{text.partition(':')[2]}")
        monkeypatch.setitem(boot.environment(), "PANEL_KEK_CONTENT", f"file:{tmp_path / 'ring'}")
        keyring.forget()
        with pytest.raises(kek.KekError, match="not the one"):
            selfcheck.run(("content",))

    def test_a_ring_that_is_a_hash_of_the_secret_key_is_refused(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ring = tmp_path / "ring"
        derived = hashlib.sha256(settings.SECRET_KEY.encode()).digest()
        ring.write_text(f"k:{base64.b64encode(derived).decode()}")
        ring.chmod(0o600)
        monkeypatch.setitem(boot.environment(), "PANEL_KEK_SERVING", f"file:{ring}")
        keyring.forget()
        with pytest.raises(kek.KekError, match="derived"):
            selfcheck.run(("serving",))
