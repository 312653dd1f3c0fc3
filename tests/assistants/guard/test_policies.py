"""Policies: the three that are there, and those of the organisation."""

import pytest

from assistants.guard import queries, services
from assistants.guard.engine.policy import Policy
from assistants.guard.models import GuardPolicy
from assistants.guard.rules import presets
from panel.journal.models import Leaf
from panel.kernel import actors, clock
from panel.kernel.errors import Forbidden, Invalid
from tests.factories.people import actor_of, make_person

pytestmark = pytest.mark.django_db
CONSOLE = actors.console()


def test_the_built_in_policies_are_there_and_can_be_used() -> None:
    assert {policy.preset for policy in GuardPolicy.objects.all()} == set(presets.PRESETS)
    default = queries.default()
    assert default.name == "Balanced"
    assert Policy.from_json(default.document).version == default.version == presets.content_hash(default.document)


def test_a_policy_of_ones_own_is_versioned_by_its_content_and_reaches_the_gateway() -> None:
    made = services.create(actor=CONSOLE, name="Ours", document=presets.OPEN, at=clock.now())
    assert made.version == presets.content_hash(presets.OPEN)
    changed = services.change(actor=CONSOLE, policy=made, document=presets.STRICT, revision=1, at=clock.now())
    assert changed.version == presets.content_hash(presets.STRICT)
    assert changed.epoch > made.epoch
    with pytest.raises(services.Changed):
        services.change(actor=CONSOLE, policy=made, document=presets.OPEN, revision=1, at=clock.now())
    assert Leaf.objects.filter(event="guard.policy.changed").exists()


def test_what_a_stage_cannot_do_is_refused_in_words() -> None:
    for document in (
        {"stages": {"injection": {"mode": "redact"}}},
        {"stages": {"magic": {"mode": "off"}}},
        {"limits": {"depth": 0}},
    ):
        with pytest.raises(Invalid) as refused:
            services.create(actor=CONSOLE, name="Odd", document=document, at=clock.now())
        assert "document" in refused.value.fields


def test_built_in_policies_and_names_stay_as_they_are() -> None:
    with pytest.raises(services.BuiltIn):
        services.change(actor=CONSOLE, policy=queries.default(), document=presets.OPEN, revision=1, at=clock.now())
    with pytest.raises(services.NameTaken):
        services.create(actor=CONSOLE, name="balanced", document=presets.OPEN, at=clock.now())


def test_only_administrators_change_policies() -> None:
    charlie = actor_of(make_person("charlie"))
    with pytest.raises(Forbidden):
        services.create(actor=charlie, name="Mine", document=presets.OPEN, at=clock.now())
    assert not queries.visible_to(charlie).exists()
