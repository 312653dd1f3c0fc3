"""The key page, its public files, and the replacement of the signing key."""

import json
from pathlib import Path

import pytest
from django.test import Client

from accounts.people.models import User
from panel.journal import bundles, signers
from panel.journal.models import Leaf
from panel.journal.verifiers.verify import trusted, verify
from panel.kernel import clock, ids
from panel.kernel.actors import SYSTEM
from tests.factories.people import signed_in

pytestmark = pytest.mark.django_db
WELL_KNOWN = "/.well-known/clawpanel"


@pytest.fixture
def built() -> bundles.Built:
    bundles.register("test.report", "Test report")
    return bundles.build(actor=SYSTEM, kind="test.report", files={"a.txt": b"x"}, at=clock.now())


def test_a_bundle_verifies_with_the_keys_that_are_published(built: bundles.Built, tmp_path: Path) -> None:
    keys, path = tmp_path / "keys.json", tmp_path / "bundle.zip"
    keys.write_bytes(Client().get(f"{WELL_KNOWN}/keys.json").content)
    path.write_bytes(built.data)
    assert verify(path, pinned=trusted(keys, None))["confirmed"]


def test_the_verifiers_are_published_byte_for_byte_with_their_hashes() -> None:
    listed = Client().get(f"{WELL_KNOWN}/verifiers.json").json()["verifiers"]
    for one in listed:
        response = Client().get(f"{WELL_KNOWN}/{one['name']}")
        held = bundles.tools()[one["name"]]
        assert response.content == held.data
        assert one["sha256"] == held.sha256.hex()
        assert "default-src 'none'" in response["Content-Security-Policy"]
        assert "'nonce-" not in response["Content-Security-Policy"]
    assert [one["name"] for one in listed] == ["verify.html", "verify.py"]
    assert Client().get(f"{WELL_KNOWN}/settings.py").status_code == 404


def test_the_proof_of_a_bundle_is_public_and_of_no_other_entry(built: bundles.Built) -> None:
    found = Client().get(f"{WELL_KNOWN}/proofs/{built.id}.json")
    assert json.loads(found.content)["v"] == 1
    other = Leaf.objects.exclude(id=built.id).order_by("id")[0]
    for stranger in (other.id, ids.new_id()):
        assert Client().get(f"{WELL_KNOWN}/proofs/{stranger}.json").status_code == 404


def test_the_page_shows_fingerprint_state_and_dates(built: bundles.Built, olga: User) -> None:
    page = signed_in(olga).get("/journal/keys/").content.decode()
    fingerprint = signers.chain()[0].fingerprint
    assert fingerprint[:8] in page
    assert "Signs now" in page
    assert "Replace the key" not in page


def test_an_administrator_replaces_the_key_with_a_fresh_factor_and_a_reason(built: bundles.Built, adam: User) -> None:
    client, path = signed_in(adam), "/journal/keys/rotation/"
    assert client.post(path, {"reason": "", "overlap": 30}).status_code == 422
    assert client.post(path, {"reason": "Yearly", "overlap": 30})["Location"] == "/journal/keys/"
    assert [one.state(clock.now()) for one in signers.chain()] == ["overlapping", "current"]
    entry = Leaf.objects.get(event="journal.signer.succeeded")
    assert entry.actor_id == adam.id
    assert "Followed by a newer key" in client.get("/journal/keys/").content.decode()
    again = client.post(path, {"reason": "Again", "overlap": 30})
    assert (again.status_code, "Wait until the overlap" in again.content.decode()) == (409, True)


def test_nobody_else_may_and_a_stale_factor_is_not_enough(built: bundles.Built, adam: User, olga: User) -> None:
    given = {"reason": "Yearly", "overlap": 30}
    assert signed_in(olga).post("/journal/keys/rotation/", given).status_code == 403
    stale = signed_in(adam, fresh=False).post("/journal/keys/rotation/", given)
    assert stale["Location"].startswith("/step-up/")
    assert len(signers.chain()) == 1
