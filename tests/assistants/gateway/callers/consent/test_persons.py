"""The gateway finds the person whom the panel means, and computes the same state of their consents."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from accounts.people.models import User
from assistants.gateway.engine.calls import Call
from assistants.gateway.engine.ledger.payload import end_user
from assistants.gateway.engine.state import consent, persons, rows
from assistants.gateway.engine.state.snapshot import Assistant, Key
from compliance.consent import queries
from compliance.consent.models import Purpose
from compliance.consent.rules.states import State, standing
from compliance.consent.services import restricting
from compliance.subjects import queries as subjects
from compliance.subjects.rules import Kind, Proof
from compliance.subjects.services import linking, naming
from panel.kernel import actors, clock, ids
from panel.kernel.crypto import kek, keyring
from panel.kernel.crypto.purposes import ring_of
from panel.kernel.installation import installation_id
from panel.kernel.models import DataKey, Epoch
from tests.compliance.consent.stage import give, make_purpose, subject_of, withdraw

CONSOLE = actors.console()
ASSISTANT = Assistant(ids.new_id(), "helper", "live", None)


def read(query: str, *values: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())


def keys() -> dict[str, bytes]:
    return {kind: keyring.secret(keyring.named(f"blind:subjects.{kind}"), "index") for kind in persons.KINDS}


def found(call: Call) -> consent.Person:
    name = persons.name_of(call, keys())
    assert name is not None
    (row,) = read(rows.PERSON, *name) or [None]
    return consent.person_of(row) if row else consent.NOBODY


def call(**changes: Any) -> Call:
    made = Call("/v1/chat/completions", assistant=ASSISTANT)
    for name, value in changes.items():
        setattr(made, name, value)
    return made


def key() -> Key:
    return Key(ids.new_id(), frozenset({"chat"}), {})


class TestNames:
    @pytest.mark.parametrize("spoken", ["lena-4711", "Lena", "lena", "ļéna\N{ZERO WIDTH SPACE}", "x" * 600])
    def test_an_end_user_of_this_assistant(self, db: None, spoken: str) -> None:
        digest = end_user(spoken, b"k" * 32)
        subject = naming.subject_for(Kind.END_USER, digest, scope=ASSISTANT.id)
        other = naming.subject_for(Kind.END_USER, digest, scope=ids.new_id())
        assert found(call(subject=digest)).subjects == {subject} != {other}

    def test_the_subject_of_a_key_and_an_account(self, db: None, alice: User) -> None:
        one = key()
        subject = naming.subject_for(Kind.API_KEY, str(one.id))
        assert found(call(key=one)).subjects == {subject}
        assert found(call(key=key())) == consent.NOBODY
        mine = subject_of(alice)
        assert found(call(person=alice.id, source="playground")).subjects == {mine}

    def test_the_keys_of_the_indexes_are_served_and_those_of_addresses_are_not(self, db: None) -> None:
        assert {ring_of(f"blind:subjects.{kind}") for kind in persons.KINDS} == {"serving"}
        assert {ring_of("blind:subjects.email"), ring_of("blind:people.email")} == {"content"}

    def test_a_key_from_before_moves_to_its_ring_and_finds_the_same(self, db: None) -> None:
        subject = naming.subject_for(Kind.API_KEY, "one")
        row = DataKey.objects.get(purpose="blind:subjects.api_key")
        opened = keyring._unwrapped(row)
        provider = keyring.ring("content")
        context = kek.wrap_context(installation_id(), row.id, row.purpose)
        DataKey.objects.filter(id=row.id).update(
            ring="content", kek_id=provider.current_id(), wrapped=provider.wrap(opened, context), epoch=0
        )
        keyring.forget()
        before = Epoch.objects.get().number
        keyring.serve("blind:subjects.api_key")
        keyring.serve("blind:subjects.api_key")
        row.refresh_from_db()
        assert (row.ring, row.epoch) == ("serving", before + 1)
        keyring.forget()
        assert subjects.find(kind=Kind.API_KEY, value="one") == subject


class TestPersons:
    def test_how_it_stands_follows_what_people_do(self, alice: User, pia: User) -> None:
        purpose = make_purpose(pia)
        mine = call(person=alice.id)
        subject_of(alice)
        assert found(mine).standings == {}
        give(alice, purpose)
        assert found(mine).standings == {purpose.id: consent.Standing("given", 1, 0, None)}
        withdraw(alice, purpose)
        assert found(mine).standings[purpose.id].state == "withdrawn"

    def test_an_end_is_an_instant(self, alice: User, pia: User) -> None:
        purpose = make_purpose(pia, expires_days=30)
        give(alice, purpose)
        ends = found(call(person=alice.id)).standings[purpose.id].expires_at
        assert ends == pytest.approx((clock.now() + timedelta(days=30)).timestamp(), abs=60)

    def test_whoever_is_one_person_has_one_word(self, alice: User, pia: User) -> None:
        purpose = make_purpose(pia)
        digest = end_user("lena", b"k" * 32)
        other = naming.subject_for(Kind.END_USER, digest, scope=ASSISTANT.id)
        give(alice, purpose)
        assert found(call(subject=digest)).standings == {}
        before = Epoch.objects.get().number
        linking.link(actor=CONSOLE, one=subject_of(alice), other=other, proof=Proof.SIGNED_IN, at=clock.now())
        both = {subject_of(alice), other}
        assert {one for (one,) in read(rows.CHANGED, before)} == both
        assert found(call(subject=digest)).subjects == found(call(person=alice.id)).subjects == both
        assert found(call(subject=digest)).standings[purpose.id].state == "given"
        withdraw(alice, purpose)
        assert found(call(subject=digest)).standings[purpose.id].state == "withdrawn"
        before = Epoch.objects.get().number
        linking.split(actor=CONSOLE, subject=other, at=clock.now())
        assert {one for (one,) in read(rows.CHANGED, before)} >= {subjects.person_of(subject_of(alice))}
        assert found(call(subject=digest)).subjects == {other}

    def test_it_agrees_with_the_panel_for_every_written_word(self, alice: User, bob: User, pia: User) -> None:
        purpose = make_purpose(pia)
        give(alice, purpose)
        give(bob, purpose)
        withdraw(bob, purpose)
        now = clock.now()
        row = Purpose.objects.get(id=purpose.id)
        (known,) = read(rows.PURPOSES, row.epoch - 1)
        for user in (alice, bob):
            person = found(call(person=user.id))
            code = consent.problem(consent.Purpose(*known), person.standings[purpose.id], now.timestamp())
            assert (code == "") == (queries.state(subject_of(user), row, now) is State.GIVEN)


class TestRestrictions:
    def test_every_name_of_the_person_is_told_until_it_is_lifted(self, alice: User) -> None:
        digest = end_user("lena", b"k" * 32)
        other = naming.subject_for(Kind.END_USER, digest, scope=ASSISTANT.id)
        linking.link(actor=CONSOLE, one=subject_of(alice), other=other, proof=Proof.SIGNED_IN, at=clock.now())
        names = {persons.name_of(one, keys()) for one in (call(subject=digest), call(person=alice.id))}
        before = Epoch.objects.get().number
        restricting.restrict(actor=CONSOLE, subject=other, at=clock.now())
        restricting.restrict(actor=CONSOLE, subject=subject_of(alice), at=clock.now())
        assert {bytes(one) for (one,) in read(rows.RESTRICTED)} == {name[1] for name in names if name}
        assert Epoch.objects.get().number > before
        restricting.lift(actor=CONSOLE, subject=other, at=clock.now())
        assert read(rows.RESTRICTED) == []


STATES = st.builds(
    consent.Standing,
    st.sampled_from(["given", "withdrawn"]),
    st.integers(0, 3),
    st.integers(0, 3),
    st.none() | st.integers(0, 20).map(float),
)


@given(STATES, st.integers(0, 3), st.integers(0, 3), st.integers(0, 20))
def test_the_state_is_the_panels(one: consent.Standing, required: int, notice: int, now: int) -> None:
    purpose = consent.Purpose(ids.new_id(), "x", asked=True, active=True, required=required, notice_required=notice)
    base = clock.now()
    law = standing(
        State(one.state), seen=(one.version, one.notice), needed=(required, notice),
        expires_at=None if one.expires_at is None else base + timedelta(seconds=one.expires_at),
        at=base + timedelta(seconds=now),
    )  # fmt: skip
    code = consent.problem(purpose, one, float(now))
    assert code == ("" if law is State.GIVEN else f"consent_{law.value}")


class TestMemory:
    def test_what_changes_while_it_is_read_is_read_again(self) -> None:
        subject, answers = ids.new_id(), [None, "row", "row"]
        asked: list[UUID] = []

        async def ask(*_: object) -> Any:
            asked.append(subject)
            answer = answers.pop(0)
            if len(asked) == 1:
                memory.forget([subject])
            return ([subject], []) if answer else None

        memory = persons.Persons(ask)
        person = asyncio.run(memory.find(("end_user", b"x")))
        assert (person.subjects, len(asked)) == (frozenset([subject]), 2)
        assert asyncio.run(memory.find(("end_user", b"x"))) is person
        assert len(asked) == 2

    def test_it_holds_so_many_and_forgets_the_oldest(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(persons, "HELD", 2)
        asked: list[bytes] = []

        async def ask(_query: str, _kind: str, index: bytes) -> Any:
            asked.append(index)
            return ([ids.new_id()], [])

        async def body() -> None:
            memory = persons.Persons(ask)
            for index in (b"a", b"b", b"a", b"c", b"a", b"b"):
                await memory.find(("end_user", index))
            assert asked == [b"a", b"b", b"c", b"b"]
            assert len(memory._names) == 2

        asyncio.run(body())
