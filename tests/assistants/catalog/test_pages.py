"""The pages of assistants, as somebody sees them."""

import re
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.access.rules import ObjectRole
from assistants.catalog.models import Assistant, AssistantUserGrant, AssistantVersion, Draft
from assistants.catalog.services import grants
from panel.kernel import actors, clock
from panel.kernel.actors import Actor
from panel.kernel.errors import Forbidden, Missing
from tests.assistants.catalog.stage import CONSOLE, live, new, policy, provider, publish
from tests.factories.people import actor_of, make_person, make_team
from tests.stage.visits import told, visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def olivia() -> Actor:
    return actor_of(make_person("olivia", role="operator"))


def url(name: str, assistant: Assistant, *more: object) -> str:
    return reverse(f"catalog:{name}", args=[assistant.id, *more])


def again(assistant: Assistant) -> Assistant:
    return Assistant.objects.select_related("live_version").get(id=assistant.id)


class TestList:
    def test_it_shows_what_somebody_may_see_and_nothing_else(self, olivia: Actor) -> None:
        new("mine", actor=olivia)
        live("foreign")
        shown = told(visit(olivia, reverse("catalog:list")))
        assert "mine" in shown
        assert "foreign" not in shown

    def test_state_and_version_stand_in_the_row(self) -> None:
        live()
        shown = told(visit(CONSOLE, reverse("catalog:list")))
        assert "Live" in shown
        assert "v1" in shown

    def test_it_can_be_searched_filtered_and_taken_away(self, olivia: Actor) -> None:
        new("mine", actor=olivia)
        base = reverse("catalog:list")
        assert "Nothing matches" in told(visit(olivia, f"{base}?q=zzz"))
        assert "Nothing matches" in told(visit(olivia, f"{base}?state=live"))
        assert "mine" in told(visit(olivia, f"{base}?view=mine"))
        assert b"Mine" in b"".join(visit(olivia, f"{base}?format=csv"))

    def test_a_list_of_fifty_costs_as_many_questions_as_a_list_of_two(self, olivia: Actor) -> None:
        def asked() -> list[str]:
            # An opened data key is kept for a minute: the first visit may ask for it again, the second never does.
            visit(olivia, reverse("catalog:list"))
            with CaptureQueriesContext(connection) as seen:
                visit(olivia, reverse("catalog:list"))
            return [re.sub(r"sync_\d+|'[^']*'", "", one["sql"].partition(" WHERE ")[0]) for one in seen]

        for n in range(50):
            new(f"a{n}", actor=olivia)
            if n == 1:
                two = asked()
        assert asked() == two
        assert len(two) <= 17


class TestNewToLive:
    def test_an_operator_makes_writes_and_publishes_one(self, olivia: Actor) -> None:
        made = visit(olivia, reverse("catalog:new"), {"name": "IT desk", "slug": "it-desk", "description": ""})
        assert made.status_code == 302
        assistant = Assistant.objects.get(slug="it-desk")
        draft = {
            "system_prompt": "Help with computers.",
            "provider": str(provider()),
            "model": "demo-1",
            "policy": str(policy()),
            "temperature": "0.2",
            "revision": "1",
        }
        assert visit(olivia, url("draft", assistant), draft).status_code == 302
        assert "Publish v1 of IT desk?" in told(visit(olivia, url("publication", assistant)))
        visit(olivia, url("publication", assistant), {"message": "First", "revision": "2"})
        assert again(assistant).state == "live"
        page = told(visit(olivia, url("detail", assistant)))
        assert "it-desk" in page
        assert "from openai import OpenAI" in page

    def test_a_stale_draft_keeps_what_was_typed_and_says_so(self, olivia: Actor) -> None:
        assistant = new(actor=olivia)
        publish(assistant, "One.")
        answer = visit(olivia, url("draft", assistant), {"system_prompt": "My long text", "revision": "1"})
        assert answer.status_code == 409
        assert "My long text" in told(answer)

    def test_an_unfinished_draft_is_told_on_the_page(self, olivia: Actor) -> None:
        assistant = new(actor=olivia)
        answer = visit(olivia, url("publication", assistant), {"message": "First", "revision": "1"})
        assert answer.status_code == 422
        assert "Choose a provider." in told(answer)

    def test_a_taken_model_name_is_told_beside_the_form(self, olivia: Actor) -> None:
        live("it-desk")
        answer = visit(olivia, reverse("catalog:new"), {"name": "x", "slug": "it-desk"})
        assert answer.status_code == 409
        assert "is taken" in told(answer)


class TestSwitch:
    def test_the_stop_dialog_says_what_happens(self) -> None:
        shown = told(visit(CONSOLE, url("detail", live())))
        assert "0 keys get 503 at once." in shown
        assert "You can resume later, in one step." in shown

    def test_stopping_shows_why_and_resuming_takes_one_button(self) -> None:
        assistant = live()
        visit(CONSOLE, url("suspension", assistant), {"reason": "It tells secrets"})
        assert "It tells secrets" in told(visit(CONSOLE, url("detail", assistant)))
        visit(CONSOLE, url("resumption", assistant), {})
        assert again(assistant).state == "live"

    def test_a_stop_without_a_reason_stops_nothing(self) -> None:
        assistant = live()
        visit(CONSOLE, url("suspension", assistant), {"reason": ""})
        assert again(assistant).state == "live"


class TestVersions:
    def test_versions_are_listed_compared_and_brought_back(self) -> None:
        assistant = new()
        publish(assistant, "Never say a price.")
        publish(assistant, "Never say a secret.", parameters={"temperature": 0.9})
        shown = told(visit(CONSOLE, url("versions", assistant)))
        assert "v1" in shown
        assert "v2" in shown
        compared = told(visit(CONSOLE, url("comparison", assistant) + "?old=1&new=2"))
        assert "<mark>price</mark>" in compared
        assert "<b>0.9</b>" in compared
        assert "Go back to v1?" in told(visit(CONSOLE, url("rollback", assistant, 1)))
        visit(CONSOLE, url("rollback", assistant, 1), {"message": "v2 was wrong"})
        version = again(assistant).live_version
        assert version is not None
        assert version.number == 1

    def test_one_version_reads_as_it_was_published(self) -> None:
        assert "Help with computers." in told(visit(CONSOLE, url("version", live(), 1)))

    @pytest.mark.parametrize("query", ["old=9", "old=x", "new=-1", "new=1e9", "old=99999999999"])
    def test_a_version_that_does_not_exist_is_missing(self, query: str) -> None:
        with pytest.raises(Missing):
            visit(CONSOLE, f"{url('comparison', live())}?{query}")

    def test_a_prompt_is_text_on_every_page(self) -> None:
        assistant = new()
        publish(assistant, "<script>alert(1)</script>")
        for name in ("draft", "publication", "comparison"):
            assert "<script>alert" not in told(visit(CONSOLE, url(name, assistant)))
        assert "<script>alert" not in told(visit(CONSOLE, url("version", assistant, 1)))


class TestAccess:
    def test_a_grant_is_given_shown_and_taken_back(self) -> None:
        assistant, bob = live(), make_person("bob")
        given = {"receiver": f"user:{bob.id}", "role": "viewer", "reason": "Reads along", "expires_at": ""}
        visit(CONSOLE, url("grants", assistant), given)
        shown = told(visit(CONSOLE, url("grants", assistant)))
        assert "Reads along" in shown
        grant = AssistantUserGrant.objects.get(user=bob)
        assert grant.role == ObjectRole.VIEWER
        visit(CONSOLE, url("withdrawal", assistant, grant.id), {})
        assert not AssistantUserGrant.objects.filter(user=bob).exists()

    def test_a_stranger_finds_nothing(self) -> None:
        assistant, charlie = live(), actor_of(make_person("charlie"))
        for name in ("detail", "draft", "versions", "keys", "grants", "description", "comparison"):
            with pytest.raises(Missing):
                visit(charlie, url(name, assistant))

    def test_a_viewer_reads_everything_and_changes_nothing(self) -> None:
        assistant, bob = live(), make_person("bob")
        grants.share(
            actor=CONSOLE,
            assistant=assistant,
            receiver=("user", str(bob.id)),
            role="viewer",
            reason="Reads",
            at=clock.now(),
        )
        actor = actor_of(bob)
        for name in ("detail", "draft", "versions", "keys", "grants", "description", "comparison"):
            page = told(visit(actor, url(name, assistant)))
            forms = re.findall(r'<form method="?post"?[^>]*', page.split("<main")[1].split("</main>")[0])
            # How one wants a list is one's own.
            assert all('action="/lists/' in form for form in forms) or name == "comparison"
        tries = {
            "suspension": {"reason": "x"},
            "resumption": {},
            "archival": {},
            "publication": {"message": "x", "revision": "2"},
            "draft": {"system_prompt": "x", "revision": "2"},
            "description": {"name": "x"},
        }
        for name, data in tries.items():
            with pytest.raises(Forbidden):
                visit(actor, url(name, assistant), data)


class TestSettings:
    def test_the_name_changes_and_the_model_name_stays(self) -> None:
        assistant = live()
        visit(CONSOLE, url("description", assistant), {"name": "Help desk", "description": "For all"})
        assert (again(assistant).name, again(assistant).slug) == ("Help desk", "it-desk")

    def test_a_team_is_chosen_and_shown(self) -> None:
        assistant, team = live(), make_team("Customer care")
        visit(CONSOLE, url("description", assistant), {"name": "Help", "team_id": str(team.id)})
        assert "Customer care" in told(visit(CONSOLE, url("detail", assistant)))
        assert visit(CONSOLE, url("description", assistant), {"name": "x", "team_id": "nonsense"}).status_code == 422

    def test_archiving_ends_calls_and_coming_back_does_not_start_them(self) -> None:
        assistant = live()
        visit(CONSOLE, url("archival", assistant), {"reason": "Done"})
        assert again(assistant).state == "archived"
        assert "Bring back" in told(visit(CONSOLE, url("description", assistant)))
        visit(CONSOLE, url("restoration", assistant), {})
        assert again(assistant).state == "paused"


def test_everything_is_of_one_world() -> None:
    """An id of another assistant's version or of nothing is missing, never another page."""
    one = live("one")
    with pytest.raises(Missing):
        visit(CONSOLE, reverse("catalog:detail", args=[uuid.uuid4()]))
    with pytest.raises(Missing):
        visit(CONSOLE, url("withdrawal", one, uuid.uuid4()), {})
    assert (AssistantVersion.objects.count(), Draft.objects.count()) == (1, 1)
    assert actors.console() == CONSOLE
