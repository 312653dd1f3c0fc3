"""Write docs/reference from the code: `python -m tests.architecture.reference`. A test keeps the files in step."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import django

from tests.architecture import tree

HEAD = "<!-- Written by `python -m tests.architecture.reference`. -->\n# {title}\n\n{intro}\n\n"


def _table(columns: list[str], rows: list[list[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


def load_everything() -> None:
    """Import every room of every slice, so that each registry is full."""
    for top in tree.PRODUCT:
        package = importlib.import_module(top)
        for found in pkgutil.walk_packages(package.__path__, f"{top}."):
            if ".migrations" not in found.name and not found.name.endswith((".asgi", ".wsgi")):
                importlib.import_module(found.name)


def permits() -> str:
    access, rules = (importlib.import_module(f"accounts.access.{name}") for name in ("services", "rules"))
    rows = []
    for name, permit in sorted(access.permits().items()):
        roles = "everybody" if permit.roles >= rules.EVERYBODY else ", ".join(sorted(one.value for one in permit.roles))
        least = permit.object_role.codename if permit.object_role else ""
        rows.append([f"`{name}`", str(permit.title), roles, least, "yes" if permit.fresh else ""])
    intro = (
        "What there is to allow. An organisation role opens a permit everywhere; the least role on one object opens it"
        " there. “Fresh” asks a person for a second factor proved within five minutes."
    )
    columns = ["permit", "opens", "organisation roles", "least role on the object", "fresh"]
    return HEAD.format(title="Permits", intro=intro) + _table(columns, rows)


def _period(every: object) -> str:
    if every is None:
        return "when asked"
    if isinstance(every, timedelta):
        return f"each {every.total_seconds():g} s"
    return f"cron {every}".replace("<crontab: ", "").replace(" (m/h/dM/MY/d)>", "")


def _ours(registered: dict[str, Any]) -> list[tuple[str, Any]]:
    """In order, without what other tests of the same run registered."""
    return sorted((name, one) for name, one in registered.items() if not name.startswith("test."))


def jobs() -> str:
    registered = importlib.import_module("panel.kernel.jobs").registered()
    rows = [[f"`{one.name}`", str(one.title), _period(one.every)] for _, one in sorted(_ours(registered))]
    intro = "What the worker does. A job takes ids only, may run twice, and survives a killed worker."
    return HEAD.format(title="Jobs", intro=intro) + _table(["job", "does", "when"], rows)


def journal_events() -> str:
    registered = importlib.import_module("panel.journal.events").registered()
    rows = [[f"`{name}`", str(event.title), event.retention] for name, event in _ours(registered)]
    intro = "What stands in the journal. A name never changes its meaning."
    return HEAD.format(title="Journal events", intro=intro) + _table(["event", "means", "kept as"], rows)


def _refusals(base: type) -> Iterator[type]:
    yield base
    children: list[type] = base.__subclasses__()
    for child in children:
        yield from _refusals(child)


def _first_sentence(cls: type) -> str:
    own = cls.__dict__.get("__doc__") or ""
    return inspect.cleandoc(own).split("\n\n")[0].replace("\n", " ")


def error_codes() -> str:
    errors = importlib.import_module("panel.kernel.errors")
    found: dict[tuple[str, int], str] = {}
    for cls in sorted(_refusals(errors.Refusal), key=lambda one: (one.__module__, one.__qualname__)):
        if cls.__module__.split(".")[0] in tree.PRODUCT:
            key = (cls.code, cls.status)  # type: ignore[attr-defined]
            found[key] = found.get(key) or _first_sentence(cls)
    rows = [[f"`{code}`", str(status), words] for (code, status), words in sorted(found.items())]
    intro = (
        "Every refusal of the panel's API (`/api/v1`) is a problem document (RFC 9457) with one of these in `code`. The"
        " gateway (`/v1`) answers with OpenAI's error objects."
    )
    return HEAD.format(title="Error codes", intro=intro) + _table(["code", "status", "means"], rows)


def gateway_errors() -> str:
    faults = importlib.import_module("assistants.gateway.rules").FAULTS
    rows = [
        [f"`{code}`", str(fault.status), f"`{fault.kind}`", fault.sentence, f"{fault.retry} s" if fault.retry else ""]
        for code, fault in sorted(faults.items())
    ]
    intro = (
        'What `/v1` answers when it does not answer: OpenAI\'s error object, `{"error": {"message", "type", "param",'
        ' "code"}}`, always with `x-request-id`. In a stream that has begun the same object is the last event and no'
        " `[DONE]` follows. 499 stands in the trace only: nobody was there to hear it."
    )
    columns = ["code", "status", "type", "means", "Retry-After"]
    return HEAD.format(title="Gateway errors", intro=intro) + _table(columns, rows)


def scopes() -> str:
    access = importlib.import_module("accounts.access.services")
    rules = importlib.import_module("accounts.credentials.rules.scopes")
    rows = [[f"`{name}`", str(words), "`/v1`"] for name, words in rules.WORDS.items()]
    rows += [
        [f"`{name}`", ", ".join(f"`{permit.name}`" for permit in carried), "`/api/v1`"]
        for name, carried in rules.areas(access.permits().values()).items()
    ]
    intro = (
        "What a key or an OAuth client may be given. A scope of an area carries the permits of that area, and nobody's key"
        " does more than its owner may do at that moment. The name of one permit is a scope too."
    )
    return HEAD.format(title="Scopes", intro=intro) + _table(["scope", "carries", "where"], rows)


def authorization() -> str:
    sweep = importlib.import_module("tests.architecture.sweep.authorization")
    guests = importlib.import_module("accounts.invitations.services.guests")
    cast = [sweep.CAST[name].title for name in sweep.COLUMNS]
    columns = ["address", "method", "right", "fresh", *cast[:-1], "nobody"]
    return "".join(
        (
            HEAD.format(title="Authorization", intro=sweep.INTRO),
            "## Pages and API\n\n",
            _table(columns, sweep.lines(frozenset(one.name for one in guests.sections()))),
            "\n## Calls to assistants\n\n",
            _table(["address", "method", "opened by"], sweep.gateway()),
            "\n## Open to all\n\n",
            _table(["address", "method", "why"], sweep.opened()),
        )
    )


PAGES: dict[str, Callable[[], str]] = {
    "docs/reference/permits.md": permits,
    "docs/reference/authorization.md": authorization,
    "docs/reference/scopes.md": scopes,
    "docs/reference/jobs.md": jobs,
    "docs/reference/journal-events.md": journal_events,
    "docs/reference/error-codes.md": error_codes,
    "docs/reference/gateway-errors.md": gateway_errors,
}


def pages() -> dict[str, str]:
    load_everything()
    return {name: write() for name, write in PAGES.items()}


if __name__ == "__main__":
    django.setup()
    for page, content in pages().items():
        (tree.ROOT / page).write_text(content)
