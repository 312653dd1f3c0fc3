"""Checkpoints as commits: made once, never replaced, compared when they are there already."""

import base64
import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.urls import reverse

from accounts.people.models import User
from compliance.auditing import queries
from compliance.auditing.hooks import rewritten_alarm, sinks_alarm
from compliance.auditing.models import Sink
from compliance.auditing.services import shipping
from panel.journal import queries as ledger
from panel.journal.models import Checkpoint, Leaf
from panel.kernel import clock
from panel.kernel.errors import Invalid
from panel.outbound import hosts
from tests.compliance.auditing.sinks.test_sinks import add, events
from tests.factories.ruled import fresh
from tests.stage.visits import told, visit

pytestmark = pytest.mark.django_db
TOKEN = "ghp_0123456789"


class Forge(ThreadingHTTPServer):
    """The contents API as GitHub (below /api/v3) and Gitea (below /api/v1) answer it; `says` answers something else first."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.files: dict[str, bytes] = {}
        self.asked: list[tuple[str, str]] = []
        self.messages: list[str] = []
        self.says: list[int] = []
        self.loses_answers = False

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"

    def target(self, version: int) -> str:
        return f"http://{self.place}/api/v{version}/repos/acme/audit?branch=kept"


class Answering(BaseHTTPRequestHandler):
    server: Forge

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path, _mark, query = self.path.partition("?")
        self.server.asked.append((self.command, self.path))
        root, _slash, name = path.partition("/repos/acme/audit/contents/")
        if self.headers["Authorization"] != f"token {TOKEN}":
            return self._say(401)
        if self.server.says:
            return self._say(self.server.says.pop(0))
        if self.command == "GET":
            found = self.server.files.get(name) if query == "ref=kept" else None
            file = {"type": "file", "encoding": "base64", "content": base64.encodebytes(found or b"").decode()}
            return self._say(404 if found is None else 200, file)
        made = json.loads(body)
        if self.command != {"/api/v1": "POST", "/api/v3": "PUT"}[root] or name in self.server.files:
            return self._say(422, {"message": '"sha" wasn\'t supplied.'})
        assert (set(made), made["branch"]) == ({"message", "content", "branch"}, "kept")
        self.server.files[name] = base64.b64decode(made["content"], validate=True)
        self.server.messages.append(made["message"])
        return self._say(502 if self.server.loses_answers else 201)

    def do_GET(self) -> None:
        self.do_POST()

    def do_PUT(self) -> None:
        self.do_POST()

    def _say(self, status: int, body: Any = None) -> None:
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(body or {}).encode())

    def log_message(self, *_: Any) -> None:
        return


@pytest.fixture
def forge(adam: User) -> Iterator[Forge]:
    made = Forge()
    hosts.add(host=made.place, reason="for the test", actor=fresh(adam), at=clock.now())
    thread = threading.Thread(target=made.serve_forever)
    thread.start()
    yield made
    made.shutdown()
    made.server_close()
    thread.join()


def sink(adam: User, forge: Forge, version: int = 3, token: str = TOKEN) -> Sink:
    return add(adam, "git", forge.target(version), what="checkpoints", token=token)


def again(row: Sink) -> Sink:
    row.refresh_from_db()
    return row


def head() -> Checkpoint:
    found = ledger.head()
    assert found is not None
    return found


def name(of: Checkpoint) -> str:
    return f"checkpoints/{of.size:016}.txt"


@pytest.mark.parametrize(("version", "method"), [(3, "PUT"), (1, "POST")])
def test_a_checkpoint_becomes_a_commit(adam: User, forge: Forge, version: int, method: str) -> None:
    row = sink(adam, forge, version)
    events(2)
    assert shipping.work(clock.now()) == 1
    assert forge.files == {name(head()): head().note.encode()}
    assert forge.asked == [(method, f"/api/v{version}/repos/acme/audit/contents/{name(head())}")]
    assert forge.messages == [f"Checkpoint of {head().size} entries"]
    assert (again(row).problem, row.reached, queries.backlog(row)) == ("", head().size, 0)


@pytest.mark.parametrize("version", [3, 1])
def test_one_that_is_there_already_counts_as_arrived(adam: User, forge: Forge, version: int) -> None:
    """The answer to the first try was lost; the second finds the same text and makes no second commit."""
    row = sink(adam, forge, version)
    events(1)
    forge.loses_answers, at = True, clock.now()
    shipping.work(at)
    assert (again(row).problem, row.sent, len(forge.messages)) == ("It answered 502.", 0, 1)
    shipping.work(at + shipping.PAUSE)
    assert (again(row).problem, row.sent, row.rewritten, len(forge.messages)) == ("", 1, None, 1)
    assert rewritten_alarm() is None


@pytest.mark.parametrize(("version", "other"), [(3, b"another\n"), (1, b"x" * 70_000)])
def test_another_text_in_its_place_is_an_alarm_until_it_is_right_again(
    adam: User, forge: Forge, version: int, other: bytes
) -> None:
    row = sink(adam, forge, version)
    events(1)
    first = head()
    forge.files[name(first)] = other
    at = clock.now()
    shipping.work(at)
    assert (again(row).sent, row.rewritten, forge.files[name(first)]) == (0, first.size, other)
    assert "written anew" in row.problem
    alarm = rewritten_alarm()
    assert alarm is not None
    assert (alarm.severity, str(first.size) in alarm.sentence) == ("critical", True)
    events(3)
    shipping.work(at + shipping.PAUSE)  # a newer one does not hide it
    assert (again(row).rewritten, set(forge.files)) == (first.size, {name(first)})
    forge.says = [503]
    shipping.work(at + 2 * shipping.PAUSE)  # nor does another trouble
    assert (again(row).rewritten, row.problem) == (first.size, "It answered 503.")
    assert Leaf.objects.filter(event="auditing.sink.rewritten", object_id=row.id).count() == 1
    forge.files[name(first)] = first.note.encode()
    shipping.work(at + 3 * shipping.PAUSE)
    assert (again(row).rewritten, row.problem, row.reached, rewritten_alarm()) == (None, "", first.size, None)
    shipping.work(at + timedelta(hours=2))
    assert set(forge.files) == {name(first), name(head())}


def test_a_refusal_for_another_reason_is_tried_again(adam: User, forge: Forge) -> None:
    """409: somebody else committed at the same moment; the file is not there."""
    row = sink(adam, forge)
    events(1)
    forge.says, at = [409], clock.now()
    shipping.work(at)
    assert (again(row).problem, row.rewritten) == ("It answered 409.", None)
    shipping.work(at + shipping.PAUSE)
    assert (again(row).problem, set(forge.files)) == ("", {name(head())})


@pytest.mark.parametrize(
    ("status", "words"), [(401, "does not take the token"), (403, "may not commit"), (404, "no such repository")]
)
def test_a_refusal_is_told(adam: User, olga: User, forge: Forge, status: int, words: str) -> None:
    row = sink(adam, forge, token="wrong" if status == 401 else TOKEN)
    events(1)
    forge.says = [status]
    shipping.work(clock.now())
    assert words in again(row).problem
    assert (row.sent, forge.files) == (0, {})
    shown = told(visit(fresh(olga), reverse("auditing:sinks")))
    assert words in shown
    assert TOKEN not in shown


def test_a_server_in_trouble_is_tried_again_and_the_backlog_shown(adam: User, olga: User, forge: Forge) -> None:
    row = sink(adam, forge)
    events(1)
    forge.says, at = [500, 503], clock.now()
    shipping.work(at)
    shipping.work(at + shipping.PAUSE / 2)  # it pauses
    assert len(forge.asked) == 1
    assert (again(row).problem, queries.backlog(row)) == ("It answered 500.", 1)
    assert "It answered 500." in told(visit(fresh(olga), reverse("auditing:sinks")))
    shipping.work(at + shipping.PAUSE)
    found = sinks_alarm(at + timedelta(minutes=11))
    assert found is not None
    assert "503" in found.sentence
    shipping.work(at + 2 * shipping.PAUSE)
    assert (again(row).problem, queries.backlog(row), set(forge.files)) == ("", 0, {name(head())})


GOOD = "https://api.github.com/repos/acme/audit?branch=main"


@pytest.mark.parametrize(
    ("target", "token", "what", "field"),
    [
        ("https://github.com/acme/audit", TOKEN, "checkpoints", "target"),
        ("https://api.github.com/repos/acme", TOKEN, "checkpoints", "target"),
        ("https://api.github.com/repos/acme/..", TOKEN, "checkpoints", "target"),
        ("https://api.github.com/repos/acme/audit/contents/x", TOKEN, "checkpoints", "target"),
        (GOOD + "/../x", TOKEN, "checkpoints", "target"),
        ("https://api.github.com/repos/acme/audit?brnach=kept", TOKEN, "checkpoints", "target"),
        ("https://127.0.0.1/api/v1/repos/acme/audit", TOKEN, "checkpoints", "target"),
        (GOOD, "", "checkpoints", "token"),
        (GOOD, "two words", "checkpoints", "token"),
        (GOOD, TOKEN, "entries", "what"),
    ],
)
def test_wrong_words_are_refused_beside_their_field(adam: User, target: str, token: str, what: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        add(adam, "git", target, token=token, what=what)
    assert set(refused.value.fields) == {field}


def test_the_page_takes_it_and_shows_no_token(adam: User, olga: User) -> None:
    given = {"name": "Kept", "kind": "git", "what": "checkpoints", "form": "leaf", "target": GOOD, "token": TOKEN}
    bad = visit(fresh(adam), reverse("auditing:new_sink"), {**given, "target": "https://github.com/acme/audit"})
    assert (bad.status_code, "address in the API" in told(bad), TOKEN in told(bad)) == (422, True, False)
    assert visit(fresh(adam), reverse("auditing:new_sink"), given).status_code == 302
    shown = told(visit(fresh(olga), reverse("auditing:sinks")))
    assert ("Git" in shown, "api.github.com:443" in shown, TOKEN in shown) == (True, True, False)
