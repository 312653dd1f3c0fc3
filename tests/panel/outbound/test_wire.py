"""The conversation with a mail server: each step, each failure, and nobody who cannot prove who they are."""

import datetime as dt
import socket
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult

from panel.kernel import ids
from panel.outbound.mail import wire
from panel.outbound.mail.addresses import AddressError, Mailbox, parse
from panel.outbound.mail.envelope import compose
from panel.outbound.mail.letters import Written
from panel.outbound.mail.rules import Tls
from panel.outbound.mail.wire import MailError, Server
from tests.panel.outbound.peer import HOST, peer

FROM, TO = Mailbox("panel", "example.test"), Mailbox("zilpzalp", "example.test")


async def here(_host: str, _port: int) -> list[str]:
    return ["127.0.0.1"]


async def inside(_host: str, _port: int) -> list[str]:
    return ["10.0.0.7"]


def letter(subject: str = "Hello", text: str = "Text\n", to: Mailbox = TO) -> EmailMessage:
    written = Written(subject, text, f"<p>{text}</p>", "")
    at = dt.datetime(2026, 3, 4, 5, 6, tzinfo=dt.UTC)
    return compose(written, sender=FROM, sender_name="Muster AG", to=to, reply_to=None, number=ids.new_id(), at=at)


def server(port: int, tls: Tls = Tls.NONE, **values: Any) -> Server:
    return Server(HOST, port, tls, private={(HOST, port)}, **values)


def send(to: Server, mail: EmailMessage | None = None, box: Mailbox = TO, lookup: Any = here) -> list[tuple[str, str]]:
    return wire.deliver(to, mail or letter(), sender=FROM, to=box, lookup=lookup).done


def refused(to: Server, **given: Any) -> MailError:
    with pytest.raises(MailError) as found:
        send(to, **given)
    return found.value


def test_without_tls_an_allowed_host_takes_the_message() -> None:
    with peer() as (sink, port):
        assert [name for name, _ in send(server(port))] == ["connect", "accepted"]
        assert [one["Subject"] for one in sink.messages] == ["Hello"]


@pytest.mark.parametrize("tls", [Tls.STARTTLS, Tls.TLS])
def test_with_tls_it_needs_a_certificate_that_we_trust(
    certificate: Path, monkeypatch: pytest.MonkeyPatch, tls: Tls
) -> None:
    with peer(certificate, first=tls is Tls.TLS) as (sink, port):
        assert refused(server(port, tls)).problem == "tls"
        assert sink.messages == []
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        steps = send(server(port, tls))
        assert ("tls", "TLSv1.3") in steps
        wrong = Server("other.example.test", port, tls, private={("other.example.test", port)})
        assert refused(wrong).problem == "tls", "the certificate is of another name"


def test_a_server_without_starttls_gets_nothing() -> None:
    with peer() as (sink, port):
        assert refused(server(port, Tls.STARTTLS)).problem == "tls"
        assert sink.messages == []


def test_user_and_password(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def judge(_s: Any, _session: Any, _e: Any, _mechanism: str, given: Any) -> AuthResult:
        return AuthResult(success=given.password == b"geheim", handled=False)

    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with peer(certificate, authenticator=judge, auth_required=True) as (_sink, port):
        right = server(port, Tls.STARTTLS, user="panel", password="geheim")
        assert [name for name, _ in send(right)] == ["connect", "tls", "auth", "accepted"]
        wrong = refused(server(port, Tls.STARTTLS, user="panel", password="falsch"))
        assert (wrong.problem, wrong.reply, wrong.final) == ("auth", 535, False)
        assert "falsch" not in repr(wrong.__dict__)


@pytest.mark.parametrize(
    ("where", "reply", "problem", "final"),
    [
        ("RCPT", "550 5.1.1 zilpzalp@example.test unknown", "recipient", True),
        ("RCPT", "451 try later", "recipient", False),
        ("MAIL", "553 not yours", "sender", False),
        ("DATA", "554 spam", "content", True),
        ("DATA", "452 full", "content", False),
    ],
)
def test_refusals_for_good_and_for_now(where: str, reply: str, problem: str, final: bool) -> None:
    with peer(refuse={where: reply}) as (_sink, port):
        found = refused(server(port))
        assert (found.problem, found.reply, found.final) == (problem, int(reply[:3]), final)
        assert "zilpzalp" not in repr(found.__dict__), "the server's words quote addresses"


def test_private_addresses_are_dialled_only_from_the_allow_list() -> None:
    typed = Server(HOST, 587, Tls.STARTTLS)
    found = refused(typed, lookup=inside)
    assert found.problem == "name"
    assert "not a public address" in found.said
    assert refused(Server(HOST, 25, Tls.NONE), lookup=here).problem == "name"
    assert refused(Server("169.254.169.254", 587, Tls.STARTTLS)).problem == "name"


def test_nobody_there_and_no_mail_server() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        port = silent.getsockname()[1]
        assert refused(server(port)).problem == "connect"


def test_a_server_that_says_nothing_does_not_hold_us(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "DEADLINE", 0.3)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        assert refused(server(silent.getsockname()[1])).problem == "greeting"


class TestAddresses:
    def test_names_of_the_internet_are_written_in_ascii(self) -> None:
        assert str(parse(" Ann.Other+x@Bücher.example ")) == "Ann.Other+x@xn--bcher-kva.example"
        assert str(parse("o'neil@example.org")) == "o'neil@example.org"

    def test_letters_before_the_at_need_a_server_that_knows_them(self) -> None:
        box = parse("jörg@bücher.example")
        assert box.needs_utf8
        with peer(enable_SMTPUTF8=True) as (sink, port):
            send(server(port), letter(to=box), box)
            assert sink.recipients == [["jörg@xn--bcher-kva.example"]]
        with peer(enable_SMTPUTF8=False) as (_sink, port):
            found = refused(server(port), mail=letter(to=box), box=box)
            assert (found.problem, found.final) == ("utf8", True)

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "@",
            "a@",
            "@b.c",
            "a b@c.d",
            "a\r\nRCPT TO:<x@y.z>@c.d",
            "a@b..c",
            "a" * 65 + "@b.c",
            "a@" + "b" * 64 + ".c",
            ".a@b.c",
            "a@[127.0.0.1]",
            "a\x00@b.c",
        ],
    )
    def test_what_is_none(self, text: str) -> None:
        with pytest.raises(AddressError):
            parse(text)


class TestEnvelope:
    def test_no_value_makes_a_header(self) -> None:
        with pytest.raises(ValueError, match=r"(?i)linefeed|newline|header"):
            letter(subject="Hello\r\nBcc: x@y.z")
        written = compose(
            Written("s", "t", "h", ""), sender=FROM, sender_name='Ev"il\r\nBcc: x@y.z', to=TO, reply_to=None,
            number=ids.new_id(), at=dt.datetime.now(dt.UTC),
        )  # fmt: skip
        assert written["Bcc"] is None
        assert written.as_bytes().count(b"\r\nBcc") == 0

    def test_long_lines_and_other_scripts_arrive_as_they_were(self) -> None:
        text = "word " * 3000 + "\nGrüße, 你好 👋\n.\nafter the dot\n"
        with peer(enable_SMTPUTF8=False) as (sink, port):
            send(server(port), letter(subject="Grüße 你好 " * 10, text=text))
            (mail,) = sink.messages
            body = mail.get_body(("plain",))
            assert isinstance(body, EmailMessage)
            assert body.get_content().replace("\r\n", "\n") == text
            assert mail["Subject"].startswith("Grüße 你好")
            assert max(len(line) for line in mail.as_bytes().splitlines()) <= 998
