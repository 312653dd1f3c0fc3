"""Single items with a ground of law: an erasure keeps them and says so, a copy leaves them out and says so."""

import io
import json
import zipfile

import pytest
from django.utils.translation import gettext as _

from accounts.approvals.services import deciding
from accounts.people.models import User
from assistants.conversations.models import CallContent
from assistants.conversations.services import personal
from compliance.requests.models import Exemption, Proof, Request, Verdict
from compliance.requests.queries import reading
from compliance.requests.rules.states import State
from compliance.requests.services.copies import downloading
from compliance.requests.services.erasure import approving, executing, replays
from compliance.requests.services.moving import NotPossible
from compliance.requests.services.stores import exempting
from compliance.subjects.rules import Visitor
from panel.kernel import clock, ids
from panel.kernel.db import epochs
from panel.kernel.errors import Conflict, Forbidden, Invalid
from tests.compliance.requests.erasure.test_kills import Fake, Kill
from tests.compliance.requests.stage import CANARY, approved, fresh, in_work, run, said, visitor
from tests.compliance.requests.test_copies import files, packed
from tests.factories.people import signed_in

pytestmark = pytest.mark.django_db
CLAIMS = "Needed for legal claims (GDPR Art. 17(3)(e))"
WHY = "Our counsel needs this in the case of March."


@pytest.fixture(autouse=True)
def _no_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(epochs, "wait", lambda *_args, **_more: [])


def leave(row: Request, pia: User, *items: object, ground: str = "legal_claims") -> int:
    return exempting.exempt(
        actor=fresh(pia), request=row, store="conversations", items=items, ground=ground, reason=WHY,  # type: ignore[arg-type]
        at=clock.now(),
    )  # fmt: skip


def said_now(mine: Visitor) -> list[str]:
    return [str(one["said"]) for one in personal.Contents().items(reading.person(mine.subject))]


def test_an_exempt_item_outlives_the_erasure_and_the_certificate_names_it(pia: User, adam: User) -> None:
    mine, assistant = visitor(), ids.new_id()
    kept, gone = (
        said(mine.subject, CANARY, assistant=assistant),
        said(mine.subject, "Another matter", assistant=assistant),
    )
    row = in_work(mine, "deletion", pia)
    assert leave(row, pia, kept) == 1
    assert leave(row, pia, kept) == 0
    [line] = [one for one in approving.preview_of(row).lines if one.store == "conversations"]
    assert (line.items, line.exempt, line.goes) == (2, 1, 1)
    done = approved(row, pia, adam)
    run("requests.erase", done)
    done = Request.objects.get(id=row.id)
    assert done.state == State.FULFILLED, list(done.verdicts.values("store", "outcome", "left", "problem"))
    assert list(CallContent.objects.values_list("id", flat=True)) == [kept]
    assert gone != kept
    assert said_now(mine) == [CANARY]
    verdict = Verdict.objects.get(request=row, store="conversations")
    assert (verdict.outcome, verdict.gone, verdict.left, verdict.ground) == ("retained", 1, 1, CLAIMS)
    assert verdict.until == "standard"
    keys = Verdict.objects.get(request=row, store="keys")
    assert (keys.outcome, keys.left) == ("retained", 1)
    with zipfile.ZipFile(io.BytesIO(downloading.certificate(Proof.objects.get(request=row), clock.now()))) as bundle:
        told = json.loads(bundle.read("certificate.json"))
    assert told["exempt"] == [{"store": "conversations", "item": str(kept), "ground": "legal_claims"}]


def test_a_kill_in_between_does_not_cost_the_exempt_item_its_key(pia: User, adam: User) -> None:
    mine = visitor()
    kept = said(mine.subject, CANARY)
    row = in_work(mine, "deletion", pia)
    leave(row, pia, kept)
    done = approved(row, pia, adam)
    with pytest.raises(Kill):
        executing.erase(Fake(5), done.id)  # type: ignore[arg-type]
    executing.erase(Fake(-1), done.id)  # type: ignore[arg-type]
    assert Request.objects.get(id=row.id).state == State.FULFILLED
    assert said_now(mine) == [CANARY]
    replays.Replay("subject").apply([mine.subject], clock.now())
    assert said_now(mine) == [CANARY], "a restore leaves it, too"


def test_nobody_approves_other_exemptions_than_were_shown(pia: User, adam: User) -> None:
    mine = visitor()
    call = said(mine.subject, CANARY)
    row = in_work(mine, "deletion", pia)
    asked = approving.ask(actor=fresh(pia), request=row, reason="No ground to keep it", at=clock.now())
    with pytest.raises(NotPossible):
        leave(row, pia, call)
    Exemption.objects.create(request=row, store="conversations", item=call, ground="legal_claims", at=clock.now())
    with pytest.raises(Conflict):
        deciding.approve(actor=fresh(adam), approval=asked, seen=asked.digest, at=clock.now())


def test_only_items_of_this_person_with_a_ground_by_who_may(pia: User, olga: User) -> None:
    mine, other = visitor(), visitor("otto@example.org")
    own, theirs = said(mine.subject, CANARY), said(other.subject, "Something else")
    row = in_work(mine, "deletion", pia)
    for items, ground in (([theirs], "legal_claims"), ([own], "excessive"), ([], "legal_claims")):
        with pytest.raises(Invalid):
            leave(row, pia, *items, ground=ground)
    with pytest.raises(Forbidden):
        leave(row, olga, own)
    assert not Exemption.objects.exists()
    leave(row, pia, own)
    one = Exemption.objects.get()
    exempting.include(actor=fresh(pia), request=row, exemption=one.id, at=clock.now())
    exempting.include(actor=fresh(pia), request=row, exemption=one.id, at=clock.now())
    assert not Exemption.objects.exists()
    assert row.events.filter(what="included").count() == 1


def test_a_copy_leaves_it_out_and_says_how_many_and_why(pia: User) -> None:
    mine = visitor()
    call = said(mine.subject, CANARY)
    said(mine.subject, "Another matter")
    row = in_work(mine, "access", pia)
    leave(row, pia, call, ground="others_rights")
    found = files(packed(mine, pia, row=row), mine)
    told = json.loads(found["data.json"])
    assert [one["said"] for one in told["stores"]["conversations"]] == ["Another matter"]
    assert CANARY not in b"".join(found.values()).decode(errors="ignore")
    assert told["about"]["left_out"] == [
        {"store": "conversations", "items": 1, "grounds": [_("Rights of others (GDPR Art. 15(4))")]}
    ]


def test_the_officer_marks_and_unmarks_on_a_page(pia: User, olga: User) -> None:
    mine = visitor()
    call = said(mine.subject, CANARY)
    row = in_work(mine, "deletion", pia)
    url = f"/requests/{row.id}/exemptions/"
    client = signed_in(pia)
    page = client.get(url).content.decode()
    assert str(call) in page
    assert CANARY not in page
    sent = client.post(url, {"items": [str(call)], "ground": "legal_claims", "reason": WHY})
    assert sent.status_code == 302
    assert "1 exempt, the rest goes" in client.get(f"/requests/{row.id}/").content.decode()
    one = Exemption.objects.get(request=row)
    assert str(one.item) in client.get(url).content.decode()
    client.post(f"{url}{one.id}/removal/")
    assert not Exemption.objects.exists()
    assert signed_in(olga).get(url).status_code == 403
