"""Longer at once, shorter by two people and a day; an assistant only keeps shorter; nonsense changes nothing."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from accounts.people.models import User
from compliance.retention import queries
from compliance.retention.models import Rule
from compliance.retention.rules.classes import COOLING
from compliance.retention.services import ruling
from panel.kernel import clock
from panel.kernel.errors import Forbidden, Invalid
from panel.kernel.models import RetentionClass
from tests.compliance.holds import stage as holds

pytestmark = pytest.mark.django_db


def standard() -> Rule:
    return Rule.objects.get(name="standard")


def change(user: User, days: object) -> Any:
    rule = standard()
    return ruling.change(
        actor=holds.fresh(user), rule=rule, days=days, revision=rule.revision, reason=holds.REASON, at=clock.now()
    )


def test_longer_counts_at_once(pia: User) -> None:
    _rule, asked = change(pia, 60)
    assert (asked, standard().days, RetentionClass.objects.get(name="standard").days) == (None, 60, 60)


def test_shorter_needs_a_second_person_and_a_day(pia: User, adam: User) -> None:
    _rule, asked = change(pia, "7")
    assert standard().pending_days is None
    with pytest.raises(Forbidden):
        holds.approve(pia, asked)
    holds.approve(adam, asked)
    rule, at = standard(), clock.now()
    assert (rule.days, rule.pending_days) == (30, 7)
    assert queries.period(rule, at) == 30
    assert queries.period(rule, at + COOLING) == 7
    ruling.settle(at + COOLING)
    assert (standard().days, standard().pending_days, RetentionClass.objects.get(name="standard").days) == (7, None, 7)


@pytest.mark.parametrize(
    ("days", "told"),
    [
        (0, "At least 1"),
        (-1, "At least 1"),
        (1.5, "from 1 to 3650"),
        ("30 days", "from 1 to 3650"),
        (10**9, "At most 3650"),
    ],
)
def test_nonsense_is_a_field_error_that_names_the_bound(pia: User, days: object, told: str) -> None:
    before = list(Rule.objects.order_by("name").values())
    for act in (
        lambda: change(pia, days),
        lambda: ruling.make(actor=holds.fresh(pia), name="x", days=days, at=clock.now()),
    ):
        with pytest.raises(Invalid) as refusal:
            act()
        assert told in refusal.value.fields["days"]
    assert list(Rule.objects.order_by("name").values()) == before


def test_an_environment_raises_the_floor(pia: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PANEL_RETENTION_FLOORS", "content=45")
    assert queries.period(standard(), clock.now()) == 45
    with pytest.raises(Invalid, match="At least 45"):
        change(pia, 44)


def test_there_are_twelve_classes_at_most(pia: User) -> None:
    for number in range(12 - Rule.objects.count()):
        ruling.make(actor=holds.fresh(pia), name=f"more{number}", days=9, at=clock.now())
    with pytest.raises(Invalid, match="at most 12"):
        ruling.make(actor=holds.fresh(pia), name="thirteenth", days=9, at=clock.now())
    assert Rule.objects.count() == 12


@pytest.mark.parametrize("name", ["", "held", "Big", "a b", "é", "x" * 25, "standard"])
def test_names_that_no_class_may_have(pia: User, name: str) -> None:
    with pytest.raises(Invalid) as refusal:
        ruling.make(actor=holds.fresh(pia), name=name, days=9, at=clock.now())
    assert "name" in refusal.value.fields


def test_an_assistant_only_keeps_shorter(pia: User) -> None:
    at, assistant, actor = clock.now(), uuid4(), holds.fresh(pia)
    ruling.make(actor=actor, name="brief", days=2, at=at)
    ruling.make(actor=actor, name="long", days=90, at=at)
    assert queries.content_classes([assistant], at) == {assistant: "standard"}
    ruling.choose(actor=actor, assistant=assistant, rule="brief", at=at)
    assert queries.content_classes([assistant], at) == {assistant: "brief"}
    with pytest.raises(Invalid, match="at most 30 days"):
        ruling.choose(actor=actor, assistant=assistant, rule="long", at=at)
    Rule.objects.filter(name="standard").update(days=1)
    assert queries.content_classes([assistant], at) == {assistant: "standard"}  # the default is tighter now
    ruling.choose(actor=actor, assistant=assistant, rule="", at=at + timedelta(seconds=1))
    assert queries.choice(assistant) is None


def test_whoever_may_not_changes_nothing(bob: User, olga: User) -> None:
    for user in (bob, olga):
        with pytest.raises(Forbidden):
            change(user, 60)
    assert standard().days == 30
