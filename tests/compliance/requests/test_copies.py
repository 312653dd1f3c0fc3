"""The copy of a person's data: complete, covered, harmless to open, and gone after a week or five downloads."""

import csv
import io
import json
import re
import zipfile
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.people.models import User
from compliance.requests.models import Package, Request
from compliance.requests.queries import reading
from compliance.requests.rules.states import State
from compliance.requests.services.copies import downloading, packing
from compliance.requests.services.stores import own
from compliance.subjects.rules import SESSION_LIFE, Visitor
from panel.kernel import clock
from panel.kernel.actors import Actor
from panel.kernel.db import epochs
from panel.kernel.errors import Missing, NeedsFreshFactor
from panel.kernel.work import results
from panel.outbound.models import Message
from tests.compliance.consent.stage import give, make_purpose
from tests.compliance.requests.stage import CANARY, EMAIL, account, fresh, in_work, run, said, visitor
from tests.factories.people import signed_in

pytestmark = pytest.mark.django_db
OTHER = "otto.other@example.org"


@pytest.fixture(autouse=True)
def _no_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(epochs, "wait", lambda *_args, **_more: [])


def recent(who: Visitor) -> Visitor:
    return Visitor(who.subject, who.subjects, who.proof, timezone.now() + SESSION_LIFE, who.account)


def packed(who: Visitor, pia: User, kind: str = "access", *, row: Request | None = None) -> Request:
    row = packing.ask(actor=fresh(pia), request=row or in_work(who, kind, pia), at=clock.now())
    job = run("requests.pack", row)
    assert job.state == "done", job.error
    return Request.objects.get(id=row.id)


def files(row: Request, who: Visitor) -> dict[str, bytes]:
    actor = Actor("person", who.account, fresh_at=timezone.now()) if who.account else who.actor
    _package, chunks = downloading.take(actor=actor, visitor=recent(who), request=row, at=clock.now())
    with zipfile.ZipFile(io.BytesIO(b"".join(chunks))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_it_holds_everything_that_the_law_asks_for(bob: User, pia: User) -> None:
    mine = account(bob)
    said(mine.subject, f"My word is {CANARY}")
    give(bob, make_purpose(pia))
    row = packed(mine, pia)
    assert row.state == State.FULFILLED
    found = files(row, mine)
    told = json.loads(found["data.json"])
    assert {"conversations", "account", "subject", "consent.record"} <= told["stores"].keys()
    assert CANARY in told["stores"]["conversations"][0]["said"]
    assert told["stores"]["account"][0]["email"] == "bob@example.test"
    about = told["about"]
    assert about["recipients"][0]["times"] == 1
    assert about["automated_decisions"]
    assert about["rights"]
    assert all(one["purpose"] and one["kept"] for one in about["stores"])
    assert CANARY in found["read-me.html"].decode()
    assert b"<script" not in found["read-me.html"]
    assert "verify.py" in {name.rsplit("/", 1)[-1] for name in found}


def test_others_are_covered_and_each_cover_is_listed(bob: User, pia: User) -> None:
    mine = account(bob)
    said(mine.subject, f"Write to {OTHER} and to bob@example.test about it")
    found = files(packed(mine, pia), mine)
    text = found["data.json"].decode()
    assert OTHER not in text
    assert "[EMAIL]" in text
    assert "bob@example.test about it" in text
    covers = list(csv.reader(io.StringIO(found["covered.csv"].decode())))
    assert ["conversations", "0", "said", "EMAIL"] in covers


def test_nothing_in_it_is_a_formula_or_a_page_of_somebody_else(pia: User) -> None:
    mine = visitor()
    said(mine.subject, '=HYPERLINK("http://evil.example";"x")<script>alert(1)</script>')
    found = files(packed(mine, pia), mine)
    rows = list(csv.reader(io.StringIO(found["tables/conversations.csv"].decode())))
    column = rows[0].index("said")
    assert rows[1][column].startswith("'=")
    assert b"<script>" not in found["read-me.html"]
    assert all(not name.startswith("/") and ".." not in name for name in found)


def test_it_lies_sealed_and_holds_no_secret(bob: User, pia: User) -> None:
    mine = account(bob)
    said(mine.subject, CANARY)
    row = packed(mine, pia)
    job = Package.objects.get(request=row).job
    assert job is not None
    raw = (results.folder(job) / "file").read_bytes()
    assert CANARY.encode() not in raw
    assert b"bob@example.test" not in raw
    text = b"".join(files(row, mine).values()).decode(errors="ignore")
    assert bob.password not in text
    assert "argon2" not in text


def test_five_downloads_then_it_is_gone(pia: User) -> None:
    mine = visitor()
    row = packed(mine, pia)
    for _ in range(5):
        files(row, mine)
    with pytest.raises(Missing):
        files(row, mine)
    packing.expire(at=clock.now())
    package = Package.objects.get()
    assert package.gone_at is not None
    assert package.job is not None
    assert not results.folder(package.job).exists()


def test_after_a_week_it_is_gone(pia: User) -> None:
    mine = visitor()
    row = packed(mine, pia)
    assert packing.expire(at=clock.now() + timedelta(days=6)) == 0
    assert packing.expire(at=clock.now() + timedelta(days=7)) == 1
    with pytest.raises(Missing):
        files(row, mine)


def test_it_asks_for_a_fresh_proof(bob: User, pia: User) -> None:
    mine = visitor()
    row = packed(mine, pia)
    old = Visitor(mine.subject, mine.subjects, mine.proof, timezone.now() + timedelta(minutes=10))
    with pytest.raises(downloading.ProveAgain):
        downloading.take(actor=mine.actor, visitor=old, request=row, at=clock.now())
    theirs = account(bob)
    stale = Actor("person", bob.id, fresh_at=timezone.now() - timedelta(hours=1))
    with pytest.raises(NeedsFreshFactor):
        downloading.take(actor=stale, visitor=theirs, request=packed(theirs, pia), at=clock.now())


def test_it_is_for_its_person_only(bob: User, charlie: User, pia: User) -> None:
    row = packed(account(bob), pia)
    url = f"/privacy/requests/{row.id}/copy/"
    assert signed_in(charlie).post(url).status_code == 404
    assert signed_in(bob).get(url).status_code == 302
    answer = signed_in(bob).post(url)
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content)[:2] == b"PK"  # type: ignore[attr-defined]
    assert Package.objects.get().downloads == 1


def test_a_letter_says_that_it_is_ready(pia: User) -> None:
    packed(visitor(), pia)
    letter = Message.objects.order_by("-id")[0]
    assert letter.address == EMAIL
    assert "copy of your data is ready" in letter.content["text"]


def test_a_link_that_only_worked_for_its_reader_is_in_no_copy(client: Client, pia: User) -> None:
    assert client.post("/privacy/requests/new/", {"kind": "objection", "email": EMAIL}).status_code == 200
    [letter] = Message.objects.filter(template="request_proof")
    token = re.findall(r"/privacy/link/([^/]+)/", letter.content["text"])[0]
    [found] = [
        one for one in own.Letters().items(reading.person(visitor().subject)) if "only worked" in str(one["text"])
    ]
    assert token not in str(found)
    assert "works once" in str(found), "the rest of the letter is there"
