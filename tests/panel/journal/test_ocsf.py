"""Every registered event has one of the four classes, with what that class asks for, and says nothing that its leaf does not."""

import json
from datetime import UTC, datetime
from uuid import UUID

import pytest

from panel.journal import events
from panel.journal.rules import ocsf
from panel.journal.rules.leaf import Leaf

ID = UUID("01890000-0000-7000-8000-000000000001")
AT = datetime(2026, 10, 1, 12, tzinfo=UTC)
NEEDED = {3001: {"user"}, 3004: {"entity"}, 3005: {"user", "privileges"}, 6003: {"api", "actor", "src_endpoint"}}


def leaf(event: str, **detail: str) -> Leaf:
    return Leaf(ID, AT, event, ("person", ID), object=("assistant", ID), request="r1", detail=detail)


def test_every_event_has_a_class_and_what_it_asks_for() -> None:
    seen = set()
    for name in events.registered():
        found = ocsf.event(leaf(name), 7)
        kind = found["class_uid"]
        seen.add(kind)
        assert found.keys() >= NEEDED[kind] | {
            "activity_id",
            "category_uid",
            "time",
            "type_uid",
            "severity_id",
            "metadata",
        }
        assert found["type_uid"] == kind * 100 + found["activity_id"]
        assert found["category_uid"] == kind // 1000
        assert found["metadata"]["uid"] == str(ID)
        json.dumps(found)
    assert seen == set(NEEDED)


@pytest.mark.parametrize(
    ("event", "kind", "activity"),
    [
        ("access.role.given", 3005, 1),
        ("access.object.unshared", 3005, 2),
        ("reviews.item.revoked", 3005, 2),
        ("people.user.disabled", 3001, 5),
        ("signin.factor.added", 3001, 10),
        ("vault.secret.created", 3004, 1),
        ("vault.secret.destroyed", 3004, 4),
        ("catalog.draft.edited", 3004, 3),
        ("access.refused", 6003, 99),
        ("conversations.content.revealed", 6003, 2),
    ],
)
def test_known_events(event: str, kind: int, activity: int) -> None:
    found = ocsf.event(leaf(event), None)
    assert (found["class_uid"], found["activity_id"]) == (kind, activity)


def test_a_refusal_is_a_failure_and_names_the_route() -> None:
    found = ocsf.event(leaf("access.refused", route="vault:secret", reason="vault.view"), 1)
    assert (found["status_id"], found["api"]["operation"]) == (2, "vault:secret")


def test_who_was_given_what() -> None:
    found = ocsf.event(leaf("access.object.shared", receiver=str(ID), role="viewer"), 1)
    assert found["user"] == {"uid": str(ID)}
    assert found["privileges"] == ["viewer"]
    assert found["resource"] == {"uid": str(ID), "type": "assistant"}
