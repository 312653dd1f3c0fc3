"""Jobs by name: a service says `enqueue`, a task module says `@job`; neither imports the other."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from celery import current_app, shared_task
from celery.schedules import crontab
from django.db import transaction

Schedule = timedelta | crontab


@dataclass(frozen=True)
class Job:
    name: str
    title: str
    every: Schedule | None


_jobs: dict[str, Job] = {}


def job(name: str, *, title: str, every: Schedule | None = None) -> Callable[[Callable[..., None]], Any]:
    """Make a function the one Celery task of this name; `every` puts it on the beat schedule.

    A task takes ids only, is idempotent and survives a killed worker (acks late, redelivered).
    """

    def register(body: Callable[..., None]) -> Any:
        if name in _jobs:
            raise RuntimeError(f"Two tasks want the job name {name!r}.")
        _jobs[name] = Job(name, title, every)
        # The representation of arguments stays out of broker and logs, whatever they are.
        return shared_task(name=name, acks_late=True, ignore_result=True)(body)

    return register


def registered() -> dict[str, Job]:
    return dict(_jobs)


def schedule() -> dict[str, dict[str, Any]]:
    """Celery's beat schedule, from the jobs that have one. A tick that waited longer than its period expires."""
    found: dict[str, dict[str, Any]] = {}
    for one in _jobs.values():
        if one.every is None:
            continue
        seconds = one.every.total_seconds() if isinstance(one.every, timedelta) else 3600
        found[one.name] = {"task": one.name, "schedule": one.every, "options": {"expires": max(seconds, 5)}}
    return found


def send(name: str, **ids: object) -> None:
    """Send now; the ids travel as text."""
    arguments = {key: str(value) for key, value in ids.items()}
    current_app.send_task(name, kwargs=arguments, argsrepr="()", kwargsrepr="{}")


def enqueue(name: str, **ids: object) -> None:
    """Start a job when the current transaction commits. Ids only: nothing personal travels through the broker."""
    transaction.on_commit(partial(send, name, **ids))
