"""Log lines are JSON and say nothing about a person, whatever a library puts into its messages."""

import json
import logging
import sys

from panel.ops.logs import JsonLines
from panel.ops.services import broker


def line(name: str, message: str, *values: object, error: Exception | None = None) -> dict[str, object]:
    info = None
    if error is not None:
        try:
            raise error
        except type(error):
            info = sys.exc_info()
    record = logging.LogRecord(name, logging.ERROR, "/x/y.py", 7, message, values, info)
    found: dict[str, object] = json.loads(JsonLines().format(record))
    return found


def test_our_own_sentences_pass() -> None:
    assert line("panel.front", "The panel broke off: %s", "OSError")["event"] == "The panel broke off: OSError"


def test_a_librarys_values_stay_out() -> None:
    found = json.dumps(line("django.request", "Not Found: %s", "/people/alice@example.org"))
    assert "alice" not in found
    assert "Not Found" in found
    assert "alice" not in json.dumps(line("urllib3", "GET https://x/?q=alice@example.org"))


def test_an_error_gives_its_kind_and_not_its_words() -> None:
    found = line("celery.app.trace", "Task %(name)s raised", error=ValueError("Key (email)=(alice@example.org)"))
    assert found["error"] == "ValueError"
    assert "alice" not in json.dumps(found)


def test_celerys_address_is_made_from_valkeys() -> None:
    assert broker.address("unix:///a%20b/valkey.sock?db=3") == "redis+socket:///a%20b/valkey.sock?virtual_host=3"
    assert broker.address("redis://:pw@valkey:6379/0") == "redis://:pw@valkey:6379/0"
    settings = broker.settings("redis://valkey:6379/0")
    assert settings["accept_content"] == ["json"]
    assert settings["task_ignore_result"] is True
    assert settings["task_acks_late"] is True
