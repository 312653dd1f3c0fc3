"""The data map and the record of processing: what the code says is what the page and the files say."""

import csv
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest

from accounts.people.models import User
from assistants.providers.models import Provider
from panel.journal.models import Leaf
from panel.kernel import clock, ids
from panel.kernel.registries import privacy
from panel.kernel.registries.processing import Recipient
from tests.factories.calls import make_call
from tests.factories.people import signed_in

pytestmark = pytest.mark.django_db
MAP, RECORD = "/data-map/", "/data-map/record/"


def rows(answer: Any) -> list[list[str]]:
    content = b"".join(answer) if answer.streaming else answer.content
    return list(csv.reader(StringIO(content.decode())))


def provider(**changes: str) -> Provider:
    made = Provider(
        name="Paris", kind="openai", base_url="https://models.example", epoch=0, created_at=clock.now(),
        changed_at=clock.now(), **changes,
    )  # fmt: skip
    made.save()
    return made


def test_the_map_lists_every_declaration_and_can_be_taken_away(pia: User) -> None:
    client = signed_in(pia)
    found = rows(client.get(f"{MAP}?format=csv"))
    assert len(found) - 1 == len(privacy.declarations()) + len(privacy.stores())
    assert [row[0] for row in found if row[0] == "people.user.full_name"] == ["people.user.full_name"]
    page = client.get(f"{MAP}?category=content&personal=yes").content.decode()
    assert "conversations.callcontent.sealed" in page
    assert "providers.provider.name" not in page
    assert "No field is silent" in page


def test_a_provider_that_got_data_and_is_not_declared_is_flagged(pia: User) -> None:
    silent = provider()
    make_call(provider=silent.id, upstream_status=200)
    text = signed_in(pia).get(RECORD).content.decode()
    assert "Data went to Paris, and its legal entity or country is not declared." in text
    Provider.objects.filter(id=silent.id).update(legal_entity="Paris AI SAS", country="FR")
    text = signed_in(pia).get(RECORD).content.decode()
    assert "is not declared" not in text
    assert "Paris AI SAS" in text


def test_one_that_got_nothing_is_no_finding_and_one_that_is_gone_is_told(pia: User) -> None:
    provider()
    make_call(provider=ids.new_id(), upstream_status=200)
    text = signed_in(pia).get(RECORD).content.decode()
    assert "Data went to Paris" not in text
    assert "Data went to A provider that was removed" in text


@pytest.mark.parametrize(("country", "third"), [("SE", False), ("no", False), ("US", True), ("GB", True), ("", False)])
def test_what_lies_outside_the_eea_is_a_third_country(country: str, third: bool) -> None:
    assert Recipient("x", country=country).third_country is third
    assert Recipient("x", country=country, seen=clock.now() - timedelta(days=1)).undeclared


def test_the_record_names_the_letters_of_the_article_and_who_answers(pia: User) -> None:
    client = signed_in(pia)
    sent = {"name": "Lindqvist AB", "address": "Hamngatan 1", "contact": "privacy@lindqvist.example", "officer": "=cmd"}
    assert client.post("/data-map/controller/", sent).status_code == 302
    page = client.get(RECORD).content.decode()
    for letter in ("(a)", "(b)", "(c)", "(d)", "(e)", "(f)", "(g)"):
        assert letter in page
    assert "Nobody has named" not in page
    table = rows(client.get(f"{RECORD}csv/"))
    assert ["(a) Who is responsible", "Address", "Hamngatan 1", "", ""] in table
    assert ["(a) Who is responsible", "Data protection officer", "'=cmd", "", ""] in table
    paper = client.get(f"{RECORD}pdf/")
    assert paper["Content-Type"] == "application/pdf"
    assert paper.content.startswith(b"%PDF-")
    events = list(Leaf.objects.filter(event__startswith="auditing.").order_by("id").values_list("event", flat=True))
    assert events == ["auditing.controller.named", "auditing.record.exported", "auditing.record.exported"]


def test_an_auditor_reads_it_and_cannot_name_the_controller(olga: User, bob: User) -> None:
    assert signed_in(olga).get(RECORD).status_code == 200
    assert signed_in(olga).post("/data-map/controller/", {"name": "x"}).status_code == 403
    assert signed_in(bob).get(MAP).status_code == 403
