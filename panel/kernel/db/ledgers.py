"""Append-only tables: a declaration, triggers for everybody, and no grant to change for the application role."""

from django.db import migrations

_append_only: set[str] = set()

_FUNCTION = """
CREATE OR REPLACE FUNCTION panel_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""
_EXECUTE = "EXECUTE FUNCTION panel_refuse_change()"


def append_only(*tables: str) -> None:
    """Declare ledgers (in hooks): the application role may insert and read them, nothing else."""
    _append_only.update(tables)


def declared() -> frozenset[str]:
    return frozenset(_append_only)


def protect(table: str) -> migrations.RunSQL:
    """A migration operation: triggers that refuse UPDATE, DELETE and TRUNCATE, in replica mode too."""
    return migrations.RunSQL(
        [
            _FUNCTION,
            f"CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW {_EXECUTE}",
            f"CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {_EXECUTE}",
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER refuse_change",
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER refuse_truncate",
        ],
        [f"DROP TRIGGER refuse_change ON {table}", f"DROP TRIGGER refuse_truncate ON {table}"],
    )
