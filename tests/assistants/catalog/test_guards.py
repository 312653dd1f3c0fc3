"""An assistant's guards may only be stricter than its policy."""

from typing import Any

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from assistants.catalog.queries import parts, versions
from assistants.catalog.services import drafts
from assistants.guard.engine.pipeline import Policy, inspect_request
from assistants.guard.models import GuardPolicy
from assistants.guard.rules import presets
from panel.kernel import clock
from panel.kernel.errors import Invalid
from tests.assistants.catalog.stage import CONSOLE, new, publish, write
from tests.stage.visits import told, visit

MAIL = {"model": "x", "messages": [{"role": "user", "content": "Write to jonas.berg@posteo.example"}]}
OVERRIDES = st.dictionaries(
    st.sampled_from([*presets.INPUT_STAGES, *presets.OUTPUT_STAGES, "nonsense"]),
    st.fixed_dictionaries(
        {"mode": st.sampled_from([*presets.MODES, "nonsense"])}, optional={"threshold": st.floats(0.01, 1)}
    ),
)


class TestTightened:
    @given(st.sampled_from(sorted(presets.PRESETS)), OVERRIDES)
    def test_no_override_loosens_any_stage(self, preset: str, overrides: dict[str, Any]) -> None:
        document = presets.PRESETS[preset]
        after = presets.tightened(document, overrides)
        assert presets.faults(after) == []
        for name, stage in document["stages"].items():
            assert presets.MODES.index(after["stages"][name]["mode"]) >= presets.MODES.index(stage["mode"])
            assert after["stages"][name].get("threshold", 0.8) <= stage.get("threshold", 0.8)

    @given(st.sampled_from(sorted(presets.PRESETS)), OVERRIDES)
    def test_the_hot_path_and_the_rule_agree(self, preset: str, overrides: dict[str, Any]) -> None:
        fast = Policy.preset(preset).tightened(overrides)
        slow = Policy.from_json(presets.tightened(presets.PRESETS[preset], overrides))
        names = {*fast.stages, *slow.stages}
        assert {name: fast.stage(name).mode for name in names} == {name: slow.stage(name).mode for name in names}

    def test_what_was_redacted_is_blocked_and_the_record_names_another_policy(self) -> None:
        policy = Policy.preset("balanced")
        strict = policy.tightened({"pii": {"mode": "block"}})
        assert inspect_request(MAIL, policy).action == "redact"
        assert inspect_request(MAIL, strict).action == "block"
        assert strict.version != policy.version


@pytest.mark.django_db
class TestDraft:
    def test_a_stricter_stage_is_published_and_compared(self) -> None:
        assistant = new()
        publish(assistant, "Help.")
        assistant.refresh_from_db()
        draft = versions.draft_of(assistant)
        drafts.tighten(
            actor=CONSOLE,
            assistant=assistant,
            guards={"pii": {"mode": "block"}},
            revision=draft.revision,
            at=clock.now(),
        )
        changed = [one for one in versions.draft_against_live(assistant).settings if not one.same]
        assert [(one.old, one.new) for one in changed] == [("as the policy says", "Block")]
        content = versions.content_of(publish(assistant, "Help.").version)
        assert parts.policy(content).stage("pii").mode == "block"

    @pytest.mark.parametrize(
        "guards", [{"pii": {"mode": "observe"}}, {"injection": {"mode": "redact"}}, {"x": {"mode": "block"}}]
    )
    def test_a_looser_or_unknown_stage_is_refused_by_name(self, guards: dict[str, dict[str, Any]]) -> None:
        assistant = new()
        draft = write(assistant, "Help.")
        with pytest.raises(Invalid) as refused:
            drafts.tighten(actor=CONSOLE, assistant=assistant, guards=guards, revision=draft.revision, at=clock.now())
        assert set(refused.value.fields) == set(guards)

    def test_a_policy_that_became_stricter_wins(self) -> None:
        assistant = new()
        opened = GuardPolicy.objects.get(preset="open")
        draft = write(assistant, "Help.", policy_id=opened.id)
        guards = {"injection": {"mode": "observe"}, "pii": {"mode": "redact"}}
        drafts.tighten(actor=CONSOLE, assistant=assistant, guards=guards, revision=draft.revision, at=clock.now())
        strict = GuardPolicy.objects.get(preset="strict")
        write(assistant, "Help.", policy_id=strict.id)
        content = versions.content_of_draft(versions.draft_of(assistant))
        assert parts.policy(content).stage("injection").mode == "block"

    def test_the_page_offers_only_stricter_modes(self) -> None:
        assistant = new()
        write(assistant, "Help.")
        url = reverse("catalog:guards", args=[assistant.id])
        shown = told(visit(CONSOLE, url))
        assert "As the policy says: Redact" in shown
        given = {**dict.fromkeys(parts.STAGES, "policy"), "revision": versions.draft_of(assistant).revision}
        assert visit(CONSOLE, url, {**given, "pii": "observe"}).status_code == 422
        assert visit(CONSOLE, url, {**given, "pii": "block"}).status_code == 302
        assert versions.draft_of(assistant).guards == {"pii": {"mode": "block"}}
