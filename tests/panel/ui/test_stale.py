"""Two people edit one thing: both versions are shown, and whoever comes second decides. Over HTTP, on real pages."""

import html
import re
import threading
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.people.models import User
from assistants.catalog.models import Assistant, Draft
from assistants.guard import queries as guard
from assistants.guard import services as policies
from assistants.guard.models import GuardPolicy
from panel.kernel import actors, clock
from tests.assistants.catalog.stage import new
from tests.factories.people import actor_of, signed_in

pytestmark = pytest.mark.django_db


def _fields(page: bytes, form: str = "") -> dict[str, str]:
    """What a browser would send of the page's (last) form as it stands."""
    text = page.decode()
    text = text[text.index(form) :] if form else text
    found = re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)"', text)
    found += re.findall(r'<textarea name="([\w-]+)"[^>]*>\n?([^<]*)</textarea>', text)
    return {name: html.unescape(value) for name, value in found}


@pytest.fixture
def desk(alice: User) -> Assistant:
    return new("desk", actor=actor_of(alice))


def _settings(desk: Assistant) -> str:
    return reverse("catalog:description", args=[desk.id])


def _open(client: Client, path: str) -> dict[str, str]:
    return {name: value for name, value in _fields(client.get(path).content).items() if name in {"seen", "revision"}}


class TestTheSecondOfTwo:
    def test_sees_both_versions_word_by_word_and_nothing_is_saved(
        self, alice: User, adam: User, desk: Assistant
    ) -> None:
        path, mine, theirs = _settings(desk), signed_in(alice), signed_in(adam)
        opened, also = _open(mine, path), _open(theirs, path)
        sent = {"name": "Help desk", "description": "Answers slowly", "team_id": ""}
        assert theirs.post(path, sent | also).status_code == 302
        answer = mine.post(path, {"name": "Help desk", "description": "Answers quickly", "team_id": ""} | opened)
        text = answer.content.decode()
        assert answer.status_code == 409
        assert "<mark>slowly</mark>" in text
        assert "<mark>quickly</mark>" in text
        assert "Take theirs" in text
        desk.refresh_from_db()
        assert desk.description == "Answers slowly"

    def test_may_keep_theirs_own_by_one_button(self, alice: User, adam: User, desk: Assistant) -> None:
        path, mine, theirs = _settings(desk), signed_in(alice), signed_in(adam)
        opened = _open(mine, path)
        theirs.post(path, {"name": "Other", "description": "Theirs", "team_id": ""} | _open(theirs, path))
        panel = mine.post(path, {"name": "Mine", "description": "<b>Quick & kind</b>", "team_id": ""} | opened)
        assert mine.post(path, _fields(panel.content, 'id="stale"')).status_code == 302
        desk.refresh_from_db()
        assert (desk.name, desk.description) == ("Mine", "<b>Quick & kind</b>")

    def test_may_edit_again_with_what_was_typed(self, alice: User, adam: User, desk: Assistant) -> None:
        path, mine, theirs = _settings(desk), signed_in(alice), signed_in(adam)
        opened = _open(mine, path)
        theirs.post(path, {"name": "Other", "description": "Theirs", "team_id": ""} | _open(theirs, path))
        panel = mine.post(path, {"name": "Mine", "description": "Typed", "team_id": ""} | opened)
        again = mine.post(path, _fields(panel.content, 'id="stale"') | {"edit_again": "1"})
        assert again.status_code == 200
        assert "Typed" in again.content.decode()
        desk.refresh_from_db()
        assert desk.name == "Other"
        kept = {name: value for name, value in _fields(again.content).items() if name == "seen"}
        assert mine.post(path, {"name": "Both", "description": "Typed", "team_id": ""} | kept).status_code == 302

    def test_meets_a_third_who_was_faster_still(self, alice: User, adam: User, desk: Assistant) -> None:
        path, mine, theirs = _settings(desk), signed_in(alice), signed_in(adam)
        opened = _open(mine, path)
        for name in ("Second", "Third"):
            panel = (
                mine.post(path, {"name": "Mine", "description": "", "team_id": ""} | opened)
                if name == "Third"
                else None
            )
            theirs.post(path, {"name": name, "description": "", "team_id": ""} | _open(theirs, path))
        assert panel is not None
        assert mine.post(path, _fields(panel.content, 'id="stale"')).status_code == 409

    def test_is_told_who_it_was_where_that_is_known(self, alice: User, adam: User, desk: Assistant) -> None:
        path, mine, theirs = reverse("catalog:draft", args=[desk.id]), signed_in(alice), signed_in(adam)
        opened = _open(mine, path)
        theirs.post(
            path, {"system_prompt": "Be short.", "model": "", "provider": "", "policy": ""} | _open(theirs, path)
        )
        answer = mine.post(path, {"system_prompt": "Be kind.", "model": "", "provider": "", "policy": ""} | opened)
        assert "Changed by Adam" in answer.content.decode()
        kept = _fields(answer.content, 'id="stale"')
        assert kept["revision"] == str(Draft.objects.get(assistant=desk).revision)
        assert mine.post(path, kept).status_code == 302
        assert Draft.objects.get(assistant=desk).system_prompt == "Be kind."


def test_a_guard_policy_has_the_same_panel(adam: User) -> None:
    document = guard.default().document
    own = policies.create(actor=actors.console(), name="Own", document=document, at=clock.now())
    path, client = reverse("guard:edit", args=[own.id]), signed_in(adam)
    page = client.get(path).content
    opened, sent = _open(client, path), _all(page)
    policies.change(actor=actors.console(), policy=own, document=_stricter(document), revision=1, at=clock.now())
    answer = client.post(path, sent | opened)
    assert answer.status_code == 409
    assert GuardPolicy.objects.get(id=own.id).revision == 2
    assert client.post(path, _fields(answer.content, 'id="stale"')).status_code == 302
    assert GuardPolicy.objects.get(id=own.id).revision == 3


def _stricter(document: dict[str, Any]) -> dict[str, Any]:
    stages = dict(document["stages"])
    stages["pii"] = {**stages.get("pii", {}), "mode": "block"}
    return {**document, "stages": stages}


def _all(page: bytes) -> dict[str, str]:
    text = page.decode()
    found = dict(re.findall(r'<input type="number" name="([\w-]+)" value="([^"]*)"', text))
    for name, options in re.findall(r'<select name="([\w-]+)"[^>]*>(.*?)</select>', text, re.DOTALL):
        found[name] = next(iter(re.findall(r'value="([^"]*)" selected', options)), "")
    return found


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_is_saved_and_the_others_are_asked(alice: User) -> None:
    desk = new("desk", actor=actor_of(alice))
    path = _settings(desk)
    first = signed_in(alice)
    opened = _open(first, path)
    clients = [signed_in(alice) for _ in range(4)]
    codes: list[int] = []

    def save(place: int, client: Client) -> None:
        sent = {"name": f"Desk {place}", "description": "", "team_id": ""} | opened
        codes.append(client.post(path, sent).status_code)
        connection.close()

    threads = [threading.Thread(target=save, args=pair) for pair in enumerate(clients)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(codes) == [302, 409, 409, 409]
