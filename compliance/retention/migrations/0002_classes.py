from datetime import UTC, datetime
from typing import Any

from django.db import migrations

from panel.kernel.db import ledgers

# The classes that every installation begins with: one a category, each its default.
USUAL = (
    ("standard", "content", 30), ("usage", "usage", 730), ("findings", "findings", 365), ("files", "files", 30),
    ("exports", "exports", 30), ("logs", "logs", 30), ("journal", "journal", 730),
)  # fmt: skip

MOST = """
CREATE FUNCTION retention_most() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('retention.classes', 0));
    IF (SELECT count(*) FROM retention_rule) >= 12 THEN
        RAISE EXCEPTION 'there are at most 12 classes' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER retention_most BEFORE INSERT ON retention_rule FOR EACH ROW EXECUTE FUNCTION retention_most();
"""


def make(apps: Any, _editor: Any) -> None:
    rule, kernel = apps.get_model("retention", "Rule"), apps.get_model("kernel", "RetentionClass")
    at = datetime(2026, 11, 1, tzinfo=UTC)
    stored = dict(kernel.objects.values_list("name", "days"))
    for name, category, days in USUAL:
        rule.objects.create(
            name=name, category=category, days=stored.get(name, days), is_default=True, changed_at=at
        )


class Migration(migrations.Migration):
    """The usual classes; at most twelve; lines of runs never change."""

    dependencies = [("retention", "0001_retention"), ("kernel", "0004_purging")]
    operations = [
        migrations.RunPython(make, migrations.RunPython.noop),
        migrations.RunSQL(MOST, "DROP FUNCTION retention_most() CASCADE"),
        ledgers.protect("retention_step"),
    ]
