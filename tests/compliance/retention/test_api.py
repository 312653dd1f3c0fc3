"""The API does what the pages do: periods, runs, the switch, holds; what two people agree to answers 202."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.approvals.models import Approval
from accounts.people.models import User
from compliance.holds.models import Hold
from compliance.holds.rules.scope import Kind, Line
from compliance.retention.models import Rule, Run
from compliance.retention.services import planning
from panel.kernel.registries import deletion
from tests.compliance.holds import stage as holds
from tests.compliance.retention import stage
from tests.factories.people import signed_in

pytestmark = pytest.mark.django_db
JSON: dict[str, Any] = {"content_type": "application/json"}
LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)


@pytest.fixture
def api(pia: User) -> Client:
    return signed_in(pia)


def previewed(api: Client) -> Run:
    stage.talk(holds.make_subject(), [LONG_AGO])
    made = api.post(reverse("retention:api_runs"), {}, **JSON)
    assert made.status_code == 201
    return Run.objects.get(id=made.json()["id"])


def at(name: str, run: Run) -> str:
    return reverse(f"retention:{name}", args=[run.id])


def test_longer_counts_at_once_and_shorter_is_asked_of_a_second_person(api: Client) -> None:
    here = reverse("retention:api_class", args=["standard"])
    tag = api.get(here).headers["ETag"]
    assert api.patch(here, {"days": 60, "reason": "r"}, **JSON).status_code == 428
    longer = api.patch(here, {"days": 60, "reason": "We need it"}, **JSON, headers={"If-Match": tag})
    assert (longer.status_code, longer.json()["days"]) == (200, 60)
    assert api.patch(here, {"days": 50, "reason": "r"}, **JSON, headers={"If-Match": tag}).status_code == 412
    tag = longer.headers["ETag"]
    shorter = api.patch(here, {"days": 20, "reason": "We do not"}, **JSON, headers={"If-Match": tag})
    assert shorter.status_code == 202
    approval = Approval.objects.get(id=shorter.json()["approval"])
    assert (approval.kind, approval.digest) == ("retention.shorten", shorter.json()["digest"])
    assert Rule.objects.get(name="standard").days == 60


@pytest.mark.parametrize("days", [0, -1, 1.5, "30 days", 10**9, None, [], True])
def test_a_wrong_period_names_the_bound_and_changes_nothing(api: Client, days: object) -> None:
    here = reverse("retention:api_class", args=["standard"])
    answer = api.patch(here, {"days": days, "reason": "r"}, **JSON, headers={"If-Match": "*"})
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == ["days"]
    assert Rule.objects.get(name="standard").days == 30


def test_a_run_is_looked_at_again_asked_for_stopped_and_refused_once_called_off(api: Client) -> None:
    run = previewed(api)
    due = {one["rule"]: one["due"] for one in api.get(at("api_run", run)).json()["preview"] if one["due"]}
    assert due == {"standard": 1}
    asked = api.post(at("api_approval", run), {"reason": "It is due"}, **JSON)
    assert asked.status_code == 202
    assert Approval.objects.get(id=asked.json()["approval"]).kind == planning.APPROVE
    assert api.post(at("api_looking_again", run)).json()["state"] == "previewed"
    assert api.get(at("api_manifest", run)).status_code == 404
    assert api.post(at("api_abortion", run)).json()["state"] == "withdrawn"
    refused = api.post(at("api_resumption", run))
    assert (refused.status_code, refused.json()["code"]) == (409, "retention_not_possible")


def test_what_a_run_did_is_read_step_by_step_and_its_manifest_downloaded(api: Client) -> None:
    stage.talk(holds.make_subject(), [LONG_AGO])
    run = stage.carried_out(stage.agreed())
    steps = api.get(at("api_steps", run)).json()["items"]
    assert sum(one["gone"] for one in steps) == 1
    assert api.get(at("api_manifest", run)).content[:2] == b"PK"


def test_the_switch_is_read_and_turned(api: Client, bob: User) -> None:
    here = reverse("retention:api_switch")
    assert api.get(here).json() == {"stopped": False}
    for _again in range(2):
        assert api.put(here, {"stopped": True}, **JSON).json() == {"stopped": True}
    assert deletion.is_stopped()
    assert api.post(reverse("retention:api_runs"), {}, **JSON).status_code == 409
    assert signed_in(bob).put(here, {"stopped": False}, **JSON).status_code == 403
    assert deletion.is_stopped()
    assert api.put(here, {"stopped": "perhaps"}, **JSON).status_code == 422
    api.put(here, {"stopped": False}, **JSON)
    assert not deletion.is_stopped()


def test_gauges_name_what_is_older_than_promised(api: Client) -> None:
    stage.talk(holds.make_subject(), [LONG_AGO])
    found = {(one["rule"], one["is_late"]) for one in api.get(reverse("retention:api_gauges")).json() if one["oldest"]}
    assert ("standard", True) in found


def test_a_hold_is_let_go_by_two_people_called_off_and_its_refusals_listed(api: Client, pia: User) -> None:
    hold = holds.place(pia, Line(Kind.SUBJECT, holds.make_subject()))
    here = {name: reverse(f"holds:api_{name}", args=[hold.id]) for name in ("release", "keeping", "discard")}
    asked = api.post(here["release"], {"reason": holds.REASON}, **JSON)
    assert asked.status_code == 202
    assert Approval.objects.filter(id=asked.json()["approval"]).exists()
    assert api.post(here["release"], {"reason": ""}, **JSON).status_code == 422
    assert api.post(here["keeping"], {"reason": holds.REASON}, **JSON).json()["state"] == "active"
    assert api.post(here["discard"], {}, **JSON).status_code == 409
    assert Hold.objects.get().state == "active"
    assert api.get(reverse("holds:api_attempts")).json()["items"] == []


def test_what_no_one_asked_for_is_missing(api: Client) -> None:
    nowhere = Run(id=holds.make_subject(), made_at=LONG_AGO + timedelta(days=1))
    for name in ("api_steps", "api_manifest", "api_run"):
        assert api.get(at(name, nowhere)).status_code == 404, name
    assert api.get(reverse("retention:api_class", args=["none"])).status_code == 404
