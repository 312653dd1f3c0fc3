"""Recording: what a leaf says, what it refuses to say, and what stands beside it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from panel.journal import addresses, events, queries, sealing, services
from panel.journal.models import Detail, Leaf, Pending, Refusal
from panel.journal.rules import leaf
from panel.kernel import ids
from panel.kernel.actors import ANONYMOUS, SYSTEM, Actor
from panel.kernel.crypto import keyring
from panel.kernel.models import DataKey

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 22, 21, 30, 15, 250, tzinfo=UTC)
ADA, KEY, SECRET = ids.new_id(), ids.new_id(), ids.new_id()
ACTOR = Actor("person", ADA, via=("key", KEY), request_id="req_1")


@pytest.fixture(autouse=True)
def _event() -> None:
    events.register("test.thing.done", "Thing done")


class TestRecord:
    def test_a_leaf_says_who_by_what_means_did_what_to_which_object_when(self) -> None:
        made = services.record("test.thing.done", actor=ACTOR, obj=("test.thing", SECRET), detail={"n": 1}, at=AT)
        row = Leaf.objects.get(id=made)
        found = leaf.parse(bytes(row.data))
        assert (found.event, found.actor, found.via) == ("test.thing.done", ("person", ADA), ("key", KEY))
        assert (found.object, found.at, found.request, found.detail) == (("test.thing", SECRET), AT, "req_1", {"n": 1})
        assert (row.actor_id, row.via_id, row.object_id, row.event) == (ADA, KEY, SECRET, "test.thing.done")
        assert Pending.objects.filter(leaf_id=made).exists()

    def test_an_object_that_names_itself_is_taken(self) -> None:
        class Thing:
            journal_ref = ("test.thing", SECRET)

        made = services.record("test.thing.done", actor=SYSTEM, obj=Thing(), at=AT)
        assert Leaf.objects.get(id=made).object_kind == "test.thing"

    def test_an_unregistered_event_is_a_fault(self) -> None:
        with pytest.raises(events.UnknownEventError):
            services.record("test.thing.unheard_of", actor=ACTOR, at=AT)

    def test_an_event_name_has_one_title(self) -> None:
        with pytest.raises(ValueError, match="twice"):
            events.register("test.thing.done", "Something else")
        with pytest.raises(ValueError, match="no event name"):
            events.register("Thing", "x")

    def test_personal_values_do_not_stand_in_the_leaf(self) -> None:
        with pytest.raises(leaf.LeafError):
            services.record("test.thing.done", actor=ACTOR, detail={"to": "ada@example.org"}, at=AT)

    def test_a_rolled_back_act_leaves_no_entry(self) -> None:
        before = Leaf.objects.count()
        with transaction.atomic():
            services.record("test.thing.done", actor=ACTOR, at=AT)
            transaction.set_rollback(True)
        assert Leaf.objects.count() == before

    def test_it_costs_one_statement(self, django_assert_num_queries: object) -> None:
        with django_assert_num_queries(1):  # type: ignore[operator]
            services.record("test.thing.done", actor=ACTOR, obj=("test.thing", SECRET), at=AT)


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_nothing_is_journalled() -> None:
    with pytest.raises(transaction.TransactionManagementError):
        services.record("test.thing.done", actor=ACTOR, at=AT)


class TestPersonal:
    def test_personal_detail_is_sealed_beside_the_leaf_and_opens_its_commitment(self) -> None:
        grace = ids.new_id()
        made = services.record(
            "test.thing.done",
            actor=ACTOR,
            personal=[services.About(ADA, {"name": "Ada"}), (grace, {"name": "Grace"})],
            at=AT,
        )
        row = Leaf.objects.get(id=made)
        assert b"Ada" not in bytes(row.data)
        assert all(b"Ada" not in bytes(one.sealed) for one in Detail.objects.filter(leaf=row))
        first, second = queries.disclosed(row)
        assert (first.person, first.values, first.genuine) == (ADA, {"name": "Ada"}, True)
        assert (second.person, second.values, second.genuine) == (grace, {"name": "Grace"}, True)

    def test_a_destroyed_key_takes_the_detail_and_leaves_the_leaf(self) -> None:
        made = services.record("test.thing.done", actor=ACTOR, personal=[(ADA, {"name": "Ada"})], at=AT)
        keyring.destroy(owner=ADA)
        row = Leaf.objects.get(id=made)
        (gone,) = queries.disclosed(row)
        assert gone.values is None
        assert len(leaf.parse(bytes(row.data)).commitments) == 1

    def test_a_detail_moved_to_another_leaf_is_not_genuine(self) -> None:
        one = services.record("test.thing.done", actor=ACTOR, personal=[(ADA, {"name": "Ada"})], at=AT)
        other = services.record("test.thing.done", actor=ACTOR, personal=[(ADA, {"name": "Eve"})], at=AT)
        Detail.objects.filter(leaf_id=other).delete()
        Detail.objects.filter(leaf_id=one).update(leaf_id=other)
        (moved,) = queries.disclosed(Leaf.objects.get(id=other))
        assert not moved.genuine

    def test_a_person_has_one_key_for_all_entries(self) -> None:
        person = ids.new_id()
        for _ in range(3):
            services.record("test.thing.done", actor=ACTOR, personal=[(person, {"a": 1})], at=AT)
        assert DataKey.objects.filter(owner=person, purpose="journal").count() == 1


class TestRefusal:
    def test_a_named_caller_gets_a_leaf_at_once(self) -> None:
        services.record_refusal(actor=ACTOR, route="vault:secret", reason="vault.view", obj=("s", SECRET), at=AT)
        row = Leaf.objects.get(event="access.refused", actor_id=ADA)
        assert leaf.parse(bytes(row.data)).detail == {"route": "vault:secret", "reason": "vault.view"}

    def test_callers_without_a_name_become_one_leaf_a_minute(self) -> None:
        for address in ("192.0.2.1", "192.0.2.1", "2001:db8::1", "2001:db8::2", "192.0.2.1"):
            services.record_refusal(actor=ANONYMOUS, route="home", reason="not_signed_in", address=address, at=AT)
        assert not Leaf.objects.filter(actor_kind="anonymous").exists()
        assert sealing.flush_refusals(at=AT + timedelta(seconds=44)) == 0
        assert sealing.flush_refusals(at=AT + timedelta(seconds=51)) == 2
        details = [leaf.parse(bytes(row.data)).detail for row in Leaf.objects.filter(actor_kind="anonymous")]
        assert sorted(one["count"] for one in details) == [2, 3]
        assert {one["minute"] for one in details} == {"2026-11-22T21:30Z"}
        assert all(len(one["address"]) == 32 and "192" not in one["address"][:4] for one in details)
        assert not Refusal.objects.exists()

    def test_an_address_has_another_hash_tomorrow_and_its_key_goes(self) -> None:
        today, tomorrow = AT.date(), (AT + timedelta(days=1)).date()
        assert addresses.hashed("192.0.2.1", today) == addresses.hashed("::ffff:192.0.2.1", today)
        assert addresses.hashed("192.0.2.1", today) != addresses.hashed("192.0.2.1", tomorrow)
        assert addresses.hashed("", today) == addresses.hashed("unix:", today) == ""
        assert addresses.forget_before(tomorrow) == 0
        assert addresses.forget_before((AT + timedelta(days=2)).date()) == 1
        assert DataKey.objects.filter(purpose="address", destroyed_at__isnull=True).count() == 1


def test_every_event_of_the_house_has_a_title() -> None:
    for event in events.registered().values():
        assert str(event.title)
        assert events.title(event.name) == str(event.title)
    assert events.title("from.an.older.version") == "from.an.older.version"
