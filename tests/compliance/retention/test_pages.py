"""Pages of holds and retention answer who may, refuse who may not, and turn nonsense into words beside the field."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.approvals.models import Approval
from accounts.people.models import User
from assistants.catalog.services import assistants
from compliance.holds.models import Hold
from compliance.holds.rules.scope import Kind, Line
from compliance.retention.models import Rule, Run
from compliance.retention.services import ruling
from panel.kernel import clock
from panel.kernel.registries import deletion
from tests.compliance.holds import stage as holds
from tests.compliance.retention import stage
from tests.factories.people import signed_in

pytestmark = pytest.mark.django_db
SEEN = ("holds:list", "holds:attempts", "retention:list", "retention:gauges", "retention:runs")


@pytest.fixture
def pages(pia: User) -> Client:
    return signed_in(pia)


def test_lists_open_for_keepers_and_not_for_strangers(pages: Client, bob: User) -> None:
    stranger = signed_in(bob)
    for name in SEEN:
        assert pages.get(reverse(name)).status_code == 200, name
        assert stranger.get(reverse(name)).status_code == 403, name


def test_a_hold_is_placed_widened_and_its_release_asked_for(pages: Client) -> None:
    subject = holds.make_subject()
    sent = {
        "reference": "M-7",
        "title": "Matter of Mona",
        "kind": "subject",
        "value": str(subject),
        "reason": holds.REASON,
    }
    placed = pages.post(reverse("holds:new"), sent)
    hold = Hold.objects.get()
    assert placed.headers["Location"] == reverse("holds:detail", args=[hold.id])
    page = pages.get(placed.headers["Location"]).content.decode()
    assert "Matter of Mona" in page
    assert str(subject) in page
    wider = {"kind": "period", "from_day": "2026-01-01", "to_day": "2026-01-31", "reason": holds.REASON}
    assert pages.post(reverse("holds:widening", args=[hold.id]), wider).status_code == 302
    asked = pages.post(reverse("holds:release", args=[hold.id]), {"reason": holds.REASON})
    assert asked.status_code == 302
    hold.refresh_from_db()
    assert (hold.revision, hold.state) == (2, "active")


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"kind": "subject", "value": "no id"}, "UUID"),
        ({"kind": "period"}, "first and a last day"),
        ({"kind": "period", "from_day": "2026-02-01", "to_day": "2026-01-01"}, "not before"),
        ({"kind": "bogus"}, "bogus"),
        ({"kind": "conversation"}, "Say which one"),
    ],
)
def test_a_wrong_hold_is_told_beside_its_field(pages: Client, sent: dict[str, str], told: str) -> None:
    given = {"reference": "M-7", "title": "Matter", "reason": holds.REASON, **sent}
    answer = pages.post(reverse("holds:new"), given)
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert not Hold.objects.exists()


@pytest.mark.parametrize("days", ["0", "-1", "1.5", "30 days", "1000000000", "", "<b>"])
def test_a_wrong_period_is_told_and_changes_nothing(pages: Client, days: str) -> None:
    sent = {"days": days, "revision": 1, "reason": holds.REASON}
    assert pages.post(reverse("retention:period", args=["standard"]), sent).status_code == 422
    assert Rule.objects.get(name="standard").days == 30


def test_a_run_is_looked_at_approved_and_its_manifest_downloaded(pages: Client) -> None:
    stage.talk(holds.make_subject(), [stage.NOW.replace(year=2025)])
    assert pages.post(reverse("retention:new_run")).status_code == 302
    run = Run.objects.get()
    here = reverse("retention:run", args=[run.id])
    assert "first run of this class" in pages.get(here).content.decode()
    assert pages.get(reverse("retention:manifest", args=[run.id])).status_code == 404
    assert pages.post(reverse("retention:approval", args=[run.id]), {"reason": holds.REASON}).status_code == 302
    pages.post(reverse("retention:abortion", args=[run.id]))
    done = stage.carried_out(stage.agreed())
    page = pages.get(reverse("retention:run", args=[done.id])).content.decode()
    assert "conversations_callcontent_standard_20251120" in page
    assert pages.get(reverse("retention:manifest", args=[done.id])).content[:2] == b"PK"


def test_the_switch_shows_on_every_page(pages: Client) -> None:
    pages.post(reverse("retention:switch"), {"stopped": "yes"})
    assert deletion.is_stopped()
    assert "Every job that deletes is stopped." in pages.get(reverse("holds:list")).content.decode()
    pages.post(reverse("retention:switch"), {"stopped": "no"})
    assert not deletion.is_stopped()


def test_the_api_lists_previews_and_names_what_is_wrong(pages: Client, pia: User) -> None:
    hold = holds.place(pia, Line(Kind.SUBJECT, holds.make_subject()))
    for name in ("holds:api_holds", "retention:api_classes", "retention:api_preview", "retention:api_runs"):
        assert pages.get(reverse(name)).status_code == 200, name
    assert pages.get(reverse("holds:api_lines", args=[hold.id])).json()
    wrong = pages.post(reverse("retention:api_classes"), {"name": "x", "days": 1.5}, content_type="application/json")
    assert wrong.status_code == 422
    assert "from 1 to 3650" in wrong.content.decode()


def test_an_assistant_keeps_shorter_than_the_organisation(pages: Client, pia: User, alice: User, bob: User) -> None:
    ruling.make(actor=holds.fresh(pia), name="brief", days=2, at=clock.now())
    ruling.make(actor=holds.fresh(pia), name="roomy", days=90, at=clock.now())
    desk = assistants.create(actor=holds.fresh(alice), name="Desk", slug="desk", at=clock.now())
    here = reverse("conversations:retention", args=[desk.id])
    page = pages.get(here).content.decode()
    assert "30 days now" in page
    assert "roomy" not in page
    assert pages.post(here, {"rule": "roomy"}).status_code == 422
    assert pages.post(here, {"rule": "brief"}).status_code == 302
    assert "2 days now" in pages.get(here).content.decode()
    stranger = signed_in(bob)
    assert stranger.get(here).status_code == 404


def test_a_run_that_waits_says_so_and_is_called_off_for_good(pages: Client) -> None:
    stage.talk(holds.make_subject(), [stage.NOW.replace(year=2025)])
    pages.post(reverse("retention:new_run"))
    run = Run.objects.get()
    here = reverse("retention:run", args=[run.id])
    assert reverse("retention:approval", args=[run.id]) in pages.get(here).content.decode()
    pages.post(reverse("retention:approval", args=[run.id]), {"reason": holds.REASON})
    page = pages.get(here).content.decode()
    assert reverse("approvals:approval", args=[Approval.objects.get().id]) in page
    assert reverse("retention:approval", args=[run.id]) not in page
    told = pages.post(reverse("retention:abortion", args=[run.id]), follow=True).content.decode()
    assert "Called off. Nothing was deleted" in told


def test_a_hold_is_begun_from_the_page_of_a_data_subject(pages: Client) -> None:
    subject = holds.make_subject()
    page = pages.get(reverse("subjects:subject", args=[subject])).content.decode()
    link = f"{reverse('holds:new')}?kind=subject&amp;value={subject.hex}"
    assert link in page
    assert str(subject.hex) in pages.get(link.replace("&amp;", "&")).content.decode()
