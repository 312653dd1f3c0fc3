"""Legal holds where data is destroyed: whatever row a hold covers is neither deleted nor emptied, whoever tries.

The ground knows no holds: `panel_effective` answers with no rows until the holds slice replaces it. A slice protects its
table with one migration operation:

    holding.protect("conversations_callcontent", subject="subject", assistant="assistant", day="day", keeps=("sealed",))

Every deleting transaction holds the lock `holds` shared, placing a hold takes it alone: a row is gone before a hold is placed,
or it stays. The triggers read with a fresh snapshot, which only READ COMMITTED gives; other levels are refused.
"""

from collections.abc import Sequence
from typing import Any

from django.db import connection, migrations

LOCK = "holds"
HELD = "PH001"
"""SQLSTATE of a refusal by a hold."""

SQL = """
CREATE FUNCTION panel_effective()
RETURNS TABLE (hold uuid, subject uuid, assistant uuid, item uuid, from_day date, to_day date)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$ BEGIN RETURN; END $$;

CREATE FUNCTION panel_lock_holds() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'data is deleted in READ COMMITTED only, so that holds are seen' USING ERRCODE = '25001';
    END IF;
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('holds', 0));
END $$;

CREATE FUNCTION panel_holds(subjects uuid[], of_assistant uuid, of_item uuid, of_day date) RETURNS uuid[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    RETURN (
        SELECT array_agg(DISTINCT e.hold) FROM panel_effective() e
        WHERE (e.subject IS NULL OR e.subject = ANY (subjects))
          AND (e.assistant IS NULL OR of_assistant IS NULL OR e.assistant = of_assistant)
          AND (e.item IS NULL OR e.item = of_item)
          AND (of_day IS NULL OR ((e.from_day IS NULL OR of_day >= e.from_day) AND (e.to_day IS NULL OR of_day <= e.to_day)))
    );
END $$;
"""
UNDO = "DROP FUNCTION panel_holds(uuid[], uuid, uuid, date); DROP FUNCTION panel_lock_holds(); DROP FUNCTION panel_effective()"


def protect(
    table: str,
    *,
    subject: str = "",
    assistant: str = "",
    item: str = "id",
    day: str = "",
    keeps: Sequence[str] = (),
    when: str = "true",
) -> migrations.RunSQL:
    """A migration operation: rows of `table` that a hold covers are not deleted, and their columns `keeps` not changed.

    The names are columns that say whose, of which assistant, which item and from which UTC day a row is; `subject` may be
    an SQL expression over OLD that gives an array, `day` one that gives a date. `when` narrows it to some rows (SQL over OLD).
    """
    whose = f"ARRAY[OLD.{subject}]" if subject.isidentifier() else subject or "'{}'::uuid[]"
    parts = [f"OLD.{one}" if one.isidentifier() else one or "NULL" for one in (assistant, item, day)]
    changed = " OR ".join(f"OLD.{one} IS DISTINCT FROM NEW.{one}" for one in keeps)
    body = f"""
    CREATE FUNCTION held_{table}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DECLARE kept uuid[];
    BEGIN
        IF {when} THEN
            PERFORM panel_lock_holds();
            kept := panel_holds({whose}, {", ".join(parts)});
            IF kept IS NOT NULL THEN
                RAISE EXCEPTION 'row of {table} is kept by the legal hold %', kept[1] USING ERRCODE = '{HELD}';
            END IF;
        END IF;
        IF TG_OP = 'UPDATE' THEN RETURN NEW; END IF;
        RETURN OLD;
    END $$"""
    up: Any = [
        body,
        f"CREATE TRIGGER held_delete BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION held_{table}()",
    ]
    down = [f"DROP TRIGGER held_delete ON {table}"]
    if keeps:
        up.append(
            f"CREATE TRIGGER held_change BEFORE UPDATE OF {', '.join(keeps)} ON {table} FOR EACH ROW"
            f" WHEN ({changed}) EXECUTE FUNCTION held_{table}()"
        )
        down.insert(0, f"DROP TRIGGER held_change ON {table}")
    return migrations.RunSQL(up, [*down, f"DROP FUNCTION held_{table}()"])


def lock() -> None:
    """Before deleting, in its transaction: no hold is placed until it ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT panel_lock_holds()")
