"""The stage keeps its word: databases are clones, and what a test commits is gone after it."""

import smtplib
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import openai
import pytest
from openai.types.chat import ChatCompletionMessageParam
from pytest_socket import SocketConnectBlockedError

from accounts.people.models import User
from panel.kernel import clock
from panel.kernel.models import Setting
from tests.stage.mail import SmtpSink
from tests.stage.provider import MockProvider


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", [1, 2])
def test_a_committing_test_begins_with_a_fresh_clone(attempt: int) -> None:
    assert not Setting.objects.filter(name="stage").exists()
    Setting.objects.create(name="stage", value=attempt)


@pytest.mark.django_db
def test_the_owner_sees_the_database_of_the_test(owner: Any) -> None:
    row = owner.execute(
        "SELECT current_user, current_database() LIKE 'test_%', count(*) FROM kernel_installation"
    ).fetchone()
    assert row == ("panel", True, 1)


def test_the_clock_moves_by_a_file(test_clock: Callable[[datetime], None]) -> None:
    test_clock(datetime(2031, 5, 6, 7, 8, tzinfo=UTC))
    assert clock.now().isoformat().startswith("2031-05-06T07:08")


def test_the_mock_provider_answers_streams_and_counts(mock_provider: MockProvider) -> None:
    client = openai.OpenAI(api_key=mock_provider.key, base_url=mock_provider.url, max_retries=0)
    messages: list[ChatCompletionMessageParam] = [{"role": "user", "content": "hello"}]
    with client:
        answer = client.chat.completions.create(model="mock-small", messages=messages)
        assert answer.choices[0].message.content == "You said: hello"
        mock_provider.reply("one byte at a time", pieces=1)
        with client.chat.completions.create(model="mock-small", messages=messages, stream=True) as stream:
            pieces = [part.choices[0].delta.content or "" for part in stream]
        assert "".join(pieces) == "one byte at a time"
        assert max(map(len, pieces)) == 1
        mock_provider.reply("slow " * 100, pieces=1, pace=0.05)
        with client.chat.completions.create(model="mock-small", messages=messages, stream=True) as stream:
            next(stream)
    assert mock_provider.wait_cancelled()
    assert (len(mock_provider.bodies), mock_provider.finished) == (3, 2)


def test_the_mail_sink_keeps_what_it_is_given(smtp_sink: SmtpSink) -> None:
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = "Hello", "panel@example.test", "alice@example.test"
    mail.set_content("text")
    with smtplib.SMTP("127.0.0.1", smtp_sink.port) as client:
        client.send_message(mail)
    assert [one["Subject"] for one in smtp_sink.messages] == ["Hello"]
    assert smtp_sink.recipients == [["alice@example.test"]]


def test_no_socket_leaves_this_machine() -> None:
    with (
        pytest.warns(UserWarning, match="A test tried to use socket"),
        pytest.raises(SocketConnectBlockedError),
        socket.socket() as out,
    ):
        out.connect(("192.0.2.1", 80))


def test_the_cast_stands_ready(adam: User, alice: User, bob: User, charlie: User, olga: User, pia: User) -> None:
    assert len({one.id for one in (adam, alice, bob, charlie, olga, pia)}) == 6
