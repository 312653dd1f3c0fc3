"""Celery: tasks by name, ids only, json only, no results kept."""

import logging.config
import os
import signal
from typing import Any

from celery import Celery
from celery.signals import setup_logging, task_postrun, task_prerun, worker_process_init

from panel.kernel.boot import boot
from panel.kernel.work import notes
from panel.ops import logs
from panel.ops.services import broker
from panel.ops.services.spawn import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "panel.settings")
app = Celery("panel")
app.conf.update(broker.settings(boot().valkey_url))
app.conf.beat_scheduler = "panel.kernel.work.beat:Scheduler"
app.autodiscover_tasks()

task_prerun.connect(notes.before)
task_postrun.connect(notes.after)


@setup_logging.connect
def _log(**_: Any) -> None:
    """Celery's own format would print the values in an error."""
    logging.config.dictConfig(logs.SETTINGS)


@worker_process_init.connect
def _end_with_worker(**_: Any) -> None:
    """A pool process does not outlive the worker that forked it."""
    die_with_parent(signal.SIGKILL)
