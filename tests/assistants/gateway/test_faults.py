"""What must hold when things die: every answered call is recorded once, and the database may be away for a while."""

import json
import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from psycopg import sql

from accounts.credentials.engine import tokens
from assistants.conversations.models import Call
from assistants.gateway import services
from tests.assistants.gateway import world as worlds
from tests.assistants.gateway.world import World
from tests.stage.live import Live
from tests.stage.provider import MockProvider, Reply

pytestmark = pytest.mark.slow
ROUNDS = 50


@pytest.fixture
def world(gateway_server: Live, mock_provider: MockProvider) -> World:
    return worlds.build(mock_provider)


def to_the_last_byte(live: Live, world: World, *, stream: bool) -> tuple[int, UUID]:
    """One call over a bare socket, returning with the last byte; (status, call)."""
    body = json.dumps({"model": world.slug, "messages": [{"role": "user", "content": "hello"}], "stream": stream})
    head = (
        "POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
        f"authorization: Bearer {world.token}\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", int(live.settings["PORT"])), timeout=10) as line:
        line.sendall((head + body).encode())
        data = b""
        while not whole(data):
            data += line.recv(65536)
    words = data.split(b"\r\n\r\n")[0].decode().lower()
    call = words.split("x-request-id: req_")[1].split("\r\n")[0]
    return int(words.split()[1]), UUID(call)


def whole(data: bytes) -> bool:
    head, found, body = data.partition(b"\r\n\r\n")
    if not found:
        return False
    if b"chunked" in head.lower():
        return body.endswith(b"0\r\n\r\n")
    length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    return len(body) >= length


def kept(calls: list[UUID], seconds: float = 20) -> dict[UUID, int]:
    """How often each call stands in the traces, once the records have travelled."""
    until = time.monotonic() + seconds
    while True:
        services.ingest()
        found: dict[UUID, int] = {}
        for one in Call.objects.filter(id__in=calls).values_list("id", flat=True):
            found[one] = found.get(one, 0) + 1
        if len(found) == len(calls) or time.monotonic() > until:
            return found
        time.sleep(0.2)


def test_a_gateway_killed_at_the_last_byte_has_recorded_the_call_once(gateway_server: Live, world: World) -> None:
    answered: list[Any] = []
    for number in range(ROUNDS):
        status, call = to_the_last_byte(gateway_server, world, stream=bool(number % 2))
        gateway_server.stop("gateway", signal.SIGKILL)
        assert status == 200
        answered.append(call)
        gateway_server.start("gateway")
    assert kept(answered) == dict.fromkeys(answered, 1)


@contextmanager
def database_away(owner: Any, name: str) -> Iterator[None]:
    """Nobody gets into the live database, and whoever is in is thrown out."""
    database = sql.Identifier(name)
    owner.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(database))
    owner.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
    try:
        yield
    finally:
        owner.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(database))
        connection.close()


def test_calls_go_on_while_the_database_is_away_and_none_is_lost(
    gateway_server: Live, world: World, stage: Any
) -> None:
    answered: list[Any] = []
    with stage.owner() as owner, database_away(owner, stage.live):
        until = time.monotonic() + 5
        while time.monotonic() < until:
            status, call = to_the_last_byte(gateway_server, world, stream=len(answered) % 2 == 0)
            assert status == 200
            answered.append(call)
            time.sleep(0.05)
    world.assistant.refresh_from_db()
    assert kept(answered) == dict.fromkeys(answered, 1)
    worlds.settle()


def test_a_key_that_nobody_knows_is_refused_while_the_database_is_away(
    gateway_server: Live, world: World, stage: Any
) -> None:
    with stage.owner() as owner, database_away(owner, stage.live):
        time.sleep(0.3)
        unknown = World(world.assistant, world.provider, world.key, tokens.generate("gateway")[1], world.owner)
        status, _ = to_the_last_byte(gateway_server, unknown, stream=False)
        assert status == 503
    worlds.settle()
    status, _ = to_the_last_byte(gateway_server, unknown, stream=False)
    assert status == 401


def test_a_gateway_that_starts_without_its_database_refuses_and_then_serves(
    gateway_server: Live, world: World, stage: Any
) -> None:
    with stage.owner() as owner, database_away(owner, stage.live):
        gateway_server.stop("gateway", signal.SIGKILL)
        gateway_server.start("gateway")
        status, _ = to_the_last_byte(gateway_server, world, stream=False)
        assert status == 503
    until = time.monotonic() + 5
    while status != 200 and time.monotonic() < until:
        time.sleep(0.1)
        status, _ = to_the_last_byte(gateway_server, world, stream=False)
    assert status == 200


def memory(pid: int) -> float:
    """MiB of the largest process of a tree: the worker."""
    tree = [str(pid)]
    for one in tree:
        tree += [
            child for task in Path(f"/proc/{one}/task").iterdir() for child in (task / "children").read_text().split()
        ]
    sizes = [int(Path(f"/proc/{one}/statm").read_text().split()[1]) for one in tree]
    return max(sizes) * os.sysconf("SC_PAGE_SIZE") / 2**20


def test_a_client_that_reads_nothing_fills_no_memory(
    gateway_server: Live, world: World, mock_provider: MockProvider
) -> None:
    mock_provider.script = lambda _: Reply("some words of an answer " * 4_000_000, pieces=8000)
    body = json.dumps({"model": world.slug, "messages": [{"role": "user", "content": "hello"}], "stream": True})
    head = (
        "POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
        f"authorization: Bearer {world.token}\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    pid = gateway_server.processes["gateway"].pid
    before = memory(pid)
    with socket.socket() as line:
        # The kernel buffers as well, so its share is kept small.
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        line.settimeout(10)
        line.connect(("127.0.0.1", int(gateway_server.settings["PORT"])))
        line.sendall((head + body).encode())
        call = UUID(line.recv(1000).decode().split("x-request-id: req_")[1].split("\r\n")[0])
        time.sleep(3)
        assert memory(pid) - before < 16
    assert kept([call]) == {call: 1}
    assert Call.objects.get(id=call).error == "client_closed"
