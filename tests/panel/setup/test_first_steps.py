import pytest
from django.test import Client

from accounts.people.models import User
from assistants.catalog.models import Assistant
from assistants.guard import queries as guard
from assistants.providers import queries as providers
from assistants.providers import services
from assistants.vault.models import Secret
from panel.kernel import actors, clock
from tests.factories.calls import make_call
from tests.factories.people import signed_in
from tests.stage.provider import MockProvider

pytestmark = pytest.mark.django_db
START = "/setup/first-steps/"


@pytest.fixture
def as_adam(adam: User) -> Client:
    return signed_in(adam)


@pytest.fixture
def as_bob(bob: User) -> Client:
    return signed_in(bob)


def test_the_way_leads_from_the_demo_to_a_key_and_resumes_by_what_exists(as_adam: Client) -> None:
    assert as_adam.get(START)["Location"] == f"{START}provider/"
    assert "Demo provider" in as_adam.get(f"{START}provider/").content.decode()
    assert as_adam.post(f"{START}provider/", {"provider": "demo"})["Location"] == f"{START}assistant/"
    made = as_adam.post(f"{START}assistant/", {"template": "customer-help"})
    assert made["Location"] == f"{START}playground/"
    live = Assistant.objects.select_related("live_version").get().live_version
    demo = providers.demo()
    assert live
    assert demo
    assert (live.provider_id, live.policy_id) == (demo.id, guard.default().id)
    assert as_adam.get(START)["Location"] == f"{START}playground/"
    playground = as_adam.get(f"{START}playground/").content.decode()
    assert f"/assistants/{Assistant.objects.get().id}/playground/" in playground
    page = as_adam.get(f"{START}key/")
    form = page.context["form"]
    given = {"name": "first-app", "assistants": form.initial["assistants"], "scopes": ["chat"], "days": "90"}
    shown = as_adam.post(f"{START}key/", given).content.decode()
    assert "clp_" in shown
    assert all(word in shown for word in ("curl", "Python", "JavaScript"))
    assert as_adam.get(START)["Location"] == f"{START}completion/"
    assert f'action="{START}completion/"' in shown
    assert "data-try-key" in shown


def test_each_step_can_be_skipped_and_gone_back_to(as_adam: Client) -> None:
    names = ["provider", "assistant", "playground", "key"]
    for name, onward in zip(names, [*(f"{START}{one}/" for one in names[1:]), f"{START}completion/"], strict=True):
        text = as_adam.get(f"{START}{name}/").content.decode()
        assert f'href="{onward}"' in text
    assert f'href="{START}provider/"' in as_adam.get(f"{START}assistant/").content.decode()


def test_a_taken_model_name_gets_a_number(as_adam: Client) -> None:
    for _ in range(3):
        as_adam.post(f"{START}assistant/", {"template": "code-review"})
    slugs = Assistant.objects.order_by("id").values_list("slug", flat=True)
    assert list(slugs) == ["code-review", "code-review-2", "code-review-3"]
    assert "Code review" in as_adam.get(f"{START}assistant/").content.decode()


def test_another_browser_resumes_and_every_page_leads_back_until_the_end(as_adam: Client, adam: User) -> None:
    as_adam.post(f"{START}provider/", {"provider": "demo"})
    other = signed_in(adam)
    assert other.get(START)["Location"] == f"{START}assistant/"
    assert f'href="{START}"' in other.get("/assistants/").content.decode()
    rail = other.get(f"{START}assistant/").context["place"].rail
    assert [line["state"] for line in rail] == ["done", "done", "done", "now", "ahead", "ahead"]
    assert other.get(f"{START}completion/").status_code == 200
    assert other.post(f"{START}completion/")["Location"] == "/"
    assert f'href="{START}"' not in other.get("/assistants/").content.decode()
    assert other.get(START)["Location"] == "/"
    assert other.get(f"{START}key/")["Location"] == "/"


def test_a_step_ahead_stays_ahead_and_says_that_its_work_exists(as_adam: Client) -> None:
    as_adam.post(f"{START}provider/", {"provider": "demo"})
    as_adam.post(f"{START}assistant/", {"template": "code-review"})
    rail = as_adam.get(f"{START}provider/").context["place"].rail
    assert [line["state"] for line in rail] == ["done", "done", "now", "ahead", "ahead", "ahead"]
    assert [str(line["meta"]) == "Made already" for line in rail] == [False, False, False, True, False, False]
    assert rail[3]["url"] == f"{START}assistant/"


def test_a_provider_of_ones_own_is_tried_and_its_key_kept_in_the_vault(
    as_adam: Client, mock_provider: MockProvider
) -> None:
    host = mock_provider.url.removeprefix("http://").partition("/")[0]
    services.allow_host(actor=actors.console(), host=host, reason="test", at=clock.now())
    given = {"provider": "openai", "name": "Mock", "base_url": mock_provider.url, "secret": mock_provider.key}
    page = as_adam.post(f"{START}provider/", {**given, "default_model": ""})
    assert page.status_code == 422
    assert mock_provider.key not in page.content.decode()
    page = as_adam.post(f"{START}provider/", {**given, "secret": "sk-wrong", "default_model": "mock-small"})
    assert page.status_code == 422
    assert not Secret.objects.exists()
    page = as_adam.post(f"{START}provider/", {**given, "default_model": "mock-small"})
    assert page["Location"] == f"{START}assistant/"
    assert Secret.objects.get().name == "Mock"
    assert "It runs on the provider Mock" in as_adam.get(f"{START}assistant/").content.decode()
    as_adam.post(f"{START}assistant/", {"template": "code-review"})
    live = Assistant.objects.select_related("live_version__provider").get().live_version
    assert live
    assert (live.provider.name, live.model) == ("Mock", "mock-small")


def test_the_playground_step_leads_on_once_an_attack_was_blocked(as_adam: Client, adam: User) -> None:
    as_adam.post(f"{START}assistant/", {"template": "code-review"})
    assert "Come back by" in as_adam.get(f"{START}playground/").content.decode()
    make_call(assistant=Assistant.objects.get().id, person=adam.id, source="playground", action="block")
    text = as_adam.get(f"{START}playground/").content.decode()
    assert "You saw one." in text
    assert "Next: API key" in text


def test_the_checklist_stays_until_it_is_done_or_put_away(as_adam: Client, as_bob: Client) -> None:
    before = as_adam.get("/").content.decode()
    assert "Finish setting up" in before
    assert 'href="/setup/keys/"' in before
    assert "Set up the mail server" in before
    assert "Finish setting up" not in as_bob.get("/").content.decode()
    assert as_adam.post("/setup/keys/", {}).status_code == 422
    assert as_adam.post("/setup/keys/", {"kept": "on"}).status_code == 302
    assert 'href="/setup/keys/"' not in as_adam.get("/").content.decode()
    assert as_bob.post("/setup/checklist/").status_code == 403
    as_adam.post("/setup/checklist/")
    assert "Finish setting up" not in as_adam.get("/").content.decode()


def test_only_administrators_walk_and_unknown_steps_are_missing(as_bob: Client, as_adam: Client) -> None:
    assert as_bob.get(START).status_code == 403
    assert as_bob.post(f"{START}assistant/", {"template": "code-review"}).status_code == 403
    assert as_adam.get(f"{START}nothing/").status_code == 404
