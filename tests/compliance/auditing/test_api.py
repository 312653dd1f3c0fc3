"""The journal by API: what is needed to check it elsewhere, and nothing that changes it."""

import base64
from datetime import timedelta

import pytest

from accounts.people.models import User
from compliance.auditing.models import Receipt
from panel.journal import queries as ledger
from panel.journal.models import Leaf
from panel.journal.rules import leaf as format1
from panel.journal.rules import tree
from panel.kernel import clock, ids
from panel.kernel.actors import Actor
from tests.compliance.auditing.browsing import (
    Browse,
    browse_fixture,  # noqa: F401
    note,
    seal,
    things_fixture,  # noqa: F401
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("things")]


class TestApi:
    def test_entries_come_by_cursor_with_leaf_and_hash(self, browse: Browse, olga: User) -> None:
        made = [note() for _ in range(3)]
        client = browse(olga)
        first = client.get("/api/v1/journal/entries/?event=test.thing.done&limit=2").json()
        second = client.get(first["next"]).json()
        found = [one["leaf"]["id"] for one in first["items"] + second["items"]]
        assert found == [str(one) for one in reversed(made)]
        assert second["next"] is None

    def test_it_narrows_by_object_actor_request_and_time(self, browse: Browse, olga: User, alice: User) -> None:
        note()
        made = note(actor=Actor("person", alice.id, request_id="req-5"), obj=None)
        client = browse(olga)
        for query in (f"actor={alice.id}", "request=req-5"):
            items = client.get(f"/api/v1/journal/entries/?{query}").json()["items"]
            assert [one["leaf"]["id"] for one in items] == [str(made)]
        later = (clock.now() + timedelta(hours=1)).isoformat().replace("+00:00", "Z")
        assert client.get(f"/api/v1/journal/entries/?since={later}").json()["items"] == []
        assert client.get("/api/v1/journal/entries/?actor=nobody").status_code == 422

    def test_what_outsiders_signed_can_be_taken_by_program(self, browse: Browse, olga: User, charlie: User) -> None:
        note()
        seal()
        head, told_at = ledger.head(), clock.now()
        assert head is not None
        for kind, data in (("tsa", b"\x30\x00"), ("witness", b"line\n")):
            given = {"size": head.size, "note": head.note, "by": f"CN={kind}", "told_at": told_at, "at": told_at}
            Receipt.objects.create(sink=ids.new_id(), kind=kind, data=data, **given)
        client = browse(olga)
        found = client.get("/api/v1/journal/receipts/").json()["items"]
        assert [one["kind"] for one in found] == ["witness", "tsa"]
        assert base64.b64decode(found[1]["signed"]) == b"\x30\x00"
        (narrowed,) = client.get("/api/v1/journal/receipts/?kind=tsa").json()["items"]
        assert client.get(f"/api/v1/journal/receipts/{narrowed['id']}/").json() == narrowed
        assert (narrowed["size"], narrowed["checkpoint"]) == (head.size, head.note)
        assert client.get("/api/v1/journal/receipts/?kind=pigeon").status_code == 422
        assert client.get(f"/api/v1/journal/receipts/{ids.new_id()}/").status_code == 404
        assert browse(charlie).get("/api/v1/journal/receipts/").status_code == 403

    def test_a_proof_can_be_checked_with_what_the_api_gives(self, browse: Browse, olga: User) -> None:
        made = [note() for _ in range(5)]
        seal()
        client = browse(olga)
        proof = client.get(f"/api/v1/journal/entries/{made[2]}/proof/").json()
        entry = client.get(f"/api/v1/journal/entries/{made[2]}/").json()
        path = [base64.b64decode(step) for step in proof["path"]]
        root = base64.b64decode(proof["checkpoint"].split("\n")[2])
        hashed = bytes.fromhex(entry["leaf_hash"])
        assert tree.root_of_inclusion(proof["sequence"], proof["size"], hashed, path) == root
        signers = client.get("/api/v1/journal/signers/").json()
        assert signers["origin"] == proof["checkpoint"].split("\n")[0]
        assert len(signers["keys"]) == 1

    def test_what_waits_has_no_proof_yet(self, browse: Browse, olga: User) -> None:
        response = browse(olga).get(f"/api/v1/journal/entries/{note()}/proof/")
        assert (response.status_code, response.json()["code"]) == (404, "not_sealed")

    def test_checkpoints_are_consistent(self, browse: Browse, olga: User) -> None:
        note()
        seal()
        client = browse(olga)
        first = client.get("/api/v1/journal/checkpoint/").json()
        for _ in range(4):
            note()
        seal()
        second = client.get("/api/v1/journal/checkpoint/").json()
        url = f"/api/v1/journal/consistency/?first={first['size']}&second={second['size']}"
        assert client.get(url).status_code == 200
        assert client.get("/api/v1/journal/consistency/?first=9&second=1").status_code == 422
        assert client.get("/api/v1/journal/consistency/").status_code == 422

    def test_it_is_read_only(self, browse: Browse, olga: User) -> None:
        client = browse(olga)
        for method in (client.post, client.put, client.patch, client.delete):
            assert method(f"/api/v1/journal/entries/{note()}/").status_code in {403, 405}
        assert client.post("/api/v1/journal/entries/").status_code in {403, 405}

    def test_the_leaf_it_shows_is_the_leaf_that_was_written(self, browse: Browse, olga: User) -> None:
        made = note(detail={"z": 1, "a": [True, None]})
        shown = browse(olga).get(f"/api/v1/journal/entries/{made}/").json()["leaf"]
        assert format1.parse(bytes(Leaf.objects.get(id=made).data)).detail == shown["detail"]
