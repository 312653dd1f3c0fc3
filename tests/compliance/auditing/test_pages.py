"""The journal's pages: the list by filters and pages, one entry with its proof, personal detail for the few."""

import json
from typing import Any

import pytest

from accounts.people.models import User
from panel.journal.models import Leaf
from panel.journal.rules import tree
from panel.kernel import ids
from panel.kernel.actors import Actor
from panel.kernel.crypto import keyring
from panel.kernel.registries import objects
from tests.compliance.auditing.browsing import (
    THING,
    Browse,
    browse_fixture,  # noqa: F401
    note,
    seal,
    things_fixture,  # noqa: F401
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("things")]


class TestList:
    def test_it_says_who_did_what_to_which_object(self, browse: Browse, olga: User, alice: User) -> None:
        note(actor=Actor("person", alice.id, request_id="req-77"))
        page = browse(olga).get("/journal/").content.decode()
        for word in ("Thing done", "test.thing.done", "Alice", f"Thing {str(THING)[-4:]}", "/thing/", "req-77"):
            assert word in page

    def test_it_names_the_key_that_somebody_acted_through(
        self, browse: Browse, olga: User, alice: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        key = ids.new_id()
        resolver = objects.Resolver("api_key", "Key", lambda _, keys: {one: objects.Card("ci-bot", "") for one in keys})
        monkeypatch.setitem(objects._resolvers, "api_key", resolver)
        note(actor=Actor("person", alice.id, via=("key", key)))
        page = browse(olga).get("/journal/").content.decode()
        assert "Alice" in page
        assert "ci-bot" in page

    @pytest.mark.parametrize(
        ("query", "shown"),
        [
            ("event=test.thing.undone", {"undone"}),
            ("by=person", {"alices"}),
            ("by=system", {"done", "undone"}),
            ("since=7", {"done", "undone", "alices"}),
            ("actor={alice}", {"alices"}),
            ("object={thing}", {"done", "undone"}),
            ("q={alice}", {"alices"}),
            ("q=req-9", {"undone"}),
            ("q={done}", {"done"}),
            ("by=system&q=req-9", {"undone"}),
        ],
    )
    def test_filters_stand_in_the_url(
        self, browse: Browse, olga: User, alice: User, query: str, shown: set[str]
    ) -> None:
        made = {
            "done": note(),
            "undone": note("test.thing.undone", actor=Actor("system", request_id="req-9")),
            "alices": note(actor=Actor("person", alice.id), obj=None),
        }
        url = "/journal/?" + query.format(alice=alice.id, thing=THING, done=made["done"])
        page = browse(olga).get(url).content.decode()
        assert {name for name, key in made.items() if f"/journal/{key}/" in page} == shown

    @pytest.mark.parametrize("query", ["event=nonsense", "actor=nobody", "object=1", "after=x", "sort=data", "by=%00"])
    def test_a_damaged_link_is_told_so(self, browse: Browse, olga: User, query: str) -> None:
        assert browse(olga).get(f"/journal/?{query}").status_code == 400

    def test_every_entry_stands_on_exactly_one_page(self, browse: Browse, olga: User) -> None:
        made = {note() for _ in range(120)}
        client, url, seen = browse(olga), "/journal/?event=test.thing.done", []
        while url:
            response = client.get(url)
            page = response.context["page"]
            seen += [row.row.id for row in page.rows]
            url = page.next
        assert len(seen) == len(set(seen)) == 120
        assert set(seen) == made
        assert seen == sorted(seen, reverse=True)

    def test_a_page_costs_the_same_queries_however_many_rows(
        self, browse: Browse, olga: User, alice: User, django_assert_max_num_queries: Any
    ) -> None:
        for _ in range(60):
            note(actor=Actor("person", alice.id), obj=("test.thing", ids.new_id()))
        client = browse(olga)
        client.get("/journal/")
        with django_assert_max_num_queries(14) as asked:
            client.get("/journal/")
        assert not [one["sql"] for one in asked.captured_queries if "COUNT(" in one["sql"].upper()]

    @pytest.mark.parametrize(
        ("who", "status"), [("olga", 200), ("pia", 200), ("adam", 200), ("alice", 403), ("bob", 403)]
    )
    def test_auditors_privacy_officers_and_administrators_may_read_it(
        self, browse: Browse, request: pytest.FixtureRequest, who: str, status: int
    ) -> None:
        client = browse(request.getfixturevalue(who))
        entry = note()
        for path in ("/journal/", f"/journal/{entry}/", "/journal/lines/", "/api/v1/journal/entries/"):
            assert client.get(path).status_code == status, path


class TestExport:
    def test_csv_holds_what_the_filters_leave_and_is_an_event(self, browse: Browse, olga: User, alice: User) -> None:
        note(actor=Actor("person", alice.id))
        note("test.thing.undone")
        response = browse(olga).get("/journal/?event=test.thing.done&format=csv")
        text = b"".join(response).decode()
        assert text.count("test.thing") == 1
        assert "Alice" in text
        assert Leaf.objects.filter(event="auditing.journal.exported", actor_id=olga.id).exists()

    def test_lines_hold_sequence_and_exact_bytes(self, browse: Browse, olga: User) -> None:
        made = note()
        seal()
        waiting = note("test.thing.undone")
        response = browse(olga).get("/journal/lines/?q=" + str(THING))
        lines = b"".join(response).splitlines()
        found = {json.loads(line)["leaf"]["id"]: line for line in lines}
        assert set(found) == {str(made), str(waiting)}
        data = bytes(Leaf.objects.get(id=made).data)
        assert data in found[str(made)]
        assert isinstance(json.loads(found[str(made)])["sequence"], int)
        assert json.loads(found[str(waiting)])["sequence"] is None


class TestEntry:
    def test_a_sealed_entry_shows_its_checkpoint_and_that_it_holds(self, browse: Browse, olga: User) -> None:
        made = note()
        seal()
        response = browse(olga).get(f"/journal/{made}/")
        page = response.content.decode()
        verdict = response.context["verdict"]
        assert verdict.holds
        assert f"Sealed in checkpoint {verdict.proof.size}" in page
        assert "carries the signature of this journal" in page
        assert "Not true" not in page
        assert tree.leaf_hash(bytes(Leaf.objects.get(id=made).data)).hex() in page

    def test_a_waiting_entry_says_so(self, browse: Browse, olga: User) -> None:
        assert "Waits to be sealed" in browse(olga).get(f"/journal/{note()}/").content.decode()

    def test_an_unknown_entry_is_missing(self, browse: Browse, olga: User) -> None:
        assert browse(olga).get(f"/journal/{ids.new_id()}/").status_code == 404

    def test_the_newest_checkpoint_can_be_kept(self, browse: Browse, olga: User) -> None:
        note()
        seal()
        response = browse(olga).get("/journal/checkpoint/")
        assert response.content.decode().startswith("clawpanel/journal/")
        assert "attachment" in response["Content-Disposition"]


class TestDisclosure:
    def test_those_who_may_see_personal_detail_and_leave_a_trace(self, browse: Browse, olga: User, alice: User) -> None:
        made = note(personal=[(alice.id, {"reason": "left the team"})])
        client = browse(olga)
        assert "left the team" not in client.get(f"/journal/{made}/").content.decode()
        page = client.post(f"/journal/{made}/disclosure/").content.decode()
        assert "left the team" in page
        assert "Alice" in page
        trace = Leaf.objects.get(event="auditing.detail.disclosed")
        assert (trace.actor_id, trace.object_id) == (olga.id, made)

    def test_an_administrator_may_not(self, browse: Browse, adam: User, alice: User) -> None:
        made = note(personal=[(alice.id, {"reason": "left the team"})])
        client = browse(adam)
        assert client.post(f"/journal/{made}/disclosure/").status_code == 403
        assert "Show it" not in client.get(f"/journal/{made}/").content.decode()

    def test_erased_detail_is_said_to_be_erased(self, browse: Browse, olga: User) -> None:
        person = ids.new_id()
        made = note(personal=[(person, {"reason": "left the team"})])
        keyring.destroy(owner=person)
        assert "Erased" in browse(olga).post(f"/journal/{made}/disclosure/").content.decode()

    def test_looking_by_get_shows_nothing(self, browse: Browse, olga: User) -> None:
        assert browse(olga).get(f"/journal/{note()}/disclosure/").status_code == 302
