"""One line through everything: begin, freeze, decide, revoke with proof, close, and a report that verifies offline."""

import csv
import io
import json
import subprocess
import sys
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from accounts.access import queries as access
from accounts.access.rules import ObjectRole
from accounts.people.models import User
from assistants.catalog.models import Assistant
from assistants.catalog.rules import permits
from compliance.reviews.models import Campaign, Decision, Evidence, Item, Report
from compliance.reviews.queries import reading
from compliance.reviews.services import closing
from compliance.reviews.services.reports import kept
from panel.journal import bundles
from panel.journal.models import Leaf
from panel.kernel import clock
from tests.compliance.reviews.stage import begin, decide, fresh, item_of, make_assistant, run, share
from tests.factories.people import actor_of
from tests.stage.visits import told, visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def closed(adam: User, alice: User, bob: User, charlie: User, pia: User) -> Campaign:
    """bob's grant is revoked, charlie's is kept, the owner's is reviewed by pia."""
    assistant = make_assistant(alice)
    bobs, charlies = share(assistant, bob), share(assistant, charlie, ObjectRole.EDITOR)
    campaign = begin(adam, alice, pia, kinds=["grant"])
    decide(alice, item_of(campaign, bobs), "revoke")
    decide(alice, item_of(campaign, charlies), "keep", "=cmd|' /C calc'!A0")
    for item in campaign.items.waiting():
        decide(pia, item, "keep", "owns it")
    closing.close(actor=fresh(adam), campaign=campaign, at=clock.now())
    run("reviews.close", campaign)
    campaign.refresh_from_db()
    return campaign


def files_of(campaign: Campaign, reader: User) -> dict[str, bytes]:
    found = reading.report_of(campaign)
    assert found is not None
    _name, _type, data = kept.take(
        actor=fresh(reader), report=Report.objects.get(id=found.id), part="zip", at=clock.now()
    )
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_revoking_acts_at_once_and_is_proved(closed: Campaign, bob: User, charlie: User) -> None:
    lost = closed.items.get(holder_id=bob.id)
    proof = Evidence.objects.get(item=lost)
    assert [one["status"] for one in proof.before] == [200, 200]
    assert [one["status"] for one in proof.after] == [404, 404]
    assert {one["route"] for one in proof.after} == {f"/assistants/{lost.object_id}/", "/v1/chat/completions"}
    assistant = Assistant.objects.get(id=str(lost.object_id))
    assert not access.can(actor_of(bob), permits.VIEW, assistant)
    assert access.can(actor_of(charlie), permits.VIEW, assistant)


def test_its_page_says_who_was_tried(closed: Campaign, bob: User, olga: User) -> None:
    lost = closed.items.get(holder_id=bob.id)
    page = told(visit(fresh(olga), reverse("reviews:item", args=[lost.id])))
    assert "Tried before and after" in page
    assert page.count("200 → 404") == 2
    assert "by another right" not in page


def test_the_report_is_what_was_frozen_and_decided(closed: Campaign, olga: User) -> None:
    files = files_of(closed, olga)
    told = json.loads(files["report.json"])
    rows = list(csv.DictReader(io.StringIO(files["rows.csv"].decode("utf-8-sig"))))
    assert told["numbers"]["count"] == len(rows) == len(json.loads(files["rows.json"])) == closed.count == 3
    assert told["numbers"]["states"] == {"kept": 2, "revoked": 1}
    assert told["numbers"]["proved"] == 1
    assert sorted(row["state"] for row in rows) == ["kept", "kept", "revoked"]
    assert sha256(files["population.jsonl"]).hexdigest() == closed.digest == told["population"]["sha256"]
    assert files["population.jsonl"].count(b"\n") == closed.count
    frozen = Leaf.objects.get(event="reviews.campaign.frozen", object_id=closed.id)
    assert closed.digest.encode() in bytes(frozen.data)
    assert files["report.pdf"].startswith(b"%PDF")
    assert b"Bob" in files["report.html"]
    assert all(not row["reason"].startswith("=") for row in rows)
    assert b"<script" not in files["report.html"]
    assert closed.drift == {"added": 0, "ended": 0, "changed": 0}


def test_the_bundle_verifies_with_the_network_off_and_a_changed_one_does_not(
    closed: Campaign, olga: User, tmp_path: Path
) -> None:
    found = Report.objects.get(campaign=closed)
    _name, _type, data = kept.take(actor=fresh(olga), report=found, part="zip", at=clock.now())
    (tmp_path / "report.zip").write_bytes(data)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        (tmp_path / "verify.py").write_bytes(archive.read("verify.py"))
    (tmp_path / "known.json").write_bytes(bundles.keys())
    command = [sys.executable, "verify.py", "--keys", "known.json", "report.zip"]
    good = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert good.returncode == 0, good.stdout + good.stderr
    (tmp_path / "report.zip").write_bytes(data.replace(b"revoked", b"revokes"))
    bad = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert bad.returncode != 0
    assert "report.html was changed" in bad.stdout


def test_a_closed_review_cannot_be_changed(closed: Campaign) -> None:
    item = closed.items.first()
    assert item is not None
    for act in (
        lambda: Campaign.objects.filter(id=closed.id).update(name="other"),
        lambda: Campaign.objects.filter(id=closed.id).delete(),
        lambda: Item.objects.filter(id=item.id).update(state="kept", by_default=True),
        lambda: Item.objects.filter(id=item.id).delete(),
        lambda: Decision.objects.filter(campaign=closed).delete(),
        lambda: Evidence.objects.filter(campaign=closed).update(after=[]),
        lambda: Decision.objects.create(
            item=item, campaign=closed, act="keep", by_kind="system", at=clock.now(), batch=closed.id, size=1
        ),
        lambda: Report.objects.filter(campaign=closed).delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()


def test_what_was_frozen_cannot_be_changed_while_it_is_open(adam: User, alice: User, bob: User) -> None:
    share(make_assistant(alice), bob)
    campaign = begin(adam, alice, kinds=["grant"])
    for act in (
        lambda: campaign.items.update(right="owner"),
        lambda: campaign.items.update(facts=b"{}"),
        lambda: campaign.items.all().delete(),
        lambda: Campaign.objects.filter(id=campaign.id).update(count=0),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()
    assert campaign.items.update(state="flagged", decided_at=clock.now()) == 2


def test_taking_the_report_is_an_event(closed: Campaign, olga: User) -> None:
    files_of(closed, olga)
    assert Leaf.objects.filter(event="reviews.report.taken", actor_id=olga.id).count() == 1
