"""Single items of other stores than conversations: what somebody wrote to an owner, and requests that were answered before."""

import io
import json
import zipfile

import pytest
from django.db.models import Model

from accounts.people.models import User
from assistants.chat.models import Note
from assistants.chat.rules.chats import NoteKind
from assistants.conversations.services.keeping import content_key
from compliance.requests.models import Proof, Request, Verdict
from compliance.requests.queries import reading
from compliance.requests.rules.states import State
from compliance.requests.services import effects, tending
from compliance.requests.services.copies import downloading
from compliance.requests.services.erasure import approving, executing
from compliance.requests.services.stores import exempting
from panel.kernel import clock, ids
from panel.kernel.crypto.keyring import KeyGone
from panel.kernel.db import epochs
from tests.assistants.catalog.stage import new
from tests.compliance.requests.items.test_exempting import CLAIMS, WHY
from tests.compliance.requests.stage import CANARY, approved, fresh, in_work, run, visitor
from tests.factories.people import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(epochs, "wait", lambda *_args, **_more: [])


def wrote(words: str) -> Note:
    subject, assistant = visitor().subject, new(f"desk-{ids.new_id().hex[-8:]}")
    row = Note(id=ids.new_id(), assistant=assistant, subject_id=subject, kind=NoteKind.FEEDBACK.value, at=clock.now())
    row.key_id, row.words = content_key(subject=subject, assistant=assistant.id), words
    row.save(force_insert=True)
    return row


def leave(row: Request, pia: User, store: str, *items: Model) -> None:
    exempting.exempt(
        actor=fresh(pia), request=row, store=store, items=[one.pk for one in items], ground="legal_claims", reason=WHY,
        at=clock.now(),
    )  # fmt: skip


def erase(row: Request, pia: User, adam: User) -> Request:
    done = approved(row, pia, adam)
    job = run("requests.erase", done)
    assert job.state == "done", (job.error, job.log)
    done = Request.objects.get(id=row.id)
    assert done.state == State.FULFILLED, list(done.verdicts.values("store", "outcome", "left", "problem"))
    return done


def told(row: Request) -> list[dict[str, str]]:
    with zipfile.ZipFile(io.BytesIO(downloading.certificate(Proof.objects.get(request=row), clock.now()))) as bundle:
        found: list[dict[str, str]] = json.loads(bundle.read("certificate.json"))["exempt"]
        return found


def test_one_note_outlives_the_erasure_under_a_key_of_its_own_and_the_other_is_shut(pia: User, adam: User) -> None:
    kept, gone = wrote(f"{CANARY}, and I want my money back."), wrote("Thank you, that was quick.")
    row = in_work(visitor(), "deletion", pia)
    leave(row, pia, "chat.note", kept)
    [line] = [one for one in approving.preview_of(row).lines if one.store == "chat.note"]
    assert (line.items, line.exempt, line.goes) == (2, 1, 1)
    subject = kept.subject_id
    erase(row, pia, adam)
    assert executing.alive([subject]) == 0, "the person's keys are all gone"
    assert Note.objects.get(id=kept.id).words == f"{CANARY}, and I want my money back."
    with pytest.raises(KeyGone):
        _read = Note.objects.get(id=gone.id).words
    verdict = Verdict.objects.get(request=row, store="chat.note")
    assert (verdict.outcome, verdict.left, verdict.ground, verdict.until) == ("retained", 1, CLAIMS, "chat")
    assert told(row) == [{"store": "chat.note", "item": str(kept.id), "ground": "legal_claims"}]


def test_an_earlier_request_stays_readable_where_it_is_exempt(pia: User, adam: User) -> None:
    mine = visitor()
    earlier = effects.carry_out(
        actor=fresh(pia), request=in_work(mine, "opt_out", pia), words="We stopped.", at=clock.now()
    )
    other = effects.carry_out(
        actor=fresh(pia), request=in_work(mine, "restriction", pia), words="We stopped.", at=clock.now()
    )
    row = in_work(mine, "deletion", pia)
    listed = exempting.listed(row, "requests", None)
    assert {one.id for one in listed} == {earlier.id, other.id}
    leave(row, pia, "requests", earlier)
    erase(row, pia, adam)
    tending.tend(at=clock.now())
    said = {one.id: [text for _one, text in reading.messages(one, notes=False)] for one in (earlier, other)}
    assert said == {earlier.id: ["We stopped."], other.id: [reading.GONE]}
    verdict = Verdict.objects.get(request=row, store="requests")
    assert (verdict.outcome, verdict.gone, verdict.left, verdict.ground) == ("retained", 1, 1, CLAIMS)


def test_the_page_goes_from_store_to_store_and_says_where_nothing_is(pia: User) -> None:
    note = wrote("I want my money back.")
    row = in_work(visitor(), "deletion", pia)
    officer, page = signed_in(pia), f"/requests/{row.id}/exemptions/"
    shown = officer.get(page).content.decode()
    assert "This store has no items of this person" in shown
    assert "?store=chat.note" in shown
    assert str(note.id) in officer.get(f"{page}?store=chat.note").content.decode()
    sent = {"items": [str(note.id)], "ground": "legal_claims", "reason": WHY}
    assert officer.post(f"{page}?store=chat.note", sent).status_code == 302
    assert row.exemptions.get().item == note.id
