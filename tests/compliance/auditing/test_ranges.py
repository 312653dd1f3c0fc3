"""The journal taken out as a bundle: what a superuser of the database did is named by verify.py and by verify.html, which know
nothing of the database; the same ways are named by the panel and by a third verifier in tests/panel/journal/test_outsider.py."""
# ruff: noqa: S608 - the tests play an owner of the database

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import call_command
from django.urls import reverse
from playwright.sync_api import Page

from accounts.people.models import User
from compliance.auditing.models import Receipt
from compliance.auditing.services import ranges
from panel.journal import queries as ledger
from panel.journal import signers
from panel.journal.models import Leaf
from panel.journal.rules import checkpoint
from panel.journal.verifiers.verify import Refused, verify
from panel.kernel import clock, ids, jobs
from panel.kernel.actors import SYSTEM
from panel.kernel.errors import Forbidden, Invalid
from panel.kernel.models import Job
from panel.kernel.work import results
from tests.factories.people import actor_of
from tests.factories.ruled import fresh
from tests.journeys import browser as browsers
from tests.panel.journal import tampering, test_outsider
from tests.panel.journal.bundles.test_page import HTML, shown
from tests.panel.journal.tampering import AT, cut, grow, journal_fixture, tamper_fixture  # noqa: F401
from tests.stage.visits import told, visit

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("journal")]
Tamper = Callable[..., None]
SAID = {
    "edited": ("altered_leaf", "Entry 4 (test.thing.done, "),
    "edited_with_its_hash": ("rewritten", "one of the entries 3 to 8 was changed together with its hash"),
    "columns_changed": ("altered_columns", "Entry 4 (test.thing.done, "),
    "taken_out": ("missing_leaf", "Entry 4 (test.thing.done, "),
    "taken_out_with_its_place": ("missing_entry", "Entry 4 is missing"),
    "put_in": ("stray_leaf", "it was put in"),
    "put_in_with_a_place": ("altered_columns", "(test.thing.done, "),
    "made_up": ("unsigned", "no signed checkpoint covers"),
    "two_swapped": ("rewritten", "one of the entries 3 to 8 was changed"),
    "end_cut_off": ("cut_off", "The journal ends after 6 entries"),
    "made_anew_under_another_key": ("foreign_key", "no key of this journal signed it"),
}


def made_up(_tamper: Tamper, owner: Any) -> None:
    """One more entry whose bytes, columns, hash and place fit each other."""
    made, size = ids.new_id(), Leaf.objects.count()
    owner.execute(tampering.COPY, [made])
    owner.execute(
        "ALTER TABLE journal_leaf DISABLE TRIGGER USER;"
        " UPDATE journal_leaf SET data = overlay(data PLACING convert_to(id::text, 'UTF8') FROM"
        f" position('\"id\":\"0'::bytea IN data) + 6 FOR 36) WHERE id = '{made}';"
        " ALTER TABLE journal_leaf ENABLE ALWAYS TRIGGER refuse_change"
    )
    owner.execute(
        "INSERT INTO journal_index (sequence, leaf_id, event, hash)"
        " SELECT %s, id, event, sha256('\\x00'::bytea || data) FROM journal_leaf WHERE id = %s",
        [size, made],
    )


WAYS = {one[0].__name__: one[0] for one in test_outsider.WAYS} | {"made_up": made_up}


def take(who: User, folder: Path, first: int | None = None, last: int | None = None) -> Path:
    job = jobs.perform(ranges.start(actor=actor_of(who), first=first, last=last, at=clock.now()))
    assert job.state == "done", job.error
    path = folder / job.file_name
    path.write_bytes(b"".join(results.read(job.id)))
    return path


def refused(path: Path, *kept: str) -> tuple[str, str]:
    with pytest.raises(Refused) as caught:
        verify(path, kept=kept)
    return caught.value.code, str(caught.value)


def note() -> str:
    found = ledger.head()
    assert found is not None
    return found.note


class TestByTheScript:
    def test_an_intact_journal_verifies_with_what_was_kept(self, olga: User, tmp_path: Path) -> None:
        known, kept = signers.chain()[0].fingerprint, note()
        found = verify(take(olga, tmp_path), pinned={known}, kept=[kept])
        assert (found["confirmed"], found["kind"], found["range"]["first"]) == (True, "journal.range", 0)
        assert found["range"]["kept"] == [int(kept.split("\n")[1])]
        assert found["sequence"] >= found["range"]["end"]  # the bundle's own entry comes after what it holds

    @pytest.mark.parametrize("way", WAYS)
    def test_each_way_is_named(self, way: str, olga: User, tamper: Tamper, owner: Any, tmp_path: Path) -> None:
        verify(take(olga, tmp_path))
        WAYS[way](tamper, owner)
        code, sentence = refused(take(olga, tmp_path))
        assert (code, SAID[way][1] in sentence) == (SAID[way][0], True), sentence

    def test_a_range_begins_and_ends_where_it_was_asked(self, olga: User, tmp_path: Path) -> None:
        kept = note()
        grow(4, 6)
        found = verify(take(olga, tmp_path, 5, 9))["range"]
        assert found["first"] == 5
        assert 9 < found["end"] < int(note().split("\n")[1])
        assert refused(take(olga, tmp_path, 19), kept)[0] == "out_of_range"
        size = int(kept.split("\n")[1])
        assert verify(take(olga, tmp_path, size), kept=[kept])["range"]["kept"] == [
            size
        ]  # ranges that follow each other

    def test_what_stands_before_a_range_is_proved_with_it(self, olga: User, tamper: Tamper, tmp_path: Path) -> None:
        tamper("UPDATE journal_node SET hash = sha256('x') WHERE level = 2 AND position = 0")
        assert refused(take(olga, tmp_path, 5))[0] == "rewritten"


class TestAgainstWhatWasKept:
    def test_a_cut_end_without_a_trace(self, olga: User, tamper: Tamper, tmp_path: Path) -> None:
        kept = note()
        tamper(*cut(3), "DELETE FROM journal_checkpoint WHERE size > 3")
        path = take(olga, tmp_path)
        verify(path)  # from inside nothing shows
        code, sentence = refused(path, kept)
        assert (code, "ends after 3 entries" in sentence) == ("cut_off", True), sentence

    def test_a_journal_made_anew_by_who_has_the_key(self, olga: User, tamper: Tamper, tmp_path: Path) -> None:
        kept = note()
        tamper(*cut(3), "DELETE FROM journal_checkpoint WHERE size > 3")
        grow(30)
        path = take(olga, tmp_path)
        verify(path)
        assert refused(path, kept)[0] == "not_what_was_kept"

    def test_what_an_outsider_signed_and_the_panel_keeps(self, olga: User, tamper: Tamper, tmp_path: Path) -> None:
        size = int(note().split("\n")[1])
        told = {"kind": "witness", "size": size, "note": note(), "data": b"x", "by": "example.org/w", "told_at": AT}
        Receipt.objects.create(sink=ids.new_id(), at=AT, **told)
        verify(take(olga, tmp_path))
        tamper(*cut(3), "DELETE FROM journal_checkpoint WHERE size > 3")
        code, sentence = refused(take(olga, tmp_path))
        assert (code, "example.org/w" in sentence) == ("cut_off", True), sentence

    def test_a_change_of_keys_is_none_of_it(self, olga: User, tamper: Tamper, tmp_path: Path) -> None:
        known, kept = signers.chain()[0].fingerprint, note()
        signers.succeed(actor=SYSTEM, reason="yearly", overlap=timedelta(0), at=AT)
        grow(4)
        found = verify(take(olga, tmp_path), pinned={known}, kept=[kept])
        assert (found["keys"], found["confirmed"]) == (2, True)
        tamper("DELETE FROM journal_succession")
        assert refused(take(olga, tmp_path))[0] == "foreign_key"

    def test_another_text_and_another_journals_are_refused(self, olga: User, tmp_path: Path) -> None:
        kept = note()
        path, size = take(olga, tmp_path), int(kept.split("\n")[1])
        assert refused(path, "hello")[0] == "kept"
        (tmp_path / "kept.txt").write_text(kept)
        with pytest.raises(SystemExit, match=r"^0$"):
            call_command("bundle_verify", str(path), checkpoint=[tmp_path / "kept.txt"], stdout=StringIO())
        assert "text was changed" in refused(path, kept.replace(f"\n{size}\n", f"\n{size + 40}\n"))[1]
        foreign = checkpoint.sign(checkpoint.parse(kept).checkpoint, Ed25519PrivateKey.generate())
        assert "no key of this journal" in refused(path, foreign)[1]


@pytest.fixture(scope="module", name="page")
def page_fixture() -> Iterator[Callable[..., tuple[str, str]]]:
    """verify.html in a browser of its own thread: the loop of the browser's tool would be in the way of the ORM."""
    if browsers.executable() is None:
        pytest.fail(browsers.HOW, pytrace=False)
    with ThreadPoolExecutor(1) as thread:
        running = browsers.running()
        made: Page = thread.submit(lambda: running.__enter__().new_context(offline=True).new_page()).result()

        def judge(path: Path, *kept: Path) -> tuple[str, str]:
            thread.submit(made.goto, HTML.as_uri()).result()
            thread.submit(made.locator("#kept").set_input_files, list(kept)).result()
            return thread.submit(shown, made, path).result()

        yield judge
        thread.submit(running.__exit__, None, None, None).result()


@pytest.mark.slow
@pytest.mark.browser
class TestByThePage:
    @pytest.mark.parametrize("way", WAYS)
    def test_each_way_is_named(
        self, way: str, olga: User, tamper: Tamper, owner: Any, tmp_path: Path, page: Callable[..., tuple[str, str]]
    ) -> None:
        assert page(take(olga, tmp_path))[0] == "Unaltered"
        WAYS[way](tamper, owner)
        title, sentence = page(take(olga, tmp_path))
        assert (title, SAID[way][1] in sentence) == ("Not verified", True), sentence

    def test_what_was_kept_finds_a_cut_and_a_journal_made_anew(
        self, olga: User, tamper: Tamper, tmp_path: Path, page: Callable[..., tuple[str, str]]
    ) -> None:
        kept = tmp_path / "checkpoint.txt"
        kept.write_text(note())
        signers.succeed(actor=SYSTEM, reason="yearly", overlap=timedelta(0), at=AT)
        grow(4)
        assert page(take(olga, tmp_path, 5), kept)[0] == "Unaltered"
        tamper(*cut(3), "DELETE FROM journal_checkpoint WHERE size > 3")
        cut_off = take(olga, tmp_path)
        assert page(cut_off)[0] == "Unaltered"
        assert "ends after 3 entries" in page(cut_off, kept)[1]
        grow(30)
        assert "another root than they have here" in page(take(olga, tmp_path), kept)[1]


class TestAsking:
    def test_the_page(self, olga: User) -> None:
        shown = told(visit(fresh(olga), reverse("auditing:taking")))
        assert "Take out the journal as a bundle" in shown
        assert visit(fresh(olga), reverse("auditing:taking"), {"first": "5", "last": "3"}).status_code == 422
        answer = visit(fresh(olga), reverse("auditing:taking"), {"first": "5"})
        job = Job.objects.get(name="auditing.take")
        assert (answer.status_code, str(job.id) in answer["Location"], job.arguments["first"]) == (302, True, "5")

    def test_ranges_that_are_none_and_strangers(
        self, olga: User, charlie: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for first, last in ((10**6, None), (-1, None), (5, 3)):
            with pytest.raises(Invalid):
                ranges.start(actor=actor_of(olga), first=first, last=last, at=clock.now())
        monkeypatch.setattr(ranges, "MOST_TAKEN", 4)
        with pytest.raises(Invalid, match="at most 4"):
            ranges.start(actor=actor_of(olga), first=None, last=None, at=clock.now())
        with pytest.raises(Forbidden):
            ranges.start(actor=actor_of(charlie), first=None, last=None, at=clock.now())

    def test_an_exchanged_key_is_said_and_nothing_is_signed(self, olga: User, tamper: Tamper) -> None:
        tamper("UPDATE journal_signer SET sealed = set_byte(sealed, 60, get_byte(sealed, 60) # 1)")
        job = jobs.perform(ranges.start(actor=actor_of(olga), first=None, last=None, at=clock.now()))
        assert (job.state, "exchanged" in str(job.error)) == ("failed", True)
