"""Signed reports: each file says the same, whoever may not see the subject sees no report, and taking one is an event."""

import csv
import io
import json
import zipfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from accounts.people.models import User
from compliance.reports import queries
from compliance.reports.models import Report
from compliance.reports.rules import Asked, registered
from compliance.reports.services import making, taking
from compliance.subjects.rules import Kind
from compliance.subjects.services import naming
from panel.journal.models import Leaf
from panel.journal.verifiers.verify import verify
from panel.kernel import clock, jobs
from panel.kernel.errors import Forbidden, Invalid, Missing
from panel.kernel.jobs import Run
from panel.kernel.models import Job
from tests.compliance.consent import stage as consents
from tests.compliance.requests.stage import EMAIL, in_work, visitor
from tests.compliance.retention.stage import NOW, agreed, carried_out, over_90_days
from tests.compliance.reviews.stage import make_assistant, share
from tests.factories.people import actor_of, signed_in
from tests.stage.visits import call, told, visit

pytestmark = pytest.mark.django_db
Files = dict[str, bytes]


def written(asker: User, kind: str, **asked: Any) -> Report:
    job = making.ask(actor=actor_of(asker), kind=kind, until=asked.pop("until", None), at=clock.now(), **asked)
    done = jobs.perform(job)
    assert done.state == "done", (done.error, done.log)
    return Report.objects.get(id=str(done.result_id))


def files(report: Report, reader: User, folder: Path) -> Files:
    _name, _type, data = taking.take(actor=actor_of(reader), report=report, part="zip", at=clock.now())
    (folder / "bundle.zip").write_bytes(data)
    assert verify(folder / "bundle.zip", kind=report.kind)["about"]["count"] == report.count
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def rows(found: Files) -> list[dict[str, str]]:
    """All files agree on the rows and on their number, or this fails."""
    lines = list(csv.DictReader(io.StringIO(found["rows.csv"].decode("utf-8-sig"))))
    stored, report = json.loads(found["rows.json"]), json.loads(found["report.json"])
    assert len(lines) == len(stored) == report["count"]
    assert [{name: str(value) for name, value in row.items()} for row in stored] == lines
    for section, numbers in report["numbers"].items():
        assert f"<h2>{section}</h2>" in found["report.html"].decode()
        for term, value in numbers.items():
            assert f"<td>{term}</td><td>{value}</td>" in found["report.html"].decode()
    assert found["report.pdf"].startswith(b"%PDF")
    return lines


def numbers(found: Files, section: str) -> dict[str, Any]:
    return dict(json.loads(found["report.json"])["numbers"][section])


def test_requests_are_counted_and_name_nobody(pia: User, olga: User, tmp_path: Path) -> None:
    in_work(visitor(), "access", pia)
    found = files(written(olga, "requests.report"), olga, tmp_path)
    (row,) = rows(found)
    assert (row["code"], row["kind"], row["in_time"]) == ("ACC-0001", "access", "")
    assert numbers(found, "Totals")["Open"] == 1
    assert not [name for name, data in found.items() if EMAIL.encode() in data]
    before = clock.now() - timedelta(days=1)
    assert rows(files(written(olga, "requests.report", until=before), olga, tmp_path)) == []


@pytest.mark.usefixtures("_the_day_of_retention")
def test_retention_tells_what_went(olga: User, tmp_path: Path) -> None:
    over_90_days(naming.subject_for(Kind.EMAIL, "erika@example.org"))
    run = carried_out(agreed())
    assert run.state == "completed"
    found = files(written(olga, "retention.report", since=NOW - timedelta(days=1)), olga, tmp_path)
    lines = rows(found)
    assert {row["run"] for row in lines} == {str(run.id)}
    assert sum(int(row["gone"]) for row in lines) == numbers(found, "Totals")["Gone"] >= 200
    assert numbers(found, "Runs by state") == {"completed": 1}


@pytest.fixture
def _the_day_of_retention(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


def test_consent_is_told_as_it_stood_at_an_instant(
    pia: User, olga: User, alice: User, bob: User, tmp_path: Path
) -> None:
    purpose = consents.make_purpose(pia)
    before = clock.now()
    consents.give(alice, purpose)
    consents.give(bob, purpose)
    given = clock.now()
    consents.withdraw(bob, purpose)
    withdrawn = clock.now()
    consents.rewrite(pia, purpose, "Other words", material=True)

    def states(at: datetime) -> dict[str, int]:
        found = files(written(olga, "consent.coverage", until=at), olga, tmp_path)
        lines, totals = rows(found), numbers(found, "Purpose improve")
        assert all(totals[state] == sum(row["state"] == state for row in lines) for state in totals)
        assert not [name for name, data in found.items() if b"bob@" in data]
        return {state: count for state, count in totals.items() if count}

    assert states(before) == {}
    assert states(given) == {"given": 2}
    assert states(withdrawn) == {"given": 1, "withdrawn": 1}
    assert states(clock.now()) == {"stale": 1, "withdrawn": 1}


def test_who_could_do_what_on_a_day(alice: User, bob: User, olga: User, tmp_path: Path) -> None:
    assistant = make_assistant(alice)
    before = clock.now()
    share(assistant, bob)
    lines = rows_of_people(files(written(olga, "reviews.standing"), olga, tmp_path))
    assert ("Bob", "Viewer", "Support desk") in lines
    assert not [row for row in rows_of_people(files(written(olga, "reviews.standing", until=before), olga, tmp_path))
                if row[0] == "Bob" and row[2]]  # fmt: skip


def rows_of_people(found: Files) -> set[tuple[str, str, str]]:
    lines = csv.DictReader(io.StringIO(found["rows.csv"].decode("utf-8-sig")))
    return {(row["who"], row["right"], row["object"]) for row in lines}


def test_only_who_may_see_the_subject_asks_and_takes(adam: User, bob: User, olga: User) -> None:
    report = written(olga, "requests.report")
    assert "requests.report" not in {one.name for one in queries.kinds(actor_of(adam))}  # an administrator sees none
    assert queries.get(actor_of(adam), report.id) is None
    for who in (adam, bob):
        with pytest.raises(Forbidden):
            making.ask(actor=actor_of(who), kind="requests.report", until=None, at=clock.now())
        with pytest.raises(Forbidden):
            taking.take(actor=actor_of(who), report=report, part="zip", at=clock.now())
    assert [one.name for one in queries.kinds(actor_of(olga))] == sorted(registered())
    with pytest.raises(Missing):
        taking.take(actor=actor_of(olga), report=report, part="exe", at=clock.now())


def test_who_lost_the_right_meanwhile_gets_none(adam: User) -> None:
    job = making.ask(actor=actor_of(adam), kind="retention.report", until=None, at=clock.now())
    adam.role_grants.all().delete()
    assert jobs.perform(job).state == "failed"
    assert not Report.objects.exists()


def test_days_to_come_and_periods_that_make_no_sense_are_refused(olga: User) -> None:
    at, day = clock.now(), timedelta(days=1)
    for kind, since, until in (
        ("requests.report", None, at + day),
        ("requests.report", at, at - day),
        ("consent.coverage", at - day, at),
        ("nonsense", None, None),
    ):
        with pytest.raises(Invalid):
            making.ask(actor=actor_of(olga), kind=kind, since=since, until=until, at=at)


def test_a_job_that_runs_again_writes_no_second_one(olga: User) -> None:
    report = written(olga, "consent.coverage")
    row = Job.objects.get(id=report.job)
    making.write(
        run=Run(row), kind=registered()["consent.coverage"], asked=Asked(None, clock.now(), clock.now())
    )  # fmt: skip
    assert Report.objects.count() == 1


def test_making_and_taking_are_entries_of_the_journal(olga: User) -> None:
    report = written(olga, "retention.report")
    made = Leaf.objects.get(event="journal.bundle.signed", object_id=report.id)
    assert (made.actor_id, made.id) == (olga.id, report.bundle_id)
    taking.take(actor=actor_of(olga), report=report, part="pdf", at=clock.now())
    leaf = Leaf.objects.get(event="reports.report.taken")
    assert (leaf.actor_id, leaf.object_id) == (olga.id, report.id)


class TestPages:
    def test_asked_for_written_listed_and_taken(self, olga: User) -> None:
        shown = told(visit(actor_of(olga), "/reports/new/?kind=consent.coverage"))
        assert "Who could do what" in shown
        assert (
            visit(
                actor_of(olga), "/reports/new/", {"kind": "consent.coverage", "until": "2099-01-01T10:00"}
            ).status_code
            == 422
        )
        answer = visit(actor_of(olga), "/reports/new/", {"kind": "consent.coverage"})
        assert answer.status_code == 302
        assert jobs.perform(Job.objects.get(name="reports.write")).state == "done"
        report = Report.objects.get()
        assert f"/reports/{report.id}/zip/" in told(visit(actor_of(olga), "/reports/"))
        assert visit(actor_of(olga), f"/reports/{report.id}/pdf/").content.startswith(b"%PDF")
        with pytest.raises(Missing):
            visit(actor_of(olga), f"/reports/{report.id}/exe/")

    def test_who_sees_no_subject_finds_no_page(self, bob: User) -> None:
        assert signed_in(bob).get("/reports/").status_code == 403


class TestApi:
    def test_ask_wait_take(self, olga: User) -> None:
        kinds = call(actor_of(olga), "get", "/api/v1/reports/kinds/").data
        assert {one["name"]: one["period"] for one in kinds}["reviews.standing"] is False
        asked = call(actor_of(olga), "post", "/api/v1/reports/", {"kind": "reviews.standing"})
        assert asked.status_code == 202, asked.data
        assert asked["Location"].endswith(f"/jobs/{asked.data['job']}/")
        done = jobs.perform(Job.objects.get(id=asked.data["job"]))
        one = call(actor_of(olga), "get", f"/api/v1/reports/{done.result_id}/").data
        assert one["kind"] == "reviews.standing"
        assert len(call(actor_of(olga), "get", "/api/v1/reports/").data["items"]) == 1
        bundle = signed_in(olga).get(f"/api/v1/reports/{done.result_id}/bundle/")
        assert "report.pdf" in zipfile.ZipFile(io.BytesIO(bundle.content)).namelist()

    def test_wrong_questions_are_answered_with_a_sentence(self, olga: User) -> None:
        for body in ({}, {"kind": "x"}, {"kind": "consent.coverage", "since": "2020-01-01T00:00:00Z"}):
            assert call(actor_of(olga), "post", "/api/v1/reports/", body).status_code in {400, 422}, body
