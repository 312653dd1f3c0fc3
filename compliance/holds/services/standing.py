"""Holds that outlive a restore: the ledger beside the backups carries each, and what the restored database lacks is made again.

Never narrower: what the backup knows stays, lines that came later are added, a draft that was approved later is in force, and
a release that was called off later is off. A release that came later is not taken over: it is asked for anew.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from compliance.holds.models import Hold, Line, Version
from compliance.holds.rules.states import EFFECTIVE, Act, State
from compliance.holds.services.placing import PANEL_KEY, moved
from panel.journal import services as journal
from panel.kernel.actors import SYSTEM
from panel.kernel.crypto import keyring

OF_HOLD = ("reference", "state", "revision", "placed_by_kind")
IDS = ("placed_by_id", "release_asked_by", "release_approved_by")
INSTANTS = ("made_at", "placed_at", "cooling_since", "released_at", "changed_at")
OF_LINE = ("subject", "assistant", "item", "from_day", "to_day")


class Holds:
    """The standing of the kind "hold". Drafts and discarded ones keep nothing and are left out."""

    def collect(self) -> Iterator[tuple[UUID, datetime, str]]:
        rows = Hold.objects.exclude(state__in=[State.DRAFT, State.DISCARDED])
        for hold in rows.prefetch_related("versions__lines").order_by("id"):
            yield hold.id, hold.changed_at, json.dumps(_told(hold), default=str, sort_keys=True)

    def apply(self, texts: Sequence[str], at: datetime) -> int:
        return sum(_stands(json.loads(text), at) for text in texts)


def _told(hold: Hold) -> dict[str, Any]:
    names = ("id", *OF_HOLD, *IDS, *INSTANTS)
    return {**{name: getattr(hold, name) for name in names}, "title": str(hold.title), "versions": _versions(hold)}


def _versions(hold: Hold) -> list[dict[str, Any]]:
    return [
        {
            "id": one.id, "number": one.number, "reason": str(one.reason), "by_kind": one.by_kind, "by_id": one.by_id,
            "at": one.at,
            "lines": [{name: getattr(line, name) for name in ("id", "kind", *OF_LINE)} for line in one.lines.all()],
        }
        for one in hold.versions.all()
    ]  # fmt: skip


def _stands(told: dict[str, Any], at: datetime) -> bool:
    """Whether it is in force because something had to be made again."""
    row = Hold.objects.select_for_update().filter(id=told["id"]).first()
    if row is None:
        row, changed = _made(told), True
    else:
        changed = _caught_up(row, told)
    added = [_add(row, one) for one in told["versions"]]
    if not changed and not any(added):
        return False
    row.revision = max([row.revision, *(int(one["number"]) for one in told["versions"])])
    row.save(update_fields=["revision"])
    detail = {"reference": row.reference, "state": row.state, "lines": sum(added)}
    journal.record("holds.hold.brought_back", actor=SYSTEM, obj=row, detail=detail, at=at)
    return State(row.state) in EFFECTIVE


def _made(told: dict[str, Any]) -> Hold:
    taken = Hold.objects.filter(reference=told["reference"]).exists()  # another one took the name since the backup
    row = Hold(id=UUID(told["id"]), key_id=keyring.named(PANEL_KEY), **{name: told[name] for name in OF_HOLD})
    for name in IDS:
        setattr(row, name, _uuid(told[name]))
    for name in INSTANTS:
        setattr(row, name, _instant(told[name]))
    row.title = told["title"]
    if taken:
        row.reference = f"{told['reference'][:30]} {told['id'][-8:]}"
    row.save(force_insert=True)
    return row


def _caught_up(row: Hold, told: dict[str, Any]) -> bool:
    """Take a step that the ledger knows and the backup does not, towards keeping only."""
    changed = _instant(told["changed_at"])
    if State(told["state"]) not in EFFECTIVE or changed is None or changed <= row.changed_at:
        return False
    if row.state == State.DRAFT:
        moved(row, Act.PLACE)
        row.placed_at = _instant(told["placed_at"])
    elif row.state == State.COOLING and told["state"] == State.ACTIVE:
        moved(row, Act.KEEP)
        row.release_asked_by = row.release_approved_by = row.cooling_since = None
    else:
        return False
    row.changed_at = changed
    row.save()
    return True


def _add(hold: Hold, told: dict[str, Any]) -> int:
    """A version that is missing, with its lines; how many lines."""
    if Version.objects.filter(id=told["id"]).exists():
        return 0
    version = Version(
        id=UUID(told["id"]), hold=hold, number=told["number"], key_id=hold.key_id, by_kind=told["by_kind"],
        by_id=_uuid(told["by_id"]), at=datetime.fromisoformat(told["at"]),
    )  # fmt: skip
    version.reason = told["reason"]
    version.save(force_insert=True)
    return len(Line.objects.bulk_create(_lines(version, told["lines"])))


def _lines(version: Version, told: Iterable[dict[str, Any]]) -> list[Line]:
    return [
        Line(
            id=UUID(one["id"]), version=version, hold=version.hold, kind=one["kind"], subject=_uuid(one["subject"]),
            assistant=_uuid(one["assistant"]), item=_uuid(one["item"]), from_day=_day(one["from_day"]),
            to_day=_day(one["to_day"]),
        )
        for one in told
    ]  # fmt: skip


def _uuid(value: str | None) -> UUID | None:
    return UUID(value) if value else None


def _instant(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None
