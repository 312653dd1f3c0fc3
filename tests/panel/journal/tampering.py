"""A small journal, and somebody who owns the database and means no good."""
# ruff: noqa: S608 - statements of that owner

import json
from collections.abc import Callable
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.management import call_command
from django.db import transaction

from panel.journal import events, queries, sealing, services
from panel.journal.models import IndexEntry
from panel.kernel import ids
from panel.kernel.actors import SYSTEM

AT = datetime(2026, 11, 22, 21, 30, tzinfo=UTC)
ADA = ids.new_id()
EDIT = (
    "UPDATE journal_leaf SET data = convert_to(replace(convert_from(data, 'UTF8'), '\"n\":', '\"n\":7'), 'UTF8')"
    " WHERE id = '{}'"
)
COPY = (
    "INSERT INTO journal_leaf SELECT %s, at, event, actor_kind, actor_id, via_kind, via_id, object_kind, object_id,"
    " request_id, data FROM journal_leaf LIMIT 1"
)


def grow(*counts: int) -> None:
    for count in counts:
        with transaction.atomic():
            for number in range(count):
                services.record(
                    "test.thing.done", actor=SYSTEM, detail={"n": number}, personal=[(ADA, {"name": "Ada"})], at=AT
                )
        sealing.seal(at=AT)
    sealing.seal(at=AT)


@pytest.fixture(name="journal")
def journal_fixture() -> None:
    events.register("test.thing.done", "Thing done")
    grow(3, 5, 9)


@pytest.fixture(name="tamper")
def tamper_fixture(owner: Any) -> Callable[..., None]:
    """Run statements as the owner with all triggers and foreign keys of the ledger switched off."""

    def run(*statements: str) -> None:
        tables = (
            "journal_leaf",
            "journal_index",
            "journal_node",
            "journal_signer",
            "journal_checkpoint",
            "journal_succession",
        )
        for table in (*tables, "journal_detail"):
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in statements:
            owner.execute(statement)
        for table in tables:
            owner.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER refuse_change")
            owner.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER refuse_truncate")

    return run


def verify(*options: str) -> tuple[int, list[dict[str, Any]]]:
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("journal_verify", "--json", *options, stdout=out, stderr=out)
    code = int(str(ended.value.code))
    return code, json.loads(out.getvalue())["findings"] if code < 2 else []


def kinds(findings: list[dict[str, Any]]) -> list[str]:
    return [one["kind"] for one in findings]


def victim(sequence: int = 4) -> UUID:
    return IndexEntry.objects.get(sequence=sequence).leaf_id


def keep(folder: Path) -> str:
    head = queries.head()
    assert head is not None
    (folder / "checkpoint.txt").write_text(head.note, "utf-8")
    return f"--checkpoint={folder / 'checkpoint.txt'}"


def cut(size: int) -> tuple[str, ...]:
    """Everything from `size` on goes, as if it had never been."""
    return (
        f"DELETE FROM journal_detail WHERE leaf_id IN (SELECT leaf_id FROM journal_index WHERE sequence >= {size})",
        f"CREATE TEMP TABLE gone AS SELECT leaf_id FROM journal_index WHERE sequence >= {size}",
        f"DELETE FROM journal_index WHERE sequence >= {size}",
        "DELETE FROM journal_leaf WHERE id IN (SELECT leaf_id FROM gone)",
        f"DELETE FROM journal_node WHERE ((position + 1) << level) > {size}",
    )
