"""The hold's word at the choke point of deletion, and the record of who tried."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from compliance.holds.models import Attempt, Hold
from panel.journal import services as journal
from panel.kernel import ids
from panel.kernel.actors import Actor
from panel.kernel.db import holding
from panel.kernel.registries.deletion import Held, Keep, Target

TOLD_AT_MOST = 50


def veto(targets: Sequence[Target]) -> Mapping[Target, Sequence[Keep]]:
    """Those that a hold in force covers. Holds the lock until the end of the transaction."""
    if not targets:
        return {}
    holding.lock()
    if not Hold.objects.effective().exists():
        return {}
    found = dict(zip(targets, _holds(targets), strict=True))
    wanted = {hold for holds in found.values() for hold in holds}
    names = dict(Hold.objects.filter(id__in=wanted).values_list("id", "reference"))
    return {target: [Keep(hold, _sentence(names[hold])) for hold in holds] for target, holds in found.items() if holds}


def _holds(targets: Sequence[Target]) -> list[list[UUID]]:
    """The holds of each target, in one question."""
    told = [
        {
            "subjects": [str(one) for one in target.subjects],
            "assistant": str(target.assistant) if target.assistant else None,
            "id": str(target.id),
            "day": target.day.isoformat() if target.day else None,
        }
        for target in targets
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT panel_holds(ARRAY(SELECT jsonb_array_elements_text(one -> 'subjects'))::uuid[],"
            " (one ->> 'assistant')::uuid, (one ->> 'id')::uuid, (one ->> 'day')::date)"
            " FROM jsonb_array_elements(%s::jsonb) WITH ORDINALITY AS t (one, n) ORDER BY n",
            [json.dumps(told)],
        )
        return [list(row[0] or []) for row in cursor.fetchall()]


def _sentence(reference: str) -> str:
    return _("The legal hold “%(name)s” keeps this. It can be deleted after the hold is released.") % {
        "name": reference
    }


def witness(actor: Actor, refusal: Held, at: datetime) -> None:
    """Write down an attempt, in a transaction of its own."""
    pairs = [(target, keep) for target, keeps in refusal.kept.items() for keep in keeps][:TOLD_AT_MOST]
    with transaction.atomic():
        Attempt.objects.bulk_create(
            Attempt(
                id=ids.new_id(), hold_id=keep.hold, kind=target.kind, target=target.id, by_kind=actor.kind,
                by_id=actor.id, at=at,
            )
            for target, keep in pairs
        )  # fmt: skip
        for hold in dict.fromkeys(keep.hold for _target, keep in pairs):
            kinds = sorted({target.kind for target, keep in pairs if keep.hold == hold})
            detail = {"kinds": kinds, "targets": sum(keep.hold == hold for _target, keep in pairs)}
            journal.record("holds.deletion.refused", actor=actor, obj=("hold", hold), detail=detail, at=at)
