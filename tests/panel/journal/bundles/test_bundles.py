"""The face `panel.journal.bundles`: signing, sealing, packing, streaming."""

import json
import tracemalloc
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import transaction

from panel.journal import bundles, queries, sealing
from panel.journal.drafts import Draft
from panel.journal.models import Leaf
from panel.journal.rules import leaf
from panel.journal.rules.archive import Held
from panel.journal.rules.manifest import NotBundledError
from panel.journal.verifiers.verify import trusted, verify
from panel.kernel import ids
from panel.kernel.actors import SYSTEM
from tests.panel.journal.bundles.forge import Forge, save

AT = datetime(2026, 11, 22, 21, 30, tzinfo=UTC)
FILES = {"b.csv": b"1;2\n", "a.json": b"{}"}


@pytest.fixture(autouse=True)
def _kind() -> None:
    bundles.register("test.report", "Test report")


def signed(**more: object) -> bundles.Signed:
    with transaction.atomic():
        return bundles.sign(actor=SYSTEM, kind="test.report", files=FILES, at=AT, **more)  # type: ignore[arg-type]


@pytest.mark.django_db
class TestBuild:
    def test_it_verifies_with_the_proof_inside(self, tmp_path: Path) -> None:
        subject = ids.new_id()
        built = bundles.build(
            actor=SYSTEM, kind="test.report", files=FILES, about={"n": 1}, at=AT, obj=("subject", subject)
        )
        keys = save(tmp_path, bundles.keys(), "keys.json")
        found = verify(save(tmp_path, built.data), pinned=trusted(keys, None), kind="test.report")
        assert built.proved
        assert (found["about"], found["id"], found["confirmed"]) == ({"n": 1}, str(built.id), True)
        assert found["size"] == queries.head().size  # type: ignore[union-attr]

    def test_the_journal_holds_the_hash_under_the_bundles_id(self) -> None:
        one = signed(obj=("subject", ids.new_id()))
        told = leaf.parse(bytes(Leaf.objects.get(id=one.id).data))
        assert told.event == "journal.bundle.signed"
        assert told.detail["kind"] == "test.report"
        assert told.object is not None

    def test_one_that_was_signed_with_an_earlier_verifier_keeps_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        earlier = {name: Held((bundles._TOOLS / "earlier" / "1" / name).read_bytes()) for name in bundles.tools()}
        monkeypatch.setattr(bundles, "tools", lambda: earlier)
        one = signed()
        monkeypatch.undo()
        assert earlier["verify.py"].data in bundles.archive(one, at=AT)
        assert earlier["verify.py"].data not in bundles.archive(signed(), at=AT)

    def test_the_same_bundle_has_the_same_bytes_later(self) -> None:
        one = signed()
        first = bundles.archive(one, at=AT)
        signed()
        sealing.seal(at=AT)
        assert bundles.archive(bundles.unpack(bundles.pack(one)), at=AT) == first

    def test_both_verifiers_are_inside_and_in_the_manifest(self, tmp_path: Path) -> None:
        path = save(tmp_path, bundles.archive(signed(), at=AT))
        with zipfile.ZipFile(path) as made:
            assert made.testzip() is None
            assert made.read("verify.py") == bundles.tools()["verify.py"].data
            listed = json.loads(made.read("manifest.json"))["tools"]
        assert [one["name"] for one in listed] == ["verify.html", "verify.py"]

    def test_an_unknown_kind_and_a_bad_name_are_faults(self) -> None:
        with pytest.raises(NotBundledError, match="not registered"):
            bundles.build(actor=SYSTEM, kind="test.unheard_of", files=FILES, at=AT)
        for names in (["../x"], ["manifest.json"], ["VERIFY.py"], ["a.txt", "A.txt"], ["a", "a/b"], []):
            with pytest.raises(NotBundledError):
                bundles.build(actor=SYSTEM, kind="test.report", files=dict.fromkeys(names, b""), at=AT)
        with pytest.raises(ValueError, match="no new kind"):
            bundles.register("test.report", "Something else")


@pytest.mark.django_db
def test_who_cannot_wait_gets_it_without_proof_and_the_proof_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundles, "PATIENCE", 0.0)
    one = signed()
    with monkeypatch.context() as busy:
        busy.setattr(sealing, "seal", lambda at: 0)  # another process is at it
        path = save(tmp_path, bundles.archive(one, at=AT))
    assert (verify(path)["size"], bundles.proof(one.id)) == (None, None)
    sealing.seal(at=AT)
    assert verify(path, proof=bundles.proof(one.id))["size"] is not None


@pytest.mark.django_db
def test_only_bundles_have_a_public_proof() -> None:
    bundles.build(actor=SYSTEM, kind="test.report", files=FILES, at=AT)
    other = Leaf.objects.exclude(event=bundles.SIGNED).first()
    assert other is not None
    assert queries.proof(other.id) is not None
    assert bundles.proof(other.id) is None


@pytest.mark.django_db
def test_a_large_export_streams_in_flat_memory(tmp_path: Path) -> None:
    block, count = b"0123456789abcdef" * 4096, 640  # 40 MiB

    def rows() -> Iterator[bytes]:
        for _ in range(count):
            yield block

    tracemalloc.start()
    with Draft() as draft, (tmp_path / "big.zip").open("wb") as out:
        draft.add("rows.csv", rows())
        with transaction.atomic():
            one = bundles.sign(actor=SYSTEM, kind="test.report", files={**draft.files, "a.txt": b"x"}, at=AT)
        for chunk in bundles.stream(one, at=AT):
            out.write(chunk)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * 2**20
    assert verify(tmp_path / "big.zip")["files"][1]["size"] == len(block) * count


@pytest.mark.django_db
def test_a_draft_leaves_nothing_readable_on_disk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "spool"
    monkeypatch.setattr("tempfile.TemporaryFile", lambda: path.open("w+b"))
    with Draft() as draft:
        made = draft.add("a.txt", [b"quokka.weber@example.org " * 50_000])
        assert b"".join(made.chunks()) == b"quokka.weber@example.org " * 50_000
        with pytest.raises(KeyError):
            draft.add("a.txt", [])
    assert b"quokka" not in path.read_bytes()


@pytest.mark.django_db
class TestCommand:
    def test_it_knows_its_own_keys(self, tmp_path: Path) -> None:
        path = save(tmp_path, bundles.build(actor=SYSTEM, kind="test.report", files=FILES, at=AT).data)
        assert run(path) == (0, True)
        assert run(path, kind="consent.receipt")[0] == 1
        assert run(save(tmp_path, Forge().data()))[0] == 1  # a foreign chain
        assert run(tmp_path / "nowhere.zip")[0] == 2

    def test_keys_of_another_installation_can_be_given(self, tmp_path: Path) -> None:
        keys = save(tmp_path, Forge().parts()["keys.json"], "keys.json")
        assert run(save(tmp_path, Forge().data()), keys=keys) == (0, True)


def run(path: Path, **options: object) -> tuple[object, bool]:
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("bundle_verify", str(path), stdout=out, stderr=StringIO(), as_json=True, **options)
    return ended.value.code, '"verified": true' in out.getvalue()
