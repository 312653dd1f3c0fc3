"""What an erasure proves: searches before and after, a certificate for anybody, and nobody who comes back."""

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from accounts.people.models import User
from compliance.requests.models import Proof, Request, Verdict
from compliance.requests.queries import reading
from compliance.requests.rules.states import State
from compliance.requests.services.copies import downloading
from compliance.requests.services.erasure import approving
from compliance.requests.services.reader import places, scanning
from panel.journal import bundles, queries, sealing, verification
from panel.journal.models import IndexEntry
from panel.journal.rules import tree
from panel.kernel import clock, ids
from panel.kernel.db import epochs
from panel.outbound.models import Message
from tests.compliance.requests.stage import (
    CANARY,
    EMAIL,
    erased,
    fresh,
    run,
    said,
    visitor,
)  # fmt: skip
from tests.stage.run import Run

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(epochs, "wait", lambda *_args, **_more: [])


def outcome(row: Request, store: str) -> Verdict:
    return Verdict.objects.get(request=row, store=store)


def test_the_search_counts_what_is_in_the_clear(pia: User, adam: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file with the person's address is found, and the request is not "answered" while it is there."""
    mine = visitor()
    said(mine.subject, CANARY)
    folder = settings.DATA_DIR / "leak" if hasattr(settings.DATA_DIR, "joinpath") else None
    assert folder is not None
    folder.mkdir(exist_ok=True)
    try:
        (folder / "notes.txt").write_text(f"call {EMAIL.upper()} about {CANARY}")
        row = erased(mine, pia, adam)
        assert row.state == State.PARTIAL
        assert outcome(row, "search").left >= 2
        (folder / "notes.txt").unlink()
    finally:
        for one in folder.iterdir():
            one.unlink()
        folder.rmdir()
    approving.retry(actor=fresh(pia), request=row, at=clock.now())
    run("requests.erase", row)
    assert Request.objects.get(id=row.id).state == State.FULFILLED


def test_the_database_s_own_files_are_searched(stage: Run, owner: Any, pia: User, adam: User) -> None:
    """Heap, indexes and the write-ahead log, byte by byte: 0 of what is sealed, before and after; a word in the clear is
    found, so the search can see. Words of this run alone: a kept server's log may hold those of an earlier one."""
    mark = ids.new_id().hex[-10:]
    canary, address = f"quokka-{mark}", f"vera-{mark}@example.org"
    mine = visitor(address)
    said(mine.subject, canary)
    folder, wanted = stage.folder / "pg" / "data", scanning.spelled(scanning.needles([canary, address]))

    def hits() -> int:
        owner.execute("CHECKPOINT")
        return int(places.database_files(folder, wanted)["hits"])

    assert hits() == 0
    erased(mine, pia, adam)
    assert hits() == 0
    owner.execute("CREATE TABLE public.leak AS SELECT %s::text AS word", [f"say {canary} twice"])
    try:
        assert hits() > 0
    finally:
        owner.execute("DROP TABLE public.leak")


def test_nothing_is_found_before_nor_after(pia: User, adam: User) -> None:
    mine = visitor()
    said(mine.subject, CANARY)
    row = erased(mine, pia, adam)
    proof = Proof.objects.get(request=row)
    assert places.hits(proof.before["places"]) == places.hits(proof.after["places"]) == 0
    assert proof.before["places"]["rows"]["tables"] > 50
    assert proof.after["keys"] == 0
    assert places.hits(places.search([CANARY, EMAIL])) == 0


def test_the_certificate_verifies_and_names_nobody(pia: User, adam: User) -> None:
    mine = visitor()
    said(mine.subject, CANARY)
    row = erased(mine, pia, adam)
    data = downloading.certificate(Proof.objects.get(request=row), clock.now())
    with zipfile.ZipFile(io.BytesIO(data)) as bundle:
        told = json.loads(bundle.read("certificate.json"))
    assert {one["store"]: one["verdict"] for one in told["stores"]}["conversations"] == "erased"
    assert told["subjects"] == [str(mine.subject)]
    assert told["search"]["after"]["keys"] == 0
    assert len(told["not_promised"]) == 5
    assert EMAIL.encode() not in data
    assert CANARY.encode() not in data


def test_the_last_letter_goes_to_the_address_and_then_nothing_names_it(pia: User, adam: User) -> None:
    mine = visitor()
    row = erased(mine, pia, adam)
    letter = Message.objects.get(template="request_news")
    assert letter.address == EMAIL
    assert "/privacy/certificates/" in letter.content["text"]
    assert reading.opened(Request.objects.get(id=row.id), "contact") == reading.GONE
    assert reading.messages(row, notes=True) == []


def test_the_journal_verifies_before_and_after_with_the_same_root_for_the_old_size(pia: User, adam: User) -> None:
    mine = visitor()
    said(mine.subject, CANARY)
    size, root = sealed()
    assert verification.verify().findings == []
    erased(mine, pia, adam)
    longer, _new = sealed()
    assert longer > size
    assert queries.reading(lambda read: tree.root(size, read)) == root
    assert verification.verify().findings == []


def sealed() -> tuple[int, bytes]:
    """(leaves, root) of the journal when nothing waits."""
    while sealing.seal(at=clock.now()):
        pass
    size = IndexEntry.objects.count()
    return size, queries.reading(lambda read: tree.root(size, read))


# Whatever opens a socket ends: the network is off.
ALONE = """
import runpy, sys
def refuse(event, arguments):
    if event.startswith("socket."):
        raise SystemExit(f"{event}: the network is off")
sys.addaudithook(refuse)
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def test_the_certificate_verifies_with_the_network_off_and_a_changed_one_does_not(
    pia: User, adam: User, tmp_path: Path
) -> None:
    mine = visitor()
    said(mine.subject, CANARY)
    data = downloading.certificate(Proof.objects.get(request=erased(mine, pia, adam)), clock.now())
    (tmp_path / "certificate.zip").write_bytes(data)
    (tmp_path / "known.json").write_bytes(bundles.keys())
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        (tmp_path / "verify.py").write_bytes(archive.read("verify.py"))
    command = [sys.executable, "-c", ALONE, "verify.py", "--keys", "known.json", "certificate.zip"]
    good = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert good.returncode == 0, good.stdout + good.stderr
    (tmp_path / "certificate.zip").write_bytes(data.replace(b'"verdict":"erased"', b'"verdict":"failed"'))
    bad = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert bad.returncode != 0
    assert "certificate.json was changed" in bad.stdout


def test_whoever_comes_back_is_somebody_new(pia: User, adam: User) -> None:
    mine = visitor()
    erased(mine, pia, adam)
    assert visitor().subject != mine.subject
