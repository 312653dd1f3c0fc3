"""What is kept of an assistant's calls, and how many of its people agree."""

import re
from datetime import timedelta
from typing import Any

import pytest

from accounts.people.models import User
from assistants.catalog.models import Assistant, Binding, Storage
from assistants.catalog.queries import coverage
from assistants.catalog.services import purposes
from assistants.gateway.rules import FAULTS
from compliance.consent.models import Purpose
from compliance.subjects.rules import Kind, Proof, spelled
from compliance.subjects.services import linking, naming
from panel.journal import events
from panel.journal.models import Leaf
from panel.kernel import clock
from panel.kernel.actors import Actor
from tests.architecture import tree
from tests.assistants.catalog.stage import CONSOLE, new
from tests.compliance.consent.stage import give, make_purpose, rewrite
from tests.factories.people import actor_of
from tests.stage.visits import call, told, visit

pytestmark = pytest.mark.django_db
LENA = "lena-4711"


@pytest.fixture
def desk() -> Assistant:
    return new()


@pytest.fixture
def purpose(pia: User) -> Purpose:
    return make_purpose(pia)


def bind(desk: Assistant, purpose: Purpose, actor: Actor = CONSOLE, **more: Any) -> Binding:
    return purposes.bind(actor=actor, assistant=desk, purpose_id=purpose.id, at=clock.now(), **more)


def of(desk: Assistant, *more: str) -> str:
    return "/api/v1/assistants/" + "/".join([str(desk.id), *more]) + "/"


def end_user(desk: Assistant, named: str = LENA) -> Any:
    return naming.subject_for(Kind.END_USER, next(iter(spelled(named))), scope=desk.id)


class TestStorage:
    def test_each_change_is_a_number_and_the_same_again_is_none(
        self, desk: Assistant, purpose: Purpose, pia: User
    ) -> None:
        url = f"/assistants/{desk.id}/storage/"
        for keep, number in (("full", "0"), ("pseudonymised", "1"), ("pseudonymised", "2"), ("nothing", "2")):
            sent = {"keep": keep, "purpose_id": str(purpose.id), "told": "on", "number": number}
            visit(actor_of(pia), url, sent)
        found = [(one.number, one.keep, one.purpose_id) for one in Storage.objects.order_by("number")]
        assert found == [(1, "full", purpose.id), (2, "pseudonymised", purpose.id), (3, "nothing", None)]
        desk.refresh_from_db()
        assert not desk.store_content
        page = told(visit(actor_of(pia), f"/assistants/{desk.id}/purposes/"))
        assert "3. Nothing of the person" in page

    def test_what_somebody_else_settled_meanwhile_is_not_overwritten(self, desk: Assistant) -> None:
        first = call(CONSOLE, "get", of(desk, "storage"))
        assert (first.data["keep"], first.data["number"]) == ("statistics", 0)
        done = call(CONSOLE, "put", of(desk, "storage"), {"keep": "full"}, if_match=first["ETag"])
        assert (done.status_code, done.data["number"]) == (200, 1)
        late = call(CONSOLE, "put", of(desk, "storage"), {"keep": "nothing"}, if_match=first["ETag"])
        assert late.status_code == 412

    def test_the_row_never_changes(self, desk: Assistant) -> None:
        purposes.settle(actor=CONSOLE, assistant=desk, keep="full", at=clock.now())
        with pytest.raises(Exception, match=r"append-only|permission denied"):
            Storage.objects.update(keep="nothing")


class TestCoverage:
    def test_a_person_counts_once_with_their_last_word(
        self, desk: Assistant, purpose: Purpose, alice: User, pia: User
    ) -> None:
        bind(desk, purpose)
        names = [end_user(desk, f"user-{number}") for number in range(4)]
        now = clock.now()
        give(alice, purpose)
        account = naming.subject_for(Kind.ACCOUNT, str(alice.id))
        for one in names[:2]:
            linking.link(actor=CONSOLE, one=account, other=one, proof=Proof.SIGNED_IN, at=now)
        found = coverage.of([desk.id], now)[desk.id][purpose.id]
        assert (found.people, found.given, found.unasked, found.share) == (3, 1, 2, 33)
        rewrite(pia, purpose, "Other words now", material=True)
        found = coverage.of([desk.id], now)[desk.id][purpose.id]
        assert (found.given, found.again) == (0, 1)
        page = told(visit(actor_of(pia), "/assistants/consents/"))
        assert desk.name in page
        assert coverage.of([new("other").id], now) == {}

    def test_an_end_counts_as_an_end(self, desk: Assistant, alice: User, pia: User) -> None:
        short = make_purpose(pia, slug="short", expires_days=1)
        bind(desk, short)
        subject = end_user(desk)
        give(alice, short)
        account = naming.subject_for(Kind.ACCOUNT, str(alice.id))
        linking.link(actor=CONSOLE, one=account, other=subject, proof=Proof.SIGNED_IN, at=clock.now())
        assert coverage.of([desk.id], clock.now())[desk.id][short.id].given == 1
        later = coverage.of([desk.id], clock.now() + timedelta(days=2))[desk.id][short.id]
        assert (later.given, later.again) == (0, 1)

    def test_webhooks_hear_that_people_must_be_asked_again(self, purpose: Purpose, alice: User, pia: User) -> None:
        rewrite(pia, purpose, "Nobody has agreed yet", material=True)
        assert not Leaf.objects.filter(event="consent.choice.stale").exists()
        give(alice, purpose)
        rewrite(pia, purpose, "Smaller words", material=False)
        assert not Leaf.objects.filter(event="consent.choice.stale").exists()
        rewrite(pia, purpose, "Other words", material=True)
        assert Leaf.objects.filter(event="consent.choice.stale", object_id=purpose.id).count() == 1


def test_the_events_and_codes_that_the_guide_names_exist() -> None:
    text = tree.text("docs/consent.md")
    for name in re.findall(r"`([a-z_]+(?:\.[a-z_]+){2})`", text):
        assert name == "compliance.subjects" or name in events.registered(), name
    for code in re.findall(r"`(consent_[a-z]+|purpose_[a-z]+|processing_[a-z]+)`", text):
        assert code in {*FAULTS, "consent_other_words", "consent_error"}, code
