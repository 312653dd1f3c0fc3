"""Syslog over TLS: a server whose certificate is from a CA that the machine trusts (SSL_CERT_FILE) gets every message; another
one gets none, and the sink says why."""

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from accounts.people.models import User
from compliance.auditing import queries
from compliance.auditing.services import shipping
from panel.kernel import clock
from panel.outbound import hosts
from tests.compliance.auditing.sinks.test_authority import openssl
from tests.compliance.auditing.sinks.test_sending import Receiver, again
from tests.compliance.auditing.sinks.test_sinks import add, events
from tests.factories.ruled import fresh

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


class Secured(Receiver):
    def __init__(self, folder: Path) -> None:
        self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.context.load_cert_chain(folder / "server.pem", folder / "server.key")
        super().__init__()
        self.place = self.place.replace("127.0.0.1", "localhost")

    def _listen(self) -> None:
        while True:
            try:
                plain, _peer = self.server.accept()
            except OSError:
                return
            try:
                with self.context.wrap_socket(plain, server_side=True) as line:
                    got = b""
                    while part := line.recv(65536):
                        got += part
                    self.lines.append(got)
            except OSError:
                continue


@pytest.fixture
def receiver(adam: User, tmp_path: Path) -> Iterator[Secured]:
    new = ("-nodes", "-newkey", "rsa:2048", "-days", "2")
    openssl(tmp_path, "req", "-x509", *new, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Example CA")
    openssl(tmp_path, "req", *new[:3], "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=logs")
    (tmp_path / "names.cnf").write_text("subjectAltName=DNS:localhost\n")
    openssl(tmp_path, "x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
            "-extfile", "names.cnf", "-days", "2", "-out", "server.pem")  # fmt: skip
    made = Secured(tmp_path)
    for host in (made.place, made.place.replace("localhost", "127.0.0.1")):
        hosts.add(host=host, reason="for the test", actor=fresh(adam), at=clock.now())
    yield made
    made.server.close()


def test_a_ca_that_the_machine_trusts(
    adam: User, receiver: Secured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = add(adam, "syslog", f"tls://{receiver.place}")
    events(3)
    at = clock.now()
    shipping.work(at)
    assert (again(row).sent, receiver.lines) == (0, [])
    assert "certificate is not trusted" in row.problem
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    shipping.work(at + shipping.PAUSE)
    assert (again(row).problem, queries.backlog(row)) == ("", 0)
    assert len(Receiver.messages(b"".join(receiver.lines))) == row.sent > 3


def test_a_certificate_of_another_name(
    adam: User, receiver: Secured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    row = add(adam, "syslog", f"tls://{receiver.place.replace('localhost', '127.0.0.1')}")
    events(1)
    shipping.work(clock.now())
    assert (again(row).sent, receiver.lines) == (0, [])
    assert "certificate is not trusted" in row.problem
