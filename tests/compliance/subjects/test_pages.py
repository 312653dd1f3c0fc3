"""Pages and API about subjects: pseudonyms for those who may see them, names for a reason only."""

from urllib.parse import urlsplit

import pytest
from django.test import Client

from accounts.people.models import User
from assistants.gateway.engine.ledger.payload import end_user
from compliance.subjects import queries, rules
from compliance.subjects.rules import Section
from compliance.subjects.services.naming import subject_for
from panel.journal.models import Leaf
from panel.kernel import ids
from panel.kernel.crypto import keyring
from tests.factories.people import make_person, signed_in

pytestmark = pytest.mark.django_db
APP = ids.new_id()


def text(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, path
    return str(response.content.decode())


def test_the_list_finds_an_exact_identifier_and_no_part_of_it(olga: User) -> None:
    ada = subject_for("email", "ada@example.org")
    stored = end_user("lena 42", keyring.secret(keyring.named("gateway"), "subjects"))
    lena = subject_for("end_user", stored, scope=APP)
    client = signed_in(olga)
    everybody = text(client, "/subjects/")
    assert queries.pseudonym(ada) in everybody
    assert "example.org" not in everybody
    hit = text(client, "/subjects/?q=Ada@Example.org")
    assert (queries.pseudonym(ada) in hit, queries.pseudonym(lena) in hit) == (True, False)
    assert queries.pseudonym(ada) not in text(client, "/subjects/?q=ada@example")
    assert queries.pseudonym(lena) in text(client, f"/subjects/?q={lena}")
    assert queries.exact(["lena 42"], queries.scopes()) == {lena}


def test_names_are_masked_until_somebody_says_why(pia: User, olga: User) -> None:
    ada = subject_for("email", "ada@example.org")
    client = signed_in(pia)
    assert "ada@example.org" not in text(client, f"/subjects/{ada}/")
    assert "a…@e….org" in text(client, f"/subjects/{ada}/")
    assert client.post(f"/subjects/{ada}/reveal/", {"reason": ""}).status_code == 422
    shown = client.post(f"/subjects/{ada}/reveal/", {"reason": "She called"})
    assert "ada@example.org" in shown.content.decode()
    assert Leaf.objects.filter(event="subjects.identifier.revealed").count() == 1
    assert "Names of a data subject read" in text(client, f"/subjects/{ada}/")
    assert signed_in(olga).post(f"/subjects/{ada}/reveal/", {"reason": "Curious"}).status_code == 403


def test_reading_names_asks_for_a_fresh_factor(pia: User) -> None:
    ada = subject_for("email", "ada@example.org")
    response = signed_in(pia, fresh=False).post(f"/subjects/{ada}/reveal/", {"reason": "She called"})
    assert response["Location"].startswith("/step-up/")


def test_strangers_see_nobody(charlie: User) -> None:
    ada = subject_for("email", "ada@example.org")
    for path in ("/subjects/", f"/subjects/{ada}/", "/api/v1/subjects/"):
        assert signed_in(charlie).get(path).status_code == 403


def test_a_merge_is_asked_for_by_an_exact_identifier(pia: User) -> None:
    ada, other = subject_for("email", "ada@example.org"), subject_for("account", str(ids.new_id()))
    client = signed_in(pia)
    path = f"/subjects/{other}/merge/"
    assert client.post(path, {"other": "nobody@example.org", "reason": "x"}).status_code == 422
    assert client.post(path, {"other": "ada@example.org", "reason": "Same person"})["Location"] == f"/subjects/{other}/"
    assert queries.together(ada) == [ada]


def test_the_api_gives_pseudonyms_and_finds_exactly(olga: User) -> None:
    ada = subject_for("email", "ada@example.org")
    subject_for("email", "bo@example.org")
    found = signed_in(olga).get("/api/v1/subjects/", {"identifier": "ada@example.org"}).json()["items"]
    assert [(one["id"], one["known_by"], one["subjects"]) for one in found] == [(str(ada), ["email"], [str(ada)])]
    assert signed_in(olga).get(f"/api/v1/subjects/{ada}/").json()["id"] == str(ada)
    assert signed_in(olga).get(f"/api/v1/subjects/{ids.new_id()}/").status_code == 404


def test_an_application_gets_a_link_for_its_end_user_once(pia: User) -> None:
    given = {"end_user": "lena 42", "assistant": str(APP)}
    made = signed_in(pia).post("/api/v1/subjects/links/", given, content_type="application/json")
    assert made.status_code == 201
    assert Client().post(urlsplit(made.json()["url"]).path).status_code == 302
    assert queries.exact(["lena 42"], queries.scopes())


def test_sections_of_other_slices_stand_in_the_centre(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "_sections", {})
    rules.register_section(Section("a", "Policies of ours", "What we promise", "subjects:centre", mine=False))
    rules.register_section(
        Section("b", "Choices of yours", "What you allow", "subjects:mine", fact=lambda visitor, _at: "2 of 3 given")
    )
    page = text(Client(), "/privacy/")
    assert "Policies of ours" in page
    assert "2 of 3 given" not in page
    assert "2 of 3 given" in text(signed_in(make_person("dora")), "/privacy/mine/")
