"""An objection ends what nobody is asked about, for its person and its purpose alone: at the gate, in streams, in what is kept."""

from dataclasses import replace
from pathlib import Path

import pytest

from accounts.people.models import User
from assistants.gateway.engine.ledger.payload import end_user
from assistants.gateway.engine.state import persons, rows
from assistants.gateway.engine.state.consent import Binding
from compliance.consent import queries
from compliance.consent.models import Purpose
from compliance.consent.rules.states import Act, State
from compliance.consent.services import choosing
from compliance.subjects.rules import Kind, Proof
from compliance.subjects.services import linking, naming
from panel.kernel import clock, ids
from tests.assistants.gateway.callers.consent.stage import CONTRACT, LENA, bound, change, lena, opened
from tests.assistants.gateway.callers.consent.test_persons import ASSISTANT, CONSOLE, call, keys, read
from tests.assistants.gateway.callers.consent.test_running import stream_until, talk
from tests.assistants.gateway.gate import Gate, ask, run, sent
from tests.assistants.gateway.provider import whole
from tests.compliance.consent.stage import fresh, give, make_purpose, shown, subject_of

PROFILE = replace(CONTRACT, id=ids.new_id(), slug="profile")
BOUND = bound(Binding(PROFILE.id), purposes=(PROFILE,))


def object_to(gate: Gate, named: str = LENA) -> None:
    change(gate, objected={lena(gate, named)[1]: frozenset({PROFILE.id})})


class TestGate:
    def test_their_calls_reach_no_provider_and_others_do(self, tmp_path: Path) -> None:
        async def body() -> None:
            async with opened(tmp_path, whole("ok"), at=BOUND) as (gate, people):
                assert (await gate.call(ask(user=LENA))).status == 200
                object_to(gate)
                refused = await gate.call(ask(user=LENA))
                assert (refused.status, refused.error["code"], refused.error["param"]) == (
                    403,
                    "processing_objected",
                    "profile",
                )
                assert (await gate.call(ask(user="somebody-else"))).status == 200
                assert (await gate.call(ask())).status == 200
                assert len(sent(gate)) == 3
                assert people.asked == 0, "nobody has to be looked up for it"
                change(gate, objected={})
                assert (await gate.call(ask(user=LENA))).status == 200

        run(body)

    def test_what_serves_another_purpose_or_needs_none_goes_on(self, tmp_path: Path) -> None:
        async def body() -> None:
            async with opened(tmp_path, whole("ok"), at=BOUND) as (gate, _people):
                helper = gate.snapshot.assistants["helper"].id
                object_to(gate)
                for binding in (Binding(CONTRACT.id), Binding(PROFILE.id, required=False)):
                    change(gate, bound={helper: (binding,)}, purposes={CONTRACT.id: CONTRACT, PROFILE.id: PROFILE})
                    assert (await gate.call(ask(user=LENA))).status == 200

        run(body)

    def test_a_stream_under_way_ends_with_its_reason(self, tmp_path: Path) -> None:
        async def body() -> None:
            async with opened(tmp_path, talk, at=BOUND) as (gate, _people):
                answer, seconds = await stream_until(gate, lambda: object_to(gate))
                assert answer.events[-1]["error"]["code"] == "processing_objected"
                assert seconds < 0.5

        run(body)

    @pytest.mark.parametrize("objected", [False, True])
    def test_words_are_not_kept_for_it(self, tmp_path: Path, *, objected: bool) -> None:
        async def body() -> None:
            at = replace(bound(purposes=(PROFILE,)), bound={}, content_key=b"k" * 32)
            async with opened(tmp_path, whole("ok"), at=at) as (gate, _people):
                gate.change(keep="full", keep_for=PROFILE.id)
                if objected:
                    object_to(gate)
                assert (await gate.call(ask(user=LENA))).status == 200
                assert ("content" in gate.records()[0]) is not objected

        run(body)


@pytest.fixture
def profile(pia: User) -> Purpose:
    return make_purpose(pia, slug="profile", basis="legitimate_interests", use="analytics")


def object_as_staff(pia: User, user: User, purpose: Purpose) -> None:
    choosing.record(
        actor=fresh(pia), subject=subject_of(user), purpose=purpose, act=Act.OBJECT, language="en",
        source="Request OBJ-0001", at=clock.now(),
    )  # fmt: skip


class TestSnapshot:
    def test_every_name_of_the_person_is_told_until_they_allow_it_again(
        self, alice: User, bob: User, pia: User, profile: Purpose
    ) -> None:
        digest = end_user("lena", b"k" * 32)
        other = naming.subject_for(Kind.END_USER, digest, scope=ASSISTANT.id)
        linking.link(actor=CONSOLE, one=subject_of(alice), other=other, proof=Proof.SIGNED_IN, at=clock.now())
        names = {persons.name_of(one, keys()) for one in (call(subject=digest), call(person=alice.id))}
        subject_of(bob)
        assert read(rows.OBJECTED) == []
        object_as_staff(pia, alice, profile)
        told = {(bytes(index), purpose) for index, purpose in read(rows.OBJECTED)}
        assert told == {(name[1], profile.id) for name in names if name}
        assert queries.state(other, profile, clock.now()) is State.WITHDRAWN
        give(alice, profile)
        assert read(rows.OBJECTED) == []

    def test_a_no_to_what_is_asked_is_no_objection(self, alice: User, pia: User) -> None:
        asked = make_purpose(pia)
        give(alice, asked)
        choosing.withdraw(
            actor=fresh(alice), subject=subject_of(alice), purpose=asked, channel="centre", at=clock.now()
        )
        assert read(rows.OBJECTED) == []

    def test_what_nobody_objected_to_cannot_be_agreed_to(self, alice: User, profile: Purpose) -> None:
        with pytest.raises(choosing.NotPossible):
            choosing.give(
                actor=fresh(alice), subject=subject_of(alice), purpose=profile, shown=shown(profile), channel="centre",
                at=clock.now(),
            )  # fmt: skip

    def test_an_opt_out_ends_sharing_that_nobody_was_asked_about_unless_it_must_be(
        self, alice: User, pia: User
    ) -> None:
        shared, obliged = (
            make_purpose(pia, slug=basis.replace("_", "-"), basis=basis, use="sharing")
            for basis in ("legitimate_interests", "legal_obligation")
        )
        choosing.signal(subject=subject_of(alice), actor=fresh(alice), at=clock.now())
        assert {purpose for _index, purpose in read(rows.OBJECTED)} == {shared.id}
        assert queries.written(subject_of(alice), obliged) is State.NONE
