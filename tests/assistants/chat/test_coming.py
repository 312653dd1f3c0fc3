"""Told first, then asked: without a yes that is needed nobody comes in, and no ticket to the gateway is made."""

import pytest
from django.test import Client

from accounts.people.models import User
from assistants.catalog.services import purposes
from assistants.chat.models import Session, Setting, Turn
from assistants.chat.rules.chats import DISCLOSURE
from compliance.consent import queries as consent
from compliance.consent.models import Purpose, Record
from compliance.consent.rules.states import State
from compliance.consent.services import choosing
from panel.journal.models import Leaf
from panel.kernel import clock
from panel.kernel.actors import Actor
from panel.kernel.db import epochs
from tests.assistants.catalog.stage import CONSOLE
from tests.assistants.chat.stage import ask, at, claims, come_in, make_chat, session, text
from tests.compliance.consent.stage import make_purpose

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(epochs, "wait", lambda *_args, **_more: [])


@pytest.fixture
def setting(db: None) -> Setting:
    return make_chat()


@pytest.fixture
def purpose(pia: User, setting: Setting) -> Purpose:
    made = make_purpose(pia)
    purposes.bind(actor=CONSOLE, assistant=setting.assistant, purpose_id=made.id, at=clock.now())
    return made


def state(purpose: Purpose) -> State:
    return consent.state(session().subject_id, purpose, clock.now())


def test_the_first_page_says_that_an_ai_answers(setting: Setting) -> None:
    page = text(Client().get(at("talk")))
    assert "You are talking to an AI. It can be wrong." in page
    assert "AI assistant, not a person" in page
    assert "data-composer" not in page, "there is nothing to write into yet"


def test_nobody_is_answered_before_they_were_told(setting: Setting) -> None:
    client = Client()
    assert ask(client).json()["code"] == "chat_not_told"
    client.post(at("contact"), {"words": "Call me."})
    assert Session.objects.get().told_at is None
    assert ask(client).json()["code"] == "chat_not_told"
    assert not Turn.objects.exists()


def test_being_told_is_written_down_for_the_session(setting: Setting) -> None:
    client = Client()
    come_in(client)
    row = session()
    assert (row.told, row.first_at) == (DISCLOSURE, None)
    assert Leaf.objects.filter(event="chat.ai.disclosed").count() == 1
    ask(client)
    row.refresh_from_db()
    assert row.told_at is not None
    assert row.first_at is not None
    assert row.told_at <= row.first_at


def test_without_the_yes_nobody_comes_in_and_no_ticket_is_made(setting: Setting, purpose: Purpose) -> None:
    client = Client()
    refused = come_in(client)
    assert refused.status_code == 409
    assert "cannot answer without your yes" in text(refused)
    assert not Session.objects.exists()
    assert not client.cookies.get("csrftoken")
    assert ask(client).json()["code"] == "chat_not_told"
    assert not Turn.objects.exists()


def test_with_the_yes_in_the_words_that_were_shown(setting: Setting, purpose: Purpose) -> None:
    client = Client()
    assert come_in(client, improve="on").status_code == 302
    record = Record.objects.get()
    assert (record.channel, record.by_kind, record.by_id) == ("chat", "subject", session().subject_id)
    assert state(purpose) is State.GIVEN
    given = ask(client)
    assert given.status_code == 201
    detail = claims(given.json()["ticket"]).detail
    assert detail["subject"] == f"chat-{session().id.hex}"
    assert detail["call"] == given.json()["turn"]


def test_other_words_than_those_in_force_count_for_nothing(setting: Setting, purpose: Purpose) -> None:
    client = Client()
    sent = {"yes-improve": "on", "language-improve": "en", "words-improve": "f" * 64}
    answer = client.post(at("opening"), sent)
    assert (answer.status_code, "The words have changed" in text(answer)) == (409, True)
    assert not Record.objects.exists()


def test_taking_it_back_closes_the_chat_at_the_next_message(setting: Setting, purpose: Purpose) -> None:
    client = Client()
    come_in(client, improve="on")
    assert ask(client).status_code == 201
    subject = session().subject_id
    choosing.withdraw(
        actor=Actor("subject", subject), subject=subject, purpose=purpose, channel="centre", at=clock.now()
    )
    assert ask(client).json()["code"] == "chat_not_agreed"
    assert "Your choices" in text(client.get(at("talk")))


def test_switching_it_off_at_the_gate_takes_it_back_in_one_step(setting: Setting, purpose: Purpose) -> None:
    client = Client()
    come_in(client, improve="on")
    assert state(purpose) is State.GIVEN
    answer = come_in(client)
    assert (answer.status_code, answer["Location"]) == (302, f"{at('opening')}?done=taken_back")
    assert state(purpose) is State.WITHDRAWN
    assert "Taken back. It holds from now on." in text(client.get(answer["Location"]))
    assert ask(client).json()["code"] == "chat_not_agreed"
    assert come_in(client).status_code == 409, "there is nothing to take back any more"


def test_what_is_not_needed_may_stay_off(pia: User, setting: Setting) -> None:
    made = make_purpose(pia)
    purposes.bind(
        actor=CONSOLE, assistant=setting.assistant, purpose_id=made.id, required=False, route="chat", at=clock.now()
    )
    client = Client()
    page = text(client.get(at("talk")))
    assert "Improve answers with my chats" in page
    assert "checked" not in page, "every switch is off"
    assert come_in(client).status_code == 302
    assert ask(client).status_code == 201
    come_in(client, improve="on")
    assert state(made) is State.GIVEN
    come_in(client)
    assert state(made) is State.WITHDRAWN


def test_purposes_of_other_routes_are_not_asked_here(pia: User, setting: Setting) -> None:
    made = make_purpose(pia)
    purposes.bind(actor=CONSOLE, assistant=setting.assistant, purpose_id=made.id, route="api", at=clock.now())
    client = Client()
    assert "Improve answers" not in text(client.get(at("talk")))
    assert come_in(client).status_code == 302


def test_an_age_is_confirmed_or_it_is_no_yes(pia: User, setting: Setting) -> None:
    made = make_purpose(pia, age=16)
    purposes.bind(actor=CONSOLE, assistant=setting.assistant, purpose_id=made.id, at=clock.now())
    client = Client()
    answer = come_in(client, improve="on")
    assert answer.status_code == 422
    assert "Only from the age of 16." in text(answer)
    assert not Turn.objects.exists()
