"""The copy of a person's data: JSON, CSV and one page of HTML in a signed archive, sealed on disk, for a week.

Each store is read once, in flat memory; text that names others is covered, and each cover is listed.
"""

import csv
import html
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.access import services as access
from compliance.requests.models import Package, Request
from compliance.requests.queries import reading
from compliance.requests.rules import permits
from compliance.requests.rules.kinds import PACKED
from compliance.requests.rules.states import Act, State
from compliance.requests.rules.stores import Person, Store, masked
from compliance.requests.services import moving, notices
from compliance.requests.services.copies import leaflet, telling
from compliance.requests.services.stores import every, own
from panel.journal import bundles
from panel.journal.drafts import Draft
from panel.journal.rules.archive import Content
from panel.kernel import clock, ids, jobs
from panel.kernel.actors import SYSTEM, Actor
from panel.kernel.work import results

KIND, LIFE, MOST = "requests.export", timedelta(days=7), 5
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def ask(*, actor: Actor, request: Request, at: datetime) -> Request:
    """Begin to build the copy. Raises Forbidden, NotPossible."""
    access.require(actor, permits.HANDLE)
    with moving.tried("pack", actor, request, at), transaction.atomic():
        row = moving.locked(request.id)
        if row.kind not in PACKED or row.subject_id is None:
            raise moving.NotPossible(_("This request asks for no copy."))
        if moving.may(row, Act.EXECUTE):
            moving.move(row, Act.EXECUTE, actor=actor, at=at)
            start(row)
        return row


def start(row: Request) -> None:
    jobs.start("requests.pack", actor=SYSTEM, key=str(row.id), about=row.journal_ref, request=row.id)


@dataclass
class Built:
    """Counts of one package while it is made. `listed` is the table of covers (store, item, field, what) as CSV: some thirty
    bytes each, and there can be as many as messages."""

    own: frozenset[str]
    items: int = 0
    covers: int = 0
    listed: bytearray = field(
        default_factory=lambda: bytearray(b"".join(_csv([["store", "item", "field", "covered"]])))
    )
    counts: dict[str, int] = field(default_factory=dict)

    def cover(self, store: str, item: int, name: str, labels: list[str]) -> None:
        self.covers += len(labels)
        self.listed += b"".join(_csv([[store, item, name, one] for one in labels]))


def build(run: jobs.Run, row: Request) -> None:
    """The job's body: write the archive, then the package's row and the letter. Again makes a new one."""
    if row.state != State.EXECUTING or row.subject_id is None:
        return
    person, at = reading.person_of(row), clock.now()
    built = Built(own.own_names(person))
    # Two drafts: what was read is read again while the archive's files are written.
    with Draft() as lines, Draft() as draft:
        stores = every.every()
        for number, store in enumerate(stores):
            run.progress(number, len(stores), gettext_noop("Reading %(store)s"), store=store.name)
            _store(lines, store, person, built, run)
        files = _files(draft, lines, row, person, built, at)
        with transaction.atomic():
            signed = bundles.sign(actor=SYSTEM, kind=KIND, files=files, about={"request": str(row.id)}, obj=row, at=at)
        size = results.write(run.id, _checked(run, bundles.stream(signed, at=at)))
    _ready(run, row, built, size, at)


def _checked(run: jobs.Run, chunks: Iterator[bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        run.check()
        yield chunk


def _store(draft: Draft, store: Store, person: Person, built: Built, run: jobs.Run) -> None:
    def lines() -> Iterator[bytes]:
        for number, item in enumerate(store.items(person)):
            if number % 500 == 0:
                run.check()
            built.items += 1
            built.counts[store.name] = number + 1
            yield json.dumps(_covered(store.name, number, item, built), ensure_ascii=False).encode() + b"\n"

    draft.add(store.name, lines())


def _covered(store: str, number: int, item: Mapping[str, Any], built: Built) -> dict[str, Any]:
    """JSON values, with what names others covered."""
    found: dict[str, Any] = {}
    for name, value in item.items():
        if isinstance(value, str) and len(value) > 3:
            text, covers = masked(value, built.own)
            built.cover(store, number, name, [one.label for one in covers])
            found[name] = text
        else:
            found[name] = value if isinstance(value, str | int | bool | None | list | dict) else str(value)
    return found


def _files(draft: Draft, read: Draft, row: Request, person: Person, built: Built, at: datetime) -> dict[str, Content]:
    """The archive's files: everything as JSON, a table per store, one page to read, and the list of covers."""
    stores = {one.name: one for one in every.every()}
    lines = {name: read.files[name] for name in stores if name in built.counts}
    about = telling.article_15(row, person, [stores[name] for name in lines], built.counts, at)
    draft.add("data.json", _json(about, lines))
    for name, spooled in lines.items():
        draft.add(f"tables/{_safe(name)}.csv", _table(spooled))
    draft.add(
        "read-me.html",
        leaflet.page(about, {name: (stores[name].title, _rows(one)) for name, one in lines.items()}, row.language),
    )
    draft.add("covered.csv", [bytes(built.listed)])
    return dict(draft.files)


def _safe(name: str) -> str:
    """A file's name that leads nowhere else."""
    return "".join(char if char.isascii() and (char.isalnum() or char in "-_") else "-" for char in name)[:60]


def _rows(spooled: Content) -> Iterator[dict[str, Any]]:
    rest = b""
    for chunk in spooled.chunks():
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield json.loads(line)


def _json(about: Mapping[str, Any], lines: Mapping[str, Any]) -> Iterator[bytes]:
    yield b'{"about": ' + json.dumps(about, ensure_ascii=False).encode() + b', "stores": {'
    for place, (name, spooled) in enumerate(lines.items()):
        yield (b", " if place else b"") + json.dumps(name).encode() + b": ["
        for number, item in enumerate(_rows(spooled)):
            yield (b", " if number else b"") + json.dumps(item, ensure_ascii=False).encode()
        yield b"]"
    yield b"}}\n"


def _table(spooled: Content) -> Iterator[bytes]:
    heads: list[str] | None = None
    for item in _rows(spooled):
        if heads is None:
            heads = list(item)
            yield from _csv([heads])
        yield from _csv([[item.get(name) for name in heads]])


def _csv(rows: list[list[Any]]) -> Iterator[bytes]:
    """What a spreadsheet would take for a formula begins with an apostrophe."""
    for row in rows:
        out = io.StringIO()
        csv.writer(out).writerow([inert(value) for value in row])
        yield out.getvalue().encode()


def inert(value: Any) -> str:
    text = "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"'{text}" if text.startswith(FORMULA) else text


def escape(value: Any) -> str:
    return html.escape(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _ready(run: jobs.Run, row: Request, built: Built, size: int, at: datetime) -> None:
    with transaction.atomic():
        locked = moving.locked(row.id)
        Package.objects.create(
            id=ids.new_id(), request=locked, job=run.id, made_at=at, expires_at=at + LIFE, size=size, items=built.items,
            masks=built.covers, most=MOST,
        )  # fmt: skip
        if locked.state == State.EXECUTING:
            detail = {"items": built.items, "covers": built.covers, "bytes": size}
            moving.move(locked, Act.FINISH, actor=SYSTEM, at=at, detail=detail)
            notices.write(locked, "ready", actor=SYSTEM, at=at, days=LIFE.days, downloads=MOST)


def expire(*, at: datetime) -> int:
    """Destroy copies whose time or downloads are over; returns how many."""
    gone = 0
    for one in Package.objects.filter(gone_at__isnull=True):
        if one.expires_at <= at or one.downloads >= one.most:
            gone += destroy(one, at)
    return gone


@transaction.atomic
def destroy(package: Package, at: datetime) -> int:
    row = Package.objects.select_for_update().filter(id=package.id, gone_at__isnull=True).first()
    if row is None:
        return 0
    row.gone_at = at
    row.save(update_fields=["gone_at"])
    moving.tell(row.request, "package_gone", actor=SYSTEM, at=at)
    if row.job is not None:
        results.forget(row.job)
    return 1
