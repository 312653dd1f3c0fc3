"""Rights at size: what `visible()` costs beside the join that somebody would write by hand.

Prints one JSON object. Bar: the first page of 50 among 100,000 assistants and 1,000,000 grants, for an ordinary member, takes at
most three times a hand-written SQL join in the same run (best of the rounds, both evaluated by the same connection).
`--assistants N`, `--grants N`.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

from parts import stage

BAR, ROUNDS, PEOPLE, TEAMS = 3.0, 41, 500, 100

BY_HAND = """
SELECT a.* FROM catalog_assistant a
JOIN (
    SELECT g.content_object_id AS id FROM catalog_assistantusergrant g JOIN auth_permission p ON p.id = g.permission_id
     WHERE g.user_id = %(user)s AND (g.expires_at IS NULL OR g.expires_at > %(at)s)
       AND p.codename IN ('viewer', 'operator', 'editor', 'owner')
    UNION
    SELECT g.content_object_id FROM catalog_assistantteamgrant g JOIN auth_permission p ON p.id = g.permission_id
      JOIN people_user_groups m ON m.group_id = g.group_id
     WHERE m.user_id = %(user)s AND (g.expires_at IS NULL OR g.expires_at > %(at)s)
       AND p.codename IN ('viewer', 'operator', 'editor', 'owner')
) mine ON mine.id = a.id
ORDER BY a.name, a.id LIMIT 51
"""


def fill(assistants: int, grants: int) -> Any:
    """`assistants` with `grants` on them, nine of ten to persons, spread by chance; returns a member with a fair share."""
    from django.contrib.auth.models import Permission  # noqa: PLC0415 - needs django.setup
    from django.contrib.contenttypes.models import ContentType  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    from assistants.catalog.models import Assistant  # noqa: PLC0415
    from tests.factories.people import make_person, make_team  # noqa: PLC0415

    people = [make_person(f"p{number}") for number in range(PEOPLE)]
    teams = [make_team(f"team {number}", *people[number :: TEAMS // 2][:10]) for number in range(TEAMS)]
    kind = ContentType.objects.get_for_model(Assistant)
    roles = list(Permission.objects.filter(content_type=kind).values_list("id", flat=True))
    how = {
        "n": assistants, "people": [one.id for one in people], "groups": [one.group_id for one in teams], "roles": roles,
        "users": grants * 9 // 10, "teams": grants // 10, "key": people[0].key_id,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(ASSISTANTS, how)
        cursor.execute(USERS, how)
        cursor.execute(GROUPS, how)
        for table in ("catalog_assistant", "catalog_assistantusergrant", "catalog_assistantteamgrant"):
            cursor.execute(f"ANALYZE {table}")
    return people[1]


ASSISTANTS = """
INSERT INTO catalog_assistant (id, slug, name, description, state, key_id, store_content, stopped_reason, stopped_by_kind,
    epoch, revision, created_at, changed_at)
SELECT gen_random_uuid(), 'bench-' || n, 'Assistant ' || md5(n::text), '', 'draft', %(key)s, false, '', '', 0, 1,
    '2026-01-01', '2026-01-01' FROM generate_series(1, %(n)s) n
"""
_ROWS = """
INSERT INTO {table} (id, {receiver}, content_object_id, permission_id, giver_kind, key_id, reason, given_at, expires_at)
SELECT gen_random_uuid(), (%({people})s)[1 + floor(random() * cardinality(%({people})s))::int], a.id,
    (%(roles)s)[1 + floor(random() * cardinality(%(roles)s))::int], 'system', %(key)s, '\\x', '2026-01-01',
    CASE WHEN random() < 0.1 THEN '2026-06-01'::timestamptz END
FROM generate_series(1, %({number})s) n JOIN numbered a ON a.place = 1 + n %% %(n)s ON CONFLICT DO NOTHING
"""
_NUMBERED = "WITH numbered AS (SELECT id, row_number() OVER () AS place FROM catalog_assistant)"
USERS = _NUMBERED + _ROWS.format(
    table="catalog_assistantusergrant", receiver="user_id", people="people", number="users"
)  # fmt: skip
GROUPS = _NUMBERED + _ROWS.format(
    table="catalog_assistantteamgrant", receiver="group_id", people="groups", number="teams"
)  # fmt: skip


def timed(work: Callable[[], Any]) -> dict[str, float]:
    walls = []
    for _round in range(ROUNDS):
        begun = time.perf_counter()
        work()
        walls.append((time.perf_counter() - begun) * 1000)
    return {"best_ms": round(min(walls), 2), "median_ms": round(median(walls), 2)}


def measure(assistants: int, grants: int) -> dict[str, Any]:
    from django.db import connection  # noqa: PLC0415 - needs django.setup

    from accounts.access import queries as access  # noqa: PLC0415
    from assistants.catalog.models import Assistant  # noqa: PLC0415
    from assistants.catalog.rules import permits  # noqa: PLC0415
    from panel.kernel import clock  # noqa: PLC0415
    from tests.factories.people import actor_of  # noqa: PLC0415

    begun = time.perf_counter()
    member = fill(assistants, grants)
    filled, at, actor = round(time.perf_counter() - begun, 1), clock.now(), actor_of(member)

    def ours() -> list[Any]:
        return list(access.visible(Assistant.objects.all(), actor, permits.VIEW, at).order_by("name", "id")[:51])

    def by_hand() -> list[Any]:
        return list(Assistant.objects.raw(BY_HAND, {"user": member.id, "at": at}))

    with access.remembering():
        if [one.id for one in ours()] != [one.id for one in by_hand()]:
            raise SystemExit("The two queries do not list the same.")
        with connection.cursor() as cursor:
            cursor.execute("EXPLAIN (ANALYZE, COSTS OFF) " + str(_sql(ours)), [])
            plan = [row[0] for row in cursor.fetchall()][:12]
        found = {"ours": timed(ours), "by_hand": timed(by_hand)}
        mine = access.visible(Assistant.objects.all(), actor, permits.VIEW, at).count()
    return {"fill_s": filled, "visible": mine, **found, "plan": plan}


def _sql(work: Callable[[], Any]) -> str:
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    with CaptureQueriesContext(connection) as asked:
        work()
    return str(asked.captured_queries[-1]["sql"])


def main() -> int:
    asked = argparse.ArgumentParser()
    asked.add_argument("--assistants", type=int, default=100_000)
    asked.add_argument("--grants", type=int, default=1_000_000)
    options = asked.parse_args()
    with stage.database(pages=True):
        found = measure(options.assistants, options.grants)
    ratio = round(found["ours"]["best_ms"] / found["by_hand"]["best_ms"], 2)
    size = {"assistants": options.assistants, "grants": options.grants}
    result = {"bench": "access", "met": ratio <= BAR, "bar_ratio": BAR, "ratio": ratio, "size": size}
    print(json.dumps({**result, **found, "load": os.getloadavg()[0]}))
    return 0 if result["met"] else 1


if __name__ == "__main__":
    sys.exit(main())
