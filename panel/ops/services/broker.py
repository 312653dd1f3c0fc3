"""Celery's address for the Valkey of VALKEY_URL, and its settings."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

# A lost task is delivered again after this long; tasks are idempotent and end well before.
VISIBILITY_SECONDS = 900
TASK_SECONDS = 600


def address(valkey_url: str) -> str:
    """kombu's form: a unix socket is `redis+socket://`, everything else stays."""
    parts = urlsplit(valkey_url)
    if parts.scheme != "unix":
        return valkey_url
    database = parse_qs(parts.query).get("db", ["0"])[0]
    user = f"{parts.netloc}" if "@" in parts.netloc else ""
    return f"redis+socket://{user}{parts.path}?virtual_host={database}"


def settings(valkey_url: str) -> dict[str, Any]:
    """Settings of panel.celery: ids as json, no results, no arguments in logs or events, late acknowledgement."""
    return {
        "broker_url": address(valkey_url) or "memory://",
        "broker_transport_options": {
            "visibility_timeout": VISIBILITY_SECONDS,
            "socket_connect_timeout": 5,
            "socket_keepalive": not valkey_url.startswith("unix"),
        },
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        "accept_content": ["json"],
        "task_serializer": "json",
        "task_ignore_result": True,
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "task_time_limit": TASK_SECONDS,
        "task_soft_time_limit": TASK_SECONDS - 30,
        "worker_cancel_long_running_tasks_on_connection_loss": True,
        "worker_prefetch_multiplier": 1,
        "worker_max_memory_per_child": 400_000,  # kB; a job that leaks costs one process, not the machine
        "worker_hijack_root_logger": False,
        "worker_redirect_stdouts": False,
        "timezone": "UTC",
    }
