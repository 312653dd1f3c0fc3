"""A time-stamp authority that we did not write: `openssl ts` behind a small HTTP server, with a CA of its own. What it answered
is kept, and `openssl ts -verify` takes what the auditor takes out."""

import io
import shutil
import subprocess
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from django.urls import reverse

from accounts.people.models import User
from compliance.auditing.models import Receipt, Sink
from compliance.auditing.services import shipping
from panel.kernel import clock
from panel.outbound import hosts
from tests.compliance.auditing.sinks.test_sinks import add, events
from tests.factories.ruled import fresh
from tests.stage.visits import visit

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
CONFIG = """[tsa]
default_tsa = one
[one]
serial = serial
crypto_device = builtin
signer_digest = {digest}
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
clock_precision_digits = {precision}
tsa_name = yes
ess_cert_id_chain = {chain}
ess_cert_id_alg = sha256
"""
KEYS = {"rsa": ("rsa:2048", "sha256", 0, "no"), "ec": ("ec:curve.pem", "sha384", 6, "yes")}


def openssl(folder: Path, *arguments: str) -> str:
    program = shutil.which("openssl")
    if program is None:
        pytest.fail("These tests ask a time-stamp authority made of openssl: install it.", pytrace=False)
    done = subprocess.run([program, *arguments], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


class Authority:
    """CA, certificate and answers of `openssl ts -reply`; `spoil` changes an answer on its way."""

    def __init__(self, folder: Path, key: str) -> None:
        self.folder, self.asked, self.spoil = folder, 0, bytes
        kind, digest, precision, chain = KEYS[key]
        openssl(folder, "ecparam", "-name", "prime256v1", "-out", "curve.pem")
        (folder / "tsa.cnf").write_text(CONFIG.format(digest=digest, precision=precision, chain=chain))
        (folder / "use.cnf").write_text("keyUsage=critical,digitalSignature\nextendedKeyUsage=critical,timeStamping\n")
        (folder / "serial").write_text("01\n")
        new = ("-nodes", "-newkey", kind, "-days", "2")
        openssl(
            folder, "req", "-x509", *new, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/O=Example/CN=Example CA"
        )
        openssl(folder, "req", *new[:3], "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/O=Example/CN=Example TSA")
        openssl(folder, "x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
                "-extfile", "use.cnf", "-days", "2", "-out", "tsa.pem")  # fmt: skip

    def answer(self, question: bytes) -> bytes:
        self.asked += 1
        (self.folder / "question").write_bytes(question)
        openssl(self.folder, "ts", "-reply", "-queryfile", "question", "-config", "tsa.cnf", "-section", "one",
                "-inkey", "tsa.key", "-signer", "tsa.pem", "-chain", "ca.pem", "-out", "answer")  # fmt: skip
        return self.spoil((self.folder / "answer").read_bytes())


@pytest.fixture(params=[*KEYS])
def authority(request: pytest.FixtureRequest, tmp_path: Path) -> Authority:
    return Authority(tmp_path, request.param)


@pytest.fixture
def sink(adam: User, authority: Authority) -> Iterator[Sink]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.headers["content-type"] == "application/timestamp-query"
            made = authority.answer(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.send_header("content-type", "application/timestamp-reply")
            self.send_header("content-length", str(len(made)))
            self.end_headers()
            self.wfile.write(made)

        def log_message(self, *_: object) -> None:
            """Nothing to say."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    place = f"127.0.0.1:{server.server_port}"
    hosts.add(host=place, reason="for the test", actor=fresh(adam), at=clock.now())
    yield add(adam, "tsa", f"http://{place}/tsr", what="checkpoints", form="leaf")
    server.shutdown()
    server.server_close()


def test_its_token_is_kept_and_openssl_verifies_what_is_taken_out(
    sink: Sink, authority: Authority, olga: User, tmp_path: Path
) -> None:
    events(3)
    shipping.work(clock.now())
    sink.refresh_from_db()
    assert (sink.problem, sink.sent, authority.asked) == ("", 1, 1)
    receipt = Receipt.objects.get()
    assert (receipt.by, receipt.size) == ("CN=Example TSA,O=Example", sink.reached)
    assert abs((receipt.told_at - clock.now()).total_seconds()) < 60
    shown = visit(fresh(olga), reverse("auditing:receipt", args=[receipt.id]))
    zipfile.ZipFile(io.BytesIO(shown.content)).extractall(tmp_path)
    checked = ("ts", "-verify", "-token_in", "-in", "token.tst", "-data", "checkpoint.txt", "-CAfile", "ca.pem")
    assert "Verification: OK" in openssl(tmp_path, *checked, "-untrusted", "tsa.pem")
    (tmp_path / "checkpoint.txt").write_text(receipt.note.replace("\n", "\n ", 1))
    with pytest.raises(AssertionError, match="message imprint mismatch"):
        openssl(tmp_path, *checked)


@pytest.mark.parametrize("what", ["time", "imprint", "signature"])
def test_an_answer_that_was_changed_on_its_way_is_none(sink: Sink, authority: Authority, what: str) -> None:
    def spoil(data: bytes) -> bytes:
        imprint = (authority.folder / "question").read_bytes()[24:56]
        place = {"time": data.index(b"\x18\x0f20") + 5 if b"\x18\x0f20" in data else data.index(b"20", data.index(imprint)) + 3,
                 "imprint": data.index(imprint), "signature": len(data) - 1}[what]  # fmt: skip
        made = bytearray(data)
        made[place] ^= 1
        return bytes(made)

    authority.spoil = spoil  # type: ignore[assignment]
    events(1)
    shipping.work(clock.now())
    sink.refresh_from_db()
    assert ("no time-stamp" in sink.problem, Receipt.objects.count()) == (True, 0)
