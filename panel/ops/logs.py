"""Logs of the Django processes: one JSON object a line on stderr, and nothing about a person.

Messages of libraries can quote addresses, values and URLs: from them only level, logger and the kind of the error pass.
Our own loggers (`panel.`, and the slices) write fixed sentences.
"""

import json
import logging
import os
from typing import Any

OURS = ("panel", "accounts", "compliance", "assistants")


class JsonLines(logging.Formatter):
    """`where` is the file and line of an error's innermost own frame; its message is never written."""

    def format(self, record: logging.LogRecord) -> str:
        own = record.name.split(".", 1)[0] in OURS
        line: dict[str, Any] = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S") + f".{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "process": os.environ.get("PANEL_PROCESS", ""),
            "logger": record.name,
            "event": record.getMessage() if own else _safe(record),
        }
        request = getattr(record, "request_id", "")
        if request:
            line["request_id"] = str(request)[:64]
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
            line["where"] = _where(record)
        return json.dumps(line, ensure_ascii=False)


def _safe(record: logging.LogRecord) -> str:
    """The message without its arguments; one that came ready-made is left out."""
    return str(record.msg)[:200] if record.args else f"{record.module}:{record.lineno}"


def _where(record: logging.LogRecord) -> str:
    trace = record.exc_info[2] if record.exc_info else None
    found = ""
    while trace is not None:
        frame = trace.tb_frame
        if frame.f_globals.get("__name__", "").split(".", 1)[0] in OURS:
            found = f"{frame.f_globals['__name__']}:{trace.tb_lineno}"
        trace = trace.tb_next
    return found


SETTINGS: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "panel.ops.logs.JsonLines"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        # A missing page is no event, and its address may be personal.
        "django.request": {"level": "ERROR"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},
    },
}
