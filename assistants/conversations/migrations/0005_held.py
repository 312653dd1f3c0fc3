from django.db import migrations, models

from panel.kernel.db import holding

# Whether a hold keeps something that was sealed for this subject and assistant.
SEALED = """
CREATE OR REPLACE FUNCTION panel_sealed_and_held(first uuid, second uuid) RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM panel_effective()) THEN RETURN NULL; END IF;
    RETURN (
        SELECT e.hold FROM conversations_callcontent c JOIN panel_effective() e
            ON (e.subject IS NULL OR e.subject = c.subject) AND (e.assistant IS NULL OR e.assistant = c.assistant)
            AND (e.item IS NULL OR e.item = c.id) AND (e.from_day IS NULL OR c.day >= e.from_day)
            AND (e.to_day IS NULL OR c.day <= e.to_day)
        WHERE c.subject IN (first, second) AND (second IS NULL OR c.assistant IN (first, second))
        LIMIT 1
    );
END $$;
"""


class Migration(migrations.Migration):
    """What a legal hold keeps is neither deleted nor emptied."""

    dependencies = [("conversations", "0004_list_order"), ("holds", "0002_effect"), ("catalog", "__first__")]
    operations = [
        migrations.AddField(
            "callcontent", "kept_from", models.CharField(max_length=24, default="", db_default="")
        ),
        migrations.RunSQL(SEALED, migrations.RunSQL.noop),
        holding.protect(
            "conversations_callcontent", subject="subject", assistant="assistant", day="day",
            keeps=("sealed", "subject", "assistant"),
        ),
        holding.protect("conversations_call", subject="subject", assistant="assistant", day="day"),
        holding.protect("catalog_assistant", assistant="id"),
    ]  # fmt: skip
