"""Correcting what is wrong, reports, and a copy for development that names nobody."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.approvals.services import deciding
from accounts.people import queries as people
from accounts.people.models import User
from compliance.requests.models import Request
from compliance.requests.queries import statistics
from compliance.requests.rules.states import State
from compliance.requests.services import correcting
from compliance.requests.services import demo as story
from compliance.requests.services.copies import masked
from panel.kernel import clock
from panel.kernel.db import epochs
from panel.kernel.errors import Conflict, Invalid
from panel.kernel.registries import demo
from tests.compliance.requests.stage import CANARY, EMAIL, account, fresh, in_work, said, visitor

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(epochs, "wait", lambda *_args, **_more: [])


def test_a_name_is_corrected_by_two_people(bob: User, pia: User, adam: User) -> None:
    row = in_work(account(bob), "rectification", pia)
    asked = correcting.ask(
        actor=fresh(pia), request=row, field="full_name", value="Robert Ek", reason="As in the passport", at=clock.now()
    )
    assert people.name(bob.id) == "Bob"
    deciding.approve(actor=fresh(adam), approval=asked, seen=asked.digest, at=clock.now())
    assert people.name(bob.id) == "Robert Ek"
    assert Request.objects.get().state == State.FULFILLED


def test_who_has_no_account_leaves_a_statement(pia: User, adam: User) -> None:
    row = in_work(visitor(), "rectification", pia)
    with pytest.raises(Invalid):
        correcting.ask(
            actor=fresh(pia), request=row, field="full_name", value="X", reason="As they say", at=clock.now()
        )
    asked = correcting.ask(
        actor=fresh(pia), request=row, field="statement", value="I never said so", reason="As they say", at=clock.now()
    )
    deciding.approve(actor=fresh(adam), approval=asked, seen=asked.digest, at=clock.now())
    assert row.messages.get(way="to_them").text == "I never said so"


def test_what_is_late_raises_an_alarm(pia: User) -> None:
    row = in_work(visitor(), "access", pia)
    assert statistics.late_alarm() is None
    Request.objects.filter(id=row.id).update(due_on="2020-01-01")
    found = statistics.late_alarm()
    assert found is not None
    assert found.severity == "critical"


def test_a_copy_for_development_names_nobody(bob: User, tmp_path: Path) -> None:
    mine = visitor()
    said(mine.subject, CANARY)
    target = tmp_path / "copy"
    call_command("export_masked", str(target))
    everything = b"".join(path.read_bytes() for path in target.iterdir())
    for word in (EMAIL, "bob@example.test", bob.password, CANARY):
        assert word.encode() not in everything
    users = [json.loads(line) for line in (target / "people.user.jsonl").read_text().splitlines()]
    assert users[0]["email_address"].startswith("person-")
    assert users[0]["password"] is None
    with pytest.raises(CommandError):
        call_command("export_masked", str(target))


def test_a_copy_that_would_name_somebody_is_removed(bob: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def honest(masks: masked.Masks, value: object, _category: str) -> object:
        masks.seen.add(str(value))
        return value

    monkeypatch.setattr(masked.Masks, "of", honest)
    with pytest.raises(Conflict):
        masked.export(tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_the_demo_has_a_request_in_each_hand(pia: User) -> None:
    world = demo.World({}, clock.now())
    world.people[story.OFFICER] = pia.id
    story.build(world)
    assert set(Request.objects.values_list("state", flat=True)) == {"denied", "awaiting_approval", "received"}
    assert Request.objects.get(state="received").source == "letter"
