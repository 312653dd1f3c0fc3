"""A crowd of assistants, keys and calls for bench/lists.py, made inside the database, and the plans of its lists."""

import re
from typing import Any

from django.db import connection

DAYS = 90
SCAN = re.compile(r"Seq Scan on (\w+)")
BIG = ("conversations_call", "credentials_apikey", "catalog_assistant")
STAGES = '[["size",0,30,30],["injection",30,800,770],["pii",800,900,100],["provider",900,90000,89100]]'
VERDICT = '[["injection","injection.override","block","/messages/0/content",0,40,0.97,""]]'
# A version 7 id (RFC 9562): 48 bits of milliseconds, then what tells ids of one millisecond apart.
ID = """(lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(md5(n::text), 1, 3)
         || '8' || substr(md5('x' || n), 1, 15))::uuid"""
CALLS = """
    INSERT INTO conversations_call (day, id, at, route, source, key, assistant, model, policy, stream, status, upstream_status,
        error, action, verdicts, verdicts_left_out, stages, tokens_in, tokens_out, tokens_estimated, bytes_in, bytes_out,
        total_us, count, address_digest, stored)
    SELECT (at AT TIME ZONE 'UTC')::date, @ID@, at, '/v1/chat/completions',
        CASE WHEN n %% 500 = 0 THEN 'playground' ELSE 'api' END,
        md5('k' || n %% 1000)::uuid, CASE WHEN n %% 9973 = 0 THEN %(rare)s::uuid ELSE md5('a' || n %% 5000)::uuid END,
        'm', '', false,
        CASE WHEN n %% 50 = 0 THEN 400 WHEN n %% 5003 = 0 THEN 502 ELSE 200 END, 200, '',
        CASE WHEN n %% 50 = 0 THEN 'block' WHEN n %% 33 = 0 THEN 'redact' WHEN n %% 20011 = 0 THEN 'observe' ELSE 'allow' END,
        CASE WHEN n %% 50 = 0 THEN %(verdict)s::jsonb ELSE '[]'::jsonb END, 0, %(stages)s::jsonb,
        100, 200, false, 900, 1800, 91000, 1, '', ''
    FROM (SELECT n, now() - make_interval(secs => n::float8 * %(step)s) AS at FROM generate_series(%(low)s, %(high)s) n) made
""".replace("@ID@", ID)
ASSISTANTS = """
    INSERT INTO catalog_assistant (id, slug, name, description, owner_id, state, key_id, store_content, stopped_by_kind, epoch,
        revision, created_at, changed_at)
    SELECT md5('a' || n)::uuid, 'assistant-' || n, 'Assistant ' || n, '', %s, 'draft', md5('a' || n)::uuid, false, '', 0, 1,
        now(), now() - make_interval(secs => n) FROM generate_series(0, %s) n
"""
KEYS = """
    INSERT INTO credentials_apikey (id, key_id, digest, kind, name, scopes, owner_id, creator_kind, created_at, expires_at, epoch,
        used_scopes, networks)
    SELECT md5('k' || n)::uuid, lpad(to_hex(n), 10, '0'), decode(md5('d' || n) || md5('e' || n), 'hex'), 'gateway', 'key ' || n,
        '{chat}', %s, 'person', now(), now() + make_interval(secs => 86400 + n), 0, '{}', '{}'
    FROM generate_series(0, %s) n
"""


def fill(owner: Any, *, traces: int, assistants: int, keys: int) -> dict[str, str]:
    """`traces` calls over 90 days, 2% blocked, few of everything else; what `urls` needs to know."""
    from panel.kernel.db import partitions  # noqa: PLC0415 - needs django.setup

    with connection.cursor() as cursor:
        cursor.execute("SELECT current_date - %s, current_date", [DAYS + 1])
        partitions.ensure(*cursor.fetchone())
        cursor.execute(ASSISTANTS, [owner.id, assistants - 1])
        cursor.execute(KEYS, [owner.id, keys - 1])
        cursor.execute("SELECT md5('a' || 4999)::uuid, md5('a' || 4998)::uuid")
        busy, rare = (str(one) for one in cursor.fetchone())
        step = DAYS * 86400 / traces
        for low in range(1, traces + 1, 200_000):
            high = min(low + 199_999, traces)
            values = {"low": low, "high": high, "step": step, "rare": rare, "verdict": VERDICT, "stages": STAGES}
            cursor.execute(CALLS, values)
        for table in BIG:
            cursor.execute(f"ANALYZE {table}")
    return {"busy": busy, "rare": rare}


def urls(known: dict[str, str]) -> dict[str, str]:
    """Every named filter of the lists, the deepest page, and what finds nothing."""
    named = {
        "newest": "", "oldest": "sort=at", "blocked": "verdict=block", "redacted": "verdict=redact",
        "observed": "verdict=observe", "allowed": "verdict=allow", "failed": "end=failed", "refused": "end=refused",
        "answered": "end=answered", "playground": "source=playground", "none of chat": "source=chat", "last hour": "hours=1",
        "last 7 days": "hours=168", "an assistant": f"assistant={known['busy']}", "a rare one": f"assistant={known['rare']}",
        "an assistant, blocked": f"assistant={known['busy']}&verdict=block",
        "a rare one, failed": f"assistant={known['rare']}&end=failed", "blocked, 7 days": "verdict=block&hours=168",
    }  # fmt: skip
    found = {f"traces: {name}": f"/traces/?{query}" for name, query in named.items()}
    found |= {
        f"keys: {query or 'first'}": f"/keys/?{query}"
        for query in ("", "sort=name", "sort=-expires_at", "state=revoked", "q=399999")
    }
    found |= {
        f"assistants: {query or 'first'}": f"/assistants/?{query}"
        for query in ("", "sort=-name", "state=paused", "q=99999")
    }
    return found


def scans(queries: list[str]) -> str:
    """The big tables and partitions (10,000 rows and more) that a plan reads from end to end."""
    found: set[str] = set()
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND reltuples >= 10000")
        big = {row[0] for row in cursor.fetchall()}
        for query in queries:
            if query.startswith("SELECT") and any(table in query for table in BIG):
                cursor.execute("EXPLAIN " + query, None)
                plan = "\n".join(row[0] for row in cursor.fetchall())
                found |= big & set(SCAN.findall(plan))
    return ", ".join(sorted(found))
