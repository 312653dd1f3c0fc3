"""The pages: keepers write and ask, staff read and accept, the public reads without an account."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.people.models import User
from compliance.policies.models import Policy
from compliance.policies.rules.content import Text
from panel.kernel.errors import Missing
from tests.compliance.policies.stage import edit, fresh, publish, write
from tests.factories.people import signed_in
from tests.stage.visits import call, told, visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def policy(pia: User) -> Policy:
    return write(pia)


def page(name: str, policy: Policy, *more: Any) -> str:
    return reverse(f"policies:{name}", args=[policy.id, *more])


def test_the_list_says_what_is_in_force(pia: User, adam: User, policy: Policy) -> None:
    assert "Not published" in told(visit(fresh(pia), reverse("policies:list")))
    publish(pia, adam, policy)
    shown = told(visit(fresh(pia), reverse("policies:list")))
    assert "In force" in shown
    assert "v1" in shown
    assert "Nothing matches" in told(visit(fresh(pia), reverse("policies:list") + "?q=zzz"))


def test_a_new_policy_begins_with_a_starter(pia: User) -> None:
    given = {"kind": "notice", "name": "Notice", "slug": "notice", "starter": "on", "grace_days": 14}
    answer = visit(fresh(pia), reverse("policies:new"), given)
    assert answer.status_code == 302
    shown = told(visit(fresh(pia), answer["Location"]))
    assert "[[postal address]]" in shown
    assert "Text, Deutsch" in shown


def test_a_language_can_be_added_to_a_draft(pia: User, policy: Policy) -> None:
    assert "Text, Français" in told(visit(fresh(pia), page("edit", policy) + "?add=fr"))


def test_the_question_shows_the_difference(pia: User, adam: User, policy: Policy) -> None:
    publish(pia, adam, policy)
    edit(pia, policy, Text("How we use assistants", "We use them with great care.\n\n- One\n- Two"))
    shown = told(visit(fresh(pia), page("publication", policy)))
    assert "<mark>great" in shown
    assert visit(fresh(pia), page("publication", policy), {"reason": "clearer"}).status_code == 302


def test_scripts_and_images_in_a_text_stay_words(pia: User, adam: User) -> None:
    evil = Text("T", "<script>alert(1)</script> ![x](http://evil.example/p.png) [a](javascript:alert(1))")
    found = write(pia, slug="evil", kind="notice", text=evil)
    publish(pia, adam, found)
    shown = Client().get(reverse("policies:public_current", args=["evil"])).content.decode()
    assert "<script>alert" not in shown
    assert "<img" not in shown
    assert 'href="javascript' not in shown


def test_staff_read_and_accept(pia: User, adam: User, bob: User, policy: Policy) -> None:
    version = publish(pia, adam, policy)
    assert "Using assistants" in told(visit(fresh(bob), reverse("policies:mine")))
    url = reverse("policies:read", args=["use"])
    answer = visit(fresh(bob), url, {"version": str(version.id), "language": "en"})
    assert answer.status_code == 302
    assert "Nothing. You accepted" in told(visit(fresh(bob), reverse("policies:mine")))
    assert "Bob" in told(visit(fresh(pia), page("acceptances", policy)))


def test_the_public_reads_notices_and_their_archive_but_no_internal_policy(
    pia: User, adam: User, policy: Policy, client: Client
) -> None:
    publish(pia, adam, policy)
    notice = write(pia, slug="notice", kind="notice", text=Text("Our notice", "We are careful."))
    assert client.get(reverse("policies:public_current", args=["notice"])).status_code == 404
    publish(pia, adam, notice)
    edit(pia, notice, Text("Our notice", "We are very careful."))
    publish(pia, adam, notice)
    listed = client.get(reverse("policies:public")).content.decode()
    assert "Our notice" in listed
    assert "Using assistants" not in listed
    now = client.get(reverse("policies:public_current", args=["notice"])).content.decode()
    assert "We are very careful." in now
    old = client.get(reverse("policies:public_version", args=["notice", 1])).content.decode()
    assert "not the version in force" in old
    assert client.get(reverse("policies:public_current", args=["use"])).status_code == 404
    assert client.get(reverse("policies:public_version", args=["notice", 9])).status_code == 404


def test_global_privacy_control_is_declared(client: Client) -> None:
    answer = client.get("/.well-known/gpc.json")
    assert answer.json()["gpc"] is True
    assert answer["Content-Type"] == "application/json"


def test_a_draft_is_hidden_from_members(bob: User, policy: Policy) -> None:
    with pytest.raises(Missing):
        visit(fresh(bob), page("detail", policy))
    assert signed_in(bob).get(page("detail", policy)).status_code in {403, 404}


def test_the_api_writes_a_draft_and_asks(pia: User, adam: User, policy: Policy) -> None:
    made = call(
        fresh(pia), "post", reverse("policies:api_policies"),
        {"name": "Terms", "slug": "terms", "kind": "terms", "texts": {"en": {"title": "T", "body": "b"}}},
    )  # fmt: skip
    assert made.status_code == 201
    draft = reverse("policies:api_draft", args=[made.data["id"]])
    tag = call(fresh(pia), "get", draft)["ETag"]
    text = {"texts": {"en": {"title": "T", "body": "Better"}}}
    assert call(fresh(pia), "put", draft, text, if_match=tag).status_code == 200
    assert call(fresh(pia), "put", draft, text, if_match=tag).status_code == 412
    asked = call(fresh(pia), "post", reverse("policies:api_publication", args=[made.data["id"]]), {"reason": "x"})
    assert asked.status_code == 202
    assert asked.data["digest"]
