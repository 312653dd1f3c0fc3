"""A message without scripts: the panel opens the same stream with the same ticket at the gateway, and waits for its end."""

import http.client
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from panel.kernel.errors import TooMany

ROUTE = "/stream/chat"
SECONDS = 60
AT_ONCE = 4
"""Messages that one process of the panel waits for at once; pages of others are not to wait behind them."""
_free = threading.BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True, slots=True)
class Heard:
    """What came back: the answer's text, its safe HTML, what the AI did not see, and a fault's code or ""."""

    text: str = ""
    html: str = ""
    masked: tuple[str, ...] = ()
    code: str = ""


def ask(*, ticket: str, messages: list[dict[str, str]]) -> Heard:
    """Raises TooMany when too many wait already."""
    if not _free.acquire(timeout=1):
        raise TooMany(_("Very many people write at once. Try again in a moment."), retry_after=10)
    try:
        return _heard(_open(ticket, messages))
    except (OSError, http.client.HTTPException, ValueError):
        return Heard(code="unreachable")
    finally:
        _free.release()


def _open(ticket: str, messages: list[dict[str, str]]) -> tuple[int, bytes]:
    place = urlsplit(settings.BASE_URL)
    kind = http.client.HTTPSConnection if place.scheme == "https" else http.client.HTTPConnection
    line = kind(place.hostname or "localhost", place.port, timeout=SECONDS)
    try:
        headers = {"Content-Type": "application/json", "X-Stream-Ticket": ticket}
        line.request("POST", ROUTE, json.dumps({"messages": messages}), headers)
        answer = line.getresponse()
        return answer.status, answer.read()
    finally:
        line.close()


def _heard(answer: tuple[int, bytes]) -> Heard:
    status, body = answer
    if status != 200:
        return Heard(code=str(json.loads(body)["error"]["code"]))
    text, masked, html, code = "", (), "", "provider_cut"
    for kind, value in _events(body.decode()):
        if kind == "token":
            text += str(value["text"])
        elif kind == "masked":
            masked = tuple(value["kinds"])
        elif kind in {"done", "error"}:
            html, code = value["html"], value.get("code", "") if kind == "error" else ""
    return Heard(text, html, masked, code)


def _events(body: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for block in body.split("\n\n"):
        kind, _line, data = block.partition("\ndata: ")
        if kind.startswith("event: "):
            yield kind.removeprefix("event: "), json.loads(data)
