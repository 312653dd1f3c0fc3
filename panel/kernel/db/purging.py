"""Dropping days and months of partitioned tables, by the owner's functions: they re-check holds, whoever calls.

A day of a (class, day) table goes in three calls of one transaction, so that it is in the manifest or still there:

    with transaction.atomic():
        kept = purging.begin(table, name, day)      # locks the day for writers, moves held rows into `<table>_held`
        ...                                         # read the ids that go, write them down
        purging.drop(table, name, day, expected)    # last: detached and dropped, if exactly `expected` rows go; whoever
                                                    # inserts into the table waits from here to the commit

Such a table has the columns id, subject, assistant, kept_from; a held row has the retention "held" and `kept_from` says of which
class it was. Each function waits at most 200 ms for the day that goes, 40 ms for its whole table, because whoever inserts queues
behind it; then it gives up with LockNotAvailable: try again.
"""

from datetime import date
from typing import Any

from django.db import connection

HELD = "held"
FUNCTIONS = (
    "purge_begin(text, text, date)",
    "purge_drop(text, text, date, bigint)",
    "purge_month(text, date, bigint)",
)

SQL = """
CREATE OR REPLACE FUNCTION purge_leaf(parent text, branch text, leaf_day date, wanted text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE leaf text;
BEGIN
    IF NOT EXISTS (SELECT FROM kernel_partitionedtable WHERE "table" = parent AND scheme = wanted) THEN
        RAISE EXCEPTION 'no partitioned table %', parent;
    END IF;
    leaf := parent || CASE WHEN wanted = 'month' THEN '' ELSE '_' || branch END || '_'
        || to_char(leaf_day, CASE WHEN wanted = 'month' THEN 'YYYYMM' ELSE 'YYYYMMDD' END);
    IF to_regclass(quote_ident(leaf)) IS NULL THEN RAISE EXCEPTION 'no partition %', leaf USING ERRCODE = 'undefined_table'; END IF;
    RETURN leaf;
END $$;

-- What holds cover of a row `t` of this day, as a condition: lines that name one thing are compared as a list, which costs a
-- tenth of asking line by line; what names two things at once is asked line by line. NULL when no hold is of that day.
CREATE OR REPLACE FUNCTION purge_covered(leaf_day date) RETURNS text LANGUAGE plpgsql AS $$
DECLARE everything boolean; subjects uuid[]; assistants uuid[]; items uuid[]; several boolean;
BEGIN
    SELECT coalesce(bool_or(num_nonnulls(subject, assistant, item) = 0), false),
           array_agg(DISTINCT subject) FILTER (WHERE subject IS NOT NULL AND num_nonnulls(assistant, item) = 0),
           array_agg(DISTINCT assistant) FILTER (WHERE assistant IS NOT NULL AND num_nonnulls(subject, item) = 0),
           array_agg(DISTINCT item) FILTER (WHERE item IS NOT NULL AND num_nonnulls(subject, assistant) = 0),
           coalesce(bool_or(num_nonnulls(subject, assistant, item) > 1), false)
      INTO everything, subjects, assistants, items, several
      FROM panel_effective()
     WHERE (from_day IS NULL OR from_day <= leaf_day) AND (to_day IS NULL OR to_day >= leaf_day);
    IF everything THEN RETURN 'true'; END IF;
    RETURN nullif(concat_ws(' OR ',
        't.subject = ANY (' || quote_literal(subjects) || '::uuid[])',
        't.assistant = ANY (' || quote_literal(assistants) || '::uuid[])',
        't.id = ANY (' || quote_literal(items) || '::uuid[])',
        CASE WHEN several THEN
            'EXISTS (SELECT FROM panel_effective() e WHERE (e.subject IS NULL OR e.subject = t.subject)'
            ' AND (e.assistant IS NULL OR e.assistant = t.assistant) AND (e.item IS NULL OR e.item = t.id)'
            ' AND (e.from_day IS NULL OR t.day >= e.from_day) AND (e.to_day IS NULL OR t.day <= e.to_day))' END), '');
END $$;

CREATE OR REPLACE FUNCTION purge_begin(parent text, class text, leaf_day date) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '200ms' AS $$
DECLARE leaf text; covered text; columns text; values_ text; moved bigint := 0;
BEGIN
    IF class = 'held' THEN RAISE EXCEPTION 'held rows are not dropped'; END IF;
    leaf := purge_leaf(parent, class, leaf_day, 'class_day');
    PERFORM panel_lock_holds();
    EXECUTE format('LOCK TABLE %I IN SHARE ROW EXCLUSIVE MODE', leaf);
    covered := purge_covered(leaf_day);
    IF covered IS NOT NULL THEN
        SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum),
               string_agg(CASE attname WHEN 'retention' THEN '''held''' WHEN 'kept_from' THEN 't.retention'
                          ELSE 't.' || quote_ident(attname) END, ', ' ORDER BY attnum)
          INTO columns, values_
          FROM pg_attribute WHERE attrelid = leaf::regclass AND attnum > 0 AND NOT attisdropped;
        EXECUTE format('INSERT INTO %I (%s) SELECT %s FROM %I t WHERE %s', parent, columns, values_, leaf, covered);
        GET DIAGNOSTICS moved = ROW_COUNT;
    END IF;
    RETURN moved;
END $$;

CREATE OR REPLACE FUNCTION purge_drop(parent text, class text, leaf_day date, expected bigint) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '200ms' AS $$
DECLARE leaf text; there bigint; kept bigint; open bigint;
BEGIN
    leaf := purge_leaf(parent, class, leaf_day, 'class_day');
    PERFORM panel_lock_holds();
    EXECUTE format('LOCK TABLE %I IN SHARE ROW EXCLUSIVE MODE', leaf);
    -- Two questions: a count alone is answered from an index of a table that was vacuumed, and what is held by its own index.
    EXECUTE format('SELECT count(*) FROM %I', leaf) INTO there;
    EXECUTE format('SELECT count(*) FROM %I t WHERE (%s) AND NOT EXISTS (SELECT FROM %I h'
        ' WHERE h.retention = ''held'' AND h.day = t.day AND h.id = t.id)',
        leaf, coalesce(purge_covered(leaf_day), 'false'), parent) INTO open;
    EXECUTE format('SELECT count(*) FROM %I h JOIN %I t USING (day, id)'
        ' WHERE h.retention = ''held'' AND h.kept_from = $1 AND h.day = $2', parent, leaf) INTO kept USING class, leaf_day;
    IF there - kept <> expected THEN
        RAISE EXCEPTION '% rows would go, not %', there - kept, expected USING ERRCODE = 'triggered_data_change_violation';
    END IF;
    IF open > 0 THEN
        RAISE EXCEPTION '% rows of % are kept by a legal hold', open, leaf USING ERRCODE = 'PH001';
    END IF;
    PERFORM set_config('lock_timeout', '40ms', true);
    EXECUTE format('ALTER TABLE %I DETACH PARTITION %I', parent || '_' || class, leaf);
    EXECUTE format('DROP TABLE %I', leaf);
    RETURN leaf;
END $$;

CREATE OR REPLACE FUNCTION purge_month(parent text, month date, expected bigint) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '200ms' AS $$
DECLARE leaf text; there bigint; open bigint := 0;
BEGIN
    leaf := purge_leaf(parent, '', month, 'month');
    PERFORM panel_lock_holds();
    EXECUTE format('LOCK TABLE %I IN SHARE ROW EXCLUSIVE MODE', leaf);
    EXECUTE format('SELECT count(*) FROM %I', leaf) INTO there;
    IF there <> expected THEN
        RAISE EXCEPTION '% rows would go, not %', there, expected USING ERRCODE = 'triggered_data_change_violation';
    END IF;
    IF EXISTS (SELECT FROM panel_effective()) THEN
        EXECUTE format(
            'SELECT count(*) FROM %I t WHERE EXISTS (SELECT FROM panel_effective() e'
            ' WHERE (e.subject IS NULL OR e.subject = t.subject) AND (e.assistant IS NULL OR e.assistant = t.assistant)'
            ' AND (e.item IS NULL OR e.item = t.id) AND (e.from_day IS NULL OR t.day >= e.from_day)'
            ' AND (e.to_day IS NULL OR t.day <= e.to_day))', leaf) INTO open;
    END IF;
    IF open > 0 THEN RAISE EXCEPTION '% rows of % are kept by a legal hold', open, leaf USING ERRCODE = 'PH001'; END IF;
    PERFORM set_config('lock_timeout', '40ms', true);
    EXECUTE format('ALTER TABLE %I DETACH PARTITION %I', parent, leaf);
    EXECUTE format('DROP TABLE %I', leaf);
    RETURN leaf;
END $$;
REVOKE ALL ON FUNCTION purge_leaf(text, text, date, text) FROM PUBLIC;
REVOKE ALL ON FUNCTION purge_covered(date) FROM PUBLIC;
REVOKE ALL ON FUNCTION purge_begin(text, text, date) FROM PUBLIC;
REVOKE ALL ON FUNCTION purge_drop(text, text, date, bigint) FROM PUBLIC;
REVOKE ALL ON FUNCTION purge_month(text, date, bigint) FROM PUBLIC;
"""
UNDO = (
    "DROP FUNCTION purge_month(text, date, bigint); DROP FUNCTION purge_drop(text, text, date, bigint);"
    " DROP FUNCTION purge_begin(text, text, date); DROP FUNCTION purge_leaf(text, text, date, text);"
    " DROP FUNCTION purge_covered(date)"
)


def begin(table: str, name: str, day: date) -> int:
    """How many held rows were moved aside."""
    return int(_call("SELECT purge_begin(%s, %s, %s)", table, name, day))


def drop(table: str, name: str, day: date, expected: int) -> str:
    """The name of the partition that is gone."""
    return str(_call("SELECT purge_drop(%s, %s, %s, %s)", table, name, day, expected))


def exists(table: str, name: str, day: date) -> bool:
    """Whether a day of a class, or the month of a day where the class is "", has its partition still."""
    return _call("SELECT to_regclass(quote_ident(%s)) IS NOT NULL", leaf(table, name, day)) is True


def leaf(table: str, name: str, day: date) -> str:
    """What the partition of a day of a class is called, or the one of a month where the class is ""."""
    return f"{table}_{name}_{day:%Y%m%d}" if name else f"{table}_{day:%Y%m}"


def drop_month(table: str, month: date, expected: int) -> str:
    """A whole month of a table by month, of which nothing is held."""
    return str(_call("SELECT purge_month(%s, %s, %s)", table, month, expected))


def _call(sql: str, *values: str | int | date) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()[0]


def leaves(table: str) -> list[tuple[str, date]]:
    """(class or "", first day) of every day or month that has a partition, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT parent.relname, (regexp_match(pg_get_expr(leaf.relpartbound, leaf.oid),"
            " 'FROM \\(''([0-9-]{10})''\\)'))[1]::date AS day FROM pg_partition_tree(%s::regclass) tree"
            " JOIN pg_class leaf ON leaf.oid = tree.relid JOIN pg_class parent ON parent.oid = tree.parentrelid"
            " WHERE tree.isleaf ORDER BY 2, 1",
            [table],
        )
        rows = cursor.fetchall()
    return [(str(name).removeprefix(table).removeprefix("_"), day) for name, day in rows if day is not None]
