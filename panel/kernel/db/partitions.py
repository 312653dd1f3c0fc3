"""Partitioned tables: declared by a migration operation, made ahead by one SECURITY DEFINER function.

Two schemes. `month`: RANGE(day), one partition a month. `class_day`: LIST(retention) of RANGE(day), one a day and class, and
one partition for rows that a legal hold keeps beyond their day (panel.kernel.db.purging).
There is no default partition: a row for a day without one is refused, and the metric `partitions_days_ahead` tells before.
"""

from typing import Any

from django.db import connection, migrations

AHEAD_DAYS = 35

ENSURE_SQL = """
CREATE OR REPLACE FUNCTION panel_attach(parent text, child text, bounds text, tail text) RETURNS integer
LANGUAGE plpgsql AS $$
BEGIN
    IF to_regclass(child) IS NOT NULL THEN RETURN 0; END IF;
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS) %s', child, parent, tail);
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I %s', parent, child, bounds);
    RETURN 1;
END $$;

CREATE OR REPLACE FUNCTION ensure_partitions(from_day date, to_day date) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    t record; c record; d date; made integer := 0; leaf text; branch text;
BEGIN
    IF to_day - from_day > 800 THEN RAISE EXCEPTION 'too many days at once'; END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('ensure_partitions', 0));
    SET LOCAL lock_timeout = '5s';
    FOR t IN SELECT "table" AS name, scheme FROM kernel_partitionedtable ORDER BY 1 LOOP
        IF t.scheme = 'month' THEN
            d := date_trunc('month', from_day)::date;
            WHILE d <= to_day LOOP
                leaf := t.name || '_' || to_char(d, 'YYYYMM');
                made := made + panel_attach(t.name, leaf,
                    format('FOR VALUES FROM (%L) TO (%L)', d, (d + interval '1 month')::date), '');
                d := (d + interval '1 month')::date;
            END LOOP;
        ELSE
            made := made + panel_attach(t.name, t.name || '_held', 'FOR VALUES IN (''held'')', '');
            FOR c IN SELECT name FROM kernel_retentionclass ORDER BY 1 LOOP
                branch := t.name || '_' || c.name;
                made := made + panel_attach(t.name, branch, format('FOR VALUES IN (%L)', c.name), 'PARTITION BY RANGE (day)');
                d := from_day;
                WHILE d <= to_day LOOP
                    made := made + panel_attach(branch, branch || '_' || to_char(d, 'YYYYMMDD'),
                        format('FOR VALUES FROM (%L) TO (%L)', d, d + 1), '');
                    d := d + 1;
                END LOOP;
            END LOOP;
        END IF;
    END LOOP;
    RETURN made;
END $$;
REVOKE ALL ON FUNCTION ensure_partitions(date, date) FROM PUBLIC;
REVOKE ALL ON FUNCTION panel_attach(text, text, text, text) FROM PUBLIC;
"""


class PartitionTable(migrations.CreateModel):
    """`CreateModel` with PARTITION BY; write it in place of `CreateModel` in a migration.

    `scheme` is "month" or "class_day"; the model's primary key is (day, id) or (retention, day, id).
    """

    def __init__(self, *args: Any, scheme: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.scheme = scheme

    def deconstruct(self) -> Any:
        name, args, kwargs = super().deconstruct()
        kwargs["scheme"] = self.scheme
        return name, args, kwargs

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:  # noqa: ARG002 - Django's signature
        model = to_state.apps.get_model(app_label, self.name)
        if not self.allow_migrate_model(schema_editor.connection.alias, model):
            return
        before = schema_editor.sql_create_table
        by = {"month": "RANGE (day)", "class_day": "LIST (retention)"}[self.scheme]
        schema_editor.sql_create_table = f"CREATE TABLE %(table)s (%(definition)s) PARTITION BY {by}"
        try:
            schema_editor.create_model(model)
        finally:
            schema_editor.sql_create_table = before
        schema_editor.execute(
            'INSERT INTO kernel_partitionedtable ("table", scheme) VALUES (%s, %s)', [model._meta.db_table, self.scheme]
        )


def ensure(from_day: Any, to_day: Any) -> int:
    """Make missing partitions for a span of days (dates, both included); returns how many were made."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ensure_partitions(%s, %s)", [from_day, to_day])
        return int(cursor.fetchone()[0])


def missing(today: Any, days: int) -> bool:
    """Whether some partitioned table has no room for one of the next `days` days."""
    with connection.cursor() as cursor:
        cursor.execute(_LEAST, [today])
        row = cursor.fetchone()
    return row is None or row[0] is None or int(row[0]) < days


# The last day of the youngest leaf of each branch is in its bounds: ... TO ('2026-12-28').
_LEAST = """
    WITH leaves AS (
        SELECT tree.parentrelid AS branch,
               max((regexp_match(pg_get_expr(leaf.relpartbound, leaf.oid), 'TO \\(''([0-9-]{10})'))[1]::date) AS until
        FROM kernel_partitionedtable parent
        CROSS JOIN LATERAL pg_partition_tree(parent."table"::regclass) tree
        JOIN pg_class leaf ON leaf.oid = tree.relid
        WHERE tree.isleaf GROUP BY 1
    )
    SELECT min(until) - %s::date - 1 FROM leaves WHERE until IS NOT NULL
"""
