"""A program that receives webhooks, and events that it hears of."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from panel.journal import sealing
from panel.journal import services as journal
from panel.journal.models import Leaf
from panel.kernel import actors, clock, ids
from panel.outbound import hosts
from panel.outbound.webhooks import sending, services

EVENT = "outbound.server.removed"


class Receiver(ThreadingHTTPServer):
    """Keeps what it is given and answers as told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.status, self.body = 204, b""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/hook?token=geheim"


class Answering(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
        self.send_response(self.server.status)
        self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, *_: Any) -> None:
        return


@contextmanager
def listening() -> Iterator[Receiver]:
    receiver = Receiver()
    thread = threading.Thread(target=receiver.serve_forever)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.shutdown()
        receiver.server_close()
        thread.join()


@pytest.fixture
def receiver(db: None) -> Iterator[Receiver]:
    with listening() as found:
        place = f"127.0.0.1:{found.server_address[1]}"
        hosts.add(host=place, reason="for the test", actor=actors.console(), at=clock.now())
        yield found


@pytest.fixture
def made(receiver: Receiver) -> services.Made:
    given: dict[str, Any] = {"name": "Tickets", "url": receiver.url, "events": [EVENT]}
    return services.create(actor=actors.console(), at=clock.now(), **given)


def happen(event: str = EVENT, **detail: Any) -> Leaf:
    leaf = journal.record(event, actor=actors.SYSTEM, obj=("mail_server", ids.new_id()), detail=detail, at=clock.now())
    sealing.seal(at=clock.now())
    return Leaf.objects.get(id=leaf)


def go() -> int:
    sending.collect(clock.now())
    return sending.work(clock.now())
