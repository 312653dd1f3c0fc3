"""What the application role may do. Runs as the owner after every migrate; the whole picture is made anew each time."""

from typing import Any

from django.db import connection
from psycopg import sql

from panel.kernel.db import purging
from panel.kernel.db.ledgers import declared

APP_ROLE = "panel_app"
# The owner's own tables: the application reads them at most.
READ_ONLY = ("django_migrations", "kernel_partitionedtable")
FUNCTIONS = ("ensure_partitions(date, date)", *purging.FUNCTIONS)
# Looking for what an erasure may have left reads the database's files as they are on the disk. Who may not give this right
# (an owner that is no superuser) does without: the search says so.
_CHECKPOINT = "DO $$ BEGIN GRANT pg_checkpoint TO {role}; EXCEPTION WHEN insufficient_privilege THEN NULL; END $$"


def _run(cursor: Any, text: str, **names: str) -> None:
    identifiers = {key: sql.Identifier(value) for key, value in names.items()}
    cursor.execute(sql.SQL(text).format(**identifiers).as_string(cursor.connection))


def _tables(cursor: Any) -> list[str]:
    cursor.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY 1"
    )
    return [row[0] for row in cursor.fetchall()]


def apply_grants(role: str = APP_ROLE) -> None:
    """Grant reading and writing table by table, inserting only on ledgers, and nothing on single partitions."""
    with connection.cursor() as cursor:
        _run(cursor, "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}", role=role)
        _run(cursor, "REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        _run(cursor, "GRANT USAGE ON SCHEMA public TO {role}", role=role)
        _run(cursor, "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}", role=role)
        for table in _tables(cursor):
            if table in declared():
                _run(cursor, "GRANT SELECT, INSERT ON {table} TO {role}", table=table, role=role)
            elif table in READ_ONLY:
                _run(cursor, "GRANT SELECT ON {table} TO {role}", table=table, role=role)
            else:
                _run(cursor, "GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {role}", table=table, role=role)
        _run(cursor, _CHECKPOINT, role=role)
        for function in FUNCTIONS:
            _run(cursor, "GRANT EXECUTE ON FUNCTION " + function + " TO {role}", role=role)
