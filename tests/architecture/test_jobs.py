"""A job is a name: one Celery task for each, and nobody sends a name that nobody answers to."""

import ast
import importlib

from django.conf import settings

from panel.celery import app
from panel.kernel import jobs
from tests.architecture import tree

SENDERS = {"jobs.enqueue", "jobs.send", "jobs.start", "enqueue"}


def _sent() -> dict[str, str]:
    """Names given to `jobs.enqueue`, `jobs.send` and `jobs.start`, with the place of one such call."""
    found: dict[str, str] = {}
    # The kernel's own machinery hands names on.
    for name in (one for one in tree.python() if not one.startswith("panel/kernel/")):
        for node in ast.walk(tree.parsed(name)):
            if not isinstance(node, ast.Call) or ast.unparse(node.func) not in SENDERS:
                continue
            assert node.args, f"{name}:{node.lineno} starts a job without a name"
            word = node.args[0]
            assert isinstance(word, ast.Constant), f"{name}:{node.lineno} computes the name of a job"
            found[str(word.value)] = f"{name}:{node.lineno}"
    return found


def _load() -> set[str]:
    app.autodiscover_tasks(force=True)
    for slice_name in settings.SLICES:
        if f"{slice_name.replace('.', '/')}/tasks.py" in tree.files():
            importlib.import_module(f"{slice_name}.tasks")
    return {name for name in app.tasks if not name.startswith("celery.")}


def test_every_task_is_a_registered_job() -> None:
    assert _load() == set(jobs.registered())


def test_every_name_that_is_sent_has_a_task() -> None:
    _load()
    assert {name: where for name, where in _sent().items() if name not in jobs.registered()} == {}


def test_every_job_has_a_title_and_a_name_of_its_slice() -> None:
    _load()
    labels = {name.split(".")[-1] for name in settings.SLICES} | {"kernel"}
    assert [one.name for one in jobs.registered().values() if not one.title] == []
    assert [name for name in jobs.registered() if name.split(".")[0] not in labels] == []
