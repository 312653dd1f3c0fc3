"""The signed manifest of a run: what went, what a hold kept, and that nothing due is left (docs/reference/retention-format.md)."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from compliance.retention.models import Run, Step
from compliance.retention.rules import merkle
from compliance.retention.rules.classes import cut
from panel.journal import bundles
from panel.kernel.actors import Actor

KIND = "retention.run"


def signed(*, actor: Actor, run: Run, steps: Sequence[Step], at: datetime) -> bytes:
    """The signed part, to be kept with the run; signing journals it. In the caller's transaction."""
    made = bundles.sign(
        actor=actor, kind=KIND, files=files(run, steps), about={"run": str(run.id)}, obj=run.journal_ref, at=at
    )
    return bundles.pack(made)


def archive(run: Run, *, at: datetime) -> bytes:
    """The bundle to download: the same bytes each time."""
    return bundles.archive(bundles.unpack(bytes(run.bundle or b"")), at=at)


def files(run: Run, steps: Sequence[Step]) -> dict[str, bytes]:
    told = {
        "run": str(run.id),
        "as_of": run.as_of.isoformat(),
        "began_at": run.began_at.isoformat() if run.began_at else None,
        "rules": [{**one, "cut": cut(run.as_of, one["days"]).isoformat()} for one in run.rules],
        "preview": run.preview,
        "salt": bytes(run.salt).hex(),
        "steps": [_step(one) for one in steps],
        "gone": sum(one.gone for one in steps),
        "held": sum(one.held_count for one in steps),
        "left": 0,
        "root": merkle.root(bytes(one.root) for one in steps).hex(),
    }
    held = [f"{one.store},{record},{hold}" for one in steps for record, hold in one.held]
    leaves = [f"{number} {each}" for number, one in enumerate(steps) for each in _hex(bytes(one.leaves))]
    return {
        "run.json": json.dumps(told, indent=1, sort_keys=True).encode() + b"\n",
        "held.csv": "\n".join(["store,record,hold", *held, ""]).encode(),
        "leaves.txt": "\n".join([*leaves, ""]).encode(),
    }


def _step(one: Step) -> dict[str, Any]:
    return {
        "class": one.rule,
        "store": one.store,
        "unit": one.unit,
        "part": one.part,
        "gone": one.gone,
        "held": one.held_count,
        "dropped": one.dropped,
        "root": bytes(one.root).hex(),
        "at": one.at.isoformat(),
    }


def _hex(leaves: bytes) -> list[str]:
    return [leaves[place : place + 32].hex() for place in range(0, len(leaves), 32)]
