"""Calls through a demo's gateway, and what the database says of them."""

import contextlib
import http.client
import json
import threading
from collections import Counter
from uuid import UUID

import psycopg

from tests.panel.ops.panel_run import PanelRun


class Caller:
    """Calls one assistant of a demo; `answered` holds the request ids whose last byte arrived."""

    def __init__(self, run: PanelRun) -> None:
        self.run = run
        world = json.loads((run.data / "demo.json").read_text())
        self.assistant = world["assistants"][0]
        self.answered: list[UUID] = []
        self._lock = threading.Lock()

    def call(self, *, stream: bool = False) -> int:
        """One call; returns its status, 0 when there was no whole answer."""
        body = {"model": self.assistant["slug"], "stream": stream, "messages": [{"role": "user", "content": "Hello"}]}
        connection = http.client.HTTPConnection("127.0.0.1", self.run.port, timeout=30)
        with contextlib.closing(connection), contextlib.suppress(OSError, http.client.HTTPException):
            headers = {"Authorization": f"Bearer {self.assistant['api_key']}", "Content-Type": "application/json"}
            connection.request("POST", "/v1/chat/completions", json.dumps(body), headers)
            answer = connection.getresponse()
            text = answer.read()
            if answer.status == 200 and (not stream or b"[DONE]" in text):
                with self._lock:
                    self.answered.append(UUID(str(answer.getheader("x-request-id")).removeprefix("req_")))
            return answer.status
        return 0

    def recorded(self) -> Counter[UUID]:
        """How often each call stands in the statistics."""
        env = json.loads((self.run.data / "run" / "env.json").read_text())
        with psycopg.connect(env["DATABASE_URL"]) as connection:
            return Counter(row[0] for row in connection.execute("SELECT id FROM conversations_call"))
