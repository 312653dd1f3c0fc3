"""A leaf as an event of the Open Cybersecurity Schema Framework, for systems that read many logs. Pure.

3001 Account Change, 3004 Entity Management, 3005 User Access Management, 6003 API Activity (schema.ocsf.io, 1.3.0).
`metadata.uid` is the leaf's id: what arrives twice has it twice. Nothing stands here that does not stand in the leaf.
"""

from typing import Any

from panel.journal.rules.leaf import Leaf, Reference

VERSION = "1.3.0"
ACCOUNT, ENTITY, ACCESS, API = 3001, 3004, 3005, 6003
NAMES = {
    ACCOUNT: "Account Change",
    ENTITY: "Entity Management",
    ACCESS: "User Access Management",
    API: "API Activity",
}
ASSIGNS = {
    "access.role.given", "access.object.shared", "access.guest.admitted", "access.guest.changed", "people.team.joined",
    "access.emergency.named", "access.emergency.taken", "access.request.approved", "reviews.item.reinstated",
}  # fmt: skip
REVOKES = {
    "access.role.withdrawn", "access.object.unshared", "access.grant.expired", "people.team.left",
    "access.emergency.unnamed", "access.emergency.ended", "reviews.item.revoked", "reviews.item.reduced",
}  # fmt: skip
# Account Change: 1 create, 2 enable, 3 password change, 4 password reset, 5 disable, 10 and 11 a factor on and off.
ACCOUNTS = {
    "people.user.created": 1,
    "people.user.enabled": 2,
    "signin.password.changed": 3,
    "signin.link.used": 4,
    "people.user.disabled": 5,
    "signin.factor.added": 10,
    "signin.factor.removed": 11,
    "signin.factors.reset": 11,
}
ACCOUNT_AREAS = (
    "people.user.",
    "people.profile.",
    "signin.factor",
    "signin.passkey.",
    "signin.password.",
    "signin.code",
)
READS = {"read", "revealed", "disclosed", "exported", "downloaded", "taken"}
CREATES = {"created", "made", "added", "issued", "begun", "started", "opened", "asked", "given", "published", "kept"}
DELETES = {
    "deleted",
    "destroyed",
    "removed",
    "dropped",
    "revoked",
    "ended",
    "closed",
    "archived",
    "retired",
    "withdrawn",
}


def event(leaf: Leaf, sequence: int | None, *, product: str = "ClawPanel") -> dict[str, Any]:
    """The event as JSON. `sequence` is the leaf's place in the journal, once it is sealed."""
    kind, activity = _class(leaf.event)
    failed = leaf.event == "access.refused" or leaf.event.endswith((".refused", ".failed", ".denied"))
    found: dict[str, Any] = {
        "category_uid": kind // 1000,
        "class_uid": kind,
        "class_name": NAMES[kind],
        "activity_id": activity,
        "type_uid": kind * 100 + activity,
        "time": int(leaf.at.timestamp() * 1000),
        "severity_id": 3 if failed else 1,
        "status_id": 2 if failed else 1,
        "metadata": {
            "version": VERSION,
            "product": {"name": product, "vendor_name": product},
            "uid": str(leaf.id),
            "event_code": leaf.event,
            "log_name": "journal",
            "correlation_uid": leaf.request or None,
            "sequence": sequence,
        },
        "actor": {"user": _user(leaf.actor), "session": _means(leaf.via)},
        "unmapped": dict(leaf.detail),
    }
    return found | _special(kind, leaf)


def _class(name: str) -> tuple[int, int]:
    """(class, activity)."""
    if name in ASSIGNS | REVOKES:
        return ACCESS, 1 if name in ASSIGNS else 2
    if name in ACCOUNTS or name.startswith(ACCOUNT_AREAS):
        return ACCOUNT, ACCOUNTS.get(name, 99)
    last = name.rpartition(".")[2]
    if name == "access.refused" or last in READS:
        return API, 2 if last in READS else 99
    return ENTITY, 1 if last in CREATES else 4 if last in DELETES else 3


def _special(kind: int, leaf: Leaf) -> dict[str, Any]:
    """What the class asks for besides."""
    obj = leaf.object or leaf.actor
    if kind == ACCOUNT:
        return {"user": _user(obj)}
    if kind == ACCESS:
        holder = leaf.detail.get("receiver") or leaf.detail.get("holder") or leaf.detail.get("user")
        right = leaf.detail.get("role") or leaf.detail.get("right") or leaf.event
        user = {"uid": str(holder)} if holder else _user(obj)
        return {"user": user, "privileges": [str(right)], "resource": _thing(obj)}
    if kind == API:
        route = str(leaf.detail.get("route") or leaf.event)
        return {
            "api": {"operation": route, "request": {"uid": leaf.request or str(leaf.id)}},
            "resources": [_thing(obj)] if leaf.object else [],
            "src_endpoint": {"uid": str(leaf.via[1]) if leaf.via and leaf.via[1] else "unknown"},
        }
    return {"entity": _thing(obj)}


def _user(found: Reference) -> dict[str, Any]:
    types = {"system": 3, "console": 2, "person": 1}  # system, admin, user; 99 other
    return {"uid": str(found[1]) if found[1] else found[0], "type": found[0], "type_id": types.get(found[0], 99)}


def _thing(found: Reference) -> dict[str, Any]:
    return {"uid": str(found[1]) if found[1] else found[0], "type": found[0]}


def _means(found: Reference | None) -> dict[str, Any] | None:
    return {"uid": str(found[1]), "issuer": found[0]} if found else None
