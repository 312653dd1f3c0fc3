"""From the printed link to a guarded answer, by the doors that people use. The tests build on each other, in this order."""

import http.client
import json
import time

import openai
import pytest
from openai.types.chat import ChatCompletionMessageParam

from tests.journeys import hunt, steps
from tests.journeys.browser import enter
from tests.journeys.conftest import Journey
from tests.stage.provider import echo

SAID = "my colleague quokka.weber@example.org cannot print since the flittermouse update"
HEARD = "Ask quokka.weber@example.org to restart the flittermouse."
LEAK = "AKIAZ7QWERTYUIOP2345"


def _ask(text: str) -> list[ChatCompletionMessageParam]:
    return [{"role": "user", "content": text}]


def _client(journey: Journey, key: str = "") -> openai.OpenAI:
    address = f"{journey.panel.base}/v1"
    return openai.OpenAI(api_key=key or journey.kept.api_key, base_url=address, max_retries=0, timeout=30)


def test_the_printed_link_makes_an_administrator_with_a_second_factor(journey: Journey) -> None:
    assert "/setup/" in journey.panel.link
    assert len(journey.kept.codes) == 10
    assert journey.adam.page.url == f"{journey.panel.base}/"
    journey.adam.look("now, empty")
    journey.adam.require_no_fault()


def test_the_link_works_once(journey: Journey) -> None:
    assert journey.adam.context.browser
    stranger = enter(journey.adam.context.browser, journey.panel.base)
    stranger.go(journey.panel.link)
    assert stranger.page.get_by_label("Password").count() == 0
    stranger.go("/")
    assert "/sign-in/" in stranger.page.url
    stranger.context.close()


def test_a_provider_is_added_with_a_key_that_nobody_reads_again(journey: Journey) -> None:
    journey.provider.reset()
    journey.kept.provider_key = journey.provider.key
    steps.store_secret(journey.adam, "Mock, production", journey.provider.key)
    assert journey.provider.key not in journey.adam.page.content()
    steps.allow_host(journey.adam, journey.provider.url.split("/")[2])
    steps.add_provider(journey.adam, "Mock", journey.provider.url, "Mock, production", "mock-small")
    assert "It answered" in journey.adam.page.content()
    assert journey.provider.key not in journey.adam.page.content()
    journey.adam.require_no_fault()


def test_assistants_are_published_and_a_key_is_shown_once(journey: Journey) -> None:
    journey.assistant = steps.make_assistant(journey.adam, "IT desk", "it-desk", "Mock", "mock-small")
    steps.make_assistant(journey.adam, "Parrot", "parrot", "Demo", "demo")
    journey.kept.api_key = steps.make_key(journey.adam, "shop", ["IT desk", "Parrot"])
    for path in ("/keys/", "/assistants/", "/providers/", "/secrets/"):
        journey.adam.go(path)
        assert journey.kept.api_key not in journey.adam.page.content()
        journey.adam.look(path)
    journey.adam.require_no_fault()


def test_the_official_client_gets_an_answer_with_the_personal_part_kept_home(journey: Journey) -> None:
    journey.provider.reply(HEARD)
    with _client(journey) as client:
        answer = client.chat.completions.create(model="it-desk", messages=_ask(SAID))
        assert [one.id for one in client.models.list()] == ["it-desk", "parrot"]
    assert answer.choices[0].message.content == HEARD
    sent = json.dumps(journey.provider.bodies[-1])
    assert "quokka.weber@example.org" not in sent
    assert "flittermouse" in sent
    assert "Help with computers" in sent


def test_what_was_replaced_on_the_way_in_comes_back_also_in_streams(journey: Journey) -> None:
    journey.provider.script = echo
    with _client(journey) as client:
        with client.chat.completions.create(model="it-desk", messages=_ask(SAID), stream=True) as stream:
            text = "".join(part.choices[0].delta.content or "" for part in stream if part.choices)
        demo = client.chat.completions.create(model="parrot", messages=_ask("hello"))
    assert text == f"You said: {SAID}"
    assert demo.choices[0].message.content


def test_a_secret_in_an_answer_does_not_leave(journey: Journey) -> None:
    journey.provider.reply(f"The key is {LEAK}.", pieces=1)
    with (
        _client(journey) as client,
        client.chat.completions.create(model="it-desk", messages=_ask("key?"), stream=True) as stream,
    ):
        text = "".join(part.choices[0].delta.content or "" for part in stream if part.choices)
    assert LEAK not in text


def test_faults_are_openais_own(journey: Journey) -> None:
    with _client(journey, "clp_gateway_wrong") as stranger, pytest.raises(openai.AuthenticationError):
        stranger.chat.completions.create(model="it-desk", messages=_ask("hello"))
    with _client(journey) as client:
        with pytest.raises(openai.NotFoundError):
            client.chat.completions.create(model="no-such", messages=_ask("hello"))
        with pytest.raises(openai.BadRequestError):
            client.chat.completions.create(model="it-desk", messages=[])
    line = http.client.HTTPConnection(journey.panel.base.removeprefix("http://"), timeout=10)
    headers = {"Authorization": f"Bearer {journey.kept.api_key}", "Content-Type": "application/json"}
    line.request("POST", "/v1/chat/completions", b"{", headers)
    answer = line.getresponse()
    error = json.loads(answer.read())["error"]
    line.close()
    assert (answer.status, error["type"]) == (400, "invalid_request_error")
    assert answer.headers["x-request-id"]


def test_every_call_stands_in_the_traces_with_its_verdicts(journey: Journey) -> None:
    page, until = journey.adam.page, time.monotonic() + 15
    while time.monotonic() < until:
        journey.adam.go("/traces/")
        if page.locator("main table tbody tr").count() >= 4:
            break
    journey.adam.look("traces")
    text = page.locator("main").inner_text()
    assert "IT desk" in text or "it-desk" in text
    page.locator('main table a[href*="/traces/"]').last.click()
    page.wait_for_load_state("networkidle")
    journey.adam.look("trace")
    shown = page.content()
    assert "pii" in shown.lower() or "personal" in shown.lower()
    assert "flittermouse" not in shown
    journey.adam.require_no_fault()


def test_a_stopped_assistant_answers_nobody(journey: Journey) -> None:
    journey.provider.reply("still here")
    journey.adam.go(journey.assistant)
    journey.adam.look("assistant")
    steps.stop(journey.adam, journey.assistant)
    with _client(journey) as client, pytest.raises(openai.APIStatusError) as refused:
        client.chat.completions.create(model="it-desk", messages=_ask("hello"))
    assert refused.value.status_code in {403, 404, 503}
    journey.adam.require_no_fault()


def test_the_journal_tells_it_all(journey: Journey) -> None:
    journey.adam.go("/journal/")
    journey.adam.look("journal")
    text = journey.adam.page.locator("main").inner_text()
    for event in ("vault.secret.created", "providers.provider.created", "catalog.version.published"):
        assert event in text
    journey.adam.require_no_fault()


def test_people_teams_and_own_security_have_their_pages(journey: Journey) -> None:
    for path in ("/people/", "/people/new/", "/teams/", "/account/security/", "/account/security/password/"):
        journey.adam.go(path)
        journey.adam.look(path)
    journey.adam.require_no_fault()


def test_signing_out_and_in_again(journey: Journey) -> None:
    steps.sign_out(journey.adam)
    steps.sign_in(journey.adam, journey.kept)
    assert journey.adam.page.url == f"{journey.panel.base}/"
    journey.adam.look("now, in use")
    journey.adam.require_no_fault()


def test_nothing_of_it_stands_anywhere_in_clear(journey: Journey) -> None:
    kept = journey.kept
    canaries = {
        "provider key": [kept.provider_key],
        "one-time seed": [kept.seed],
        "recovery codes": [*kept.codes, *(code.replace("-", "") for code in kept.codes)],
        "API key": [kept.api_key],
        "e-mail addresses": [steps.EMAIL, "quokka.weber@example.org"],
        "name": [steps.NAME],
        "password": [steps.PASSWORD],
        "chat text": ["flittermouse", LEAK],
    }
    hunting = hunt.Hunt(journey.panel.data_dir, canaries)
    found = [*hunting.files(), *hunting.database(), *hunting.valkey()]
    assert hunting.searched > 1_000_000
    assert found == []
