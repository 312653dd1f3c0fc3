from django.db import migrations

from panel.kernel.db import holding

PARTS = """
CREATE OR REPLACE FUNCTION panel_parts(whole uuid) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT id FROM chat_turn WHERE chat_id = whole
$$;
"""


class Migration(migrations.Migration):
    """A hold on a chat keeps its messages; what somebody wrote to an owner is kept as what they said is."""

    dependencies = [("chat", "0001_chats"), ("holds", "0004_parts")]
    operations = [
        migrations.RunSQL(PARTS, migrations.RunSQL.noop),
        holding.protect(
            "chat_note", subject="subject_id", assistant="assistant_id", day="(OLD.at AT TIME ZONE 'UTC')::date",
            keeps=("words", "reply_to", "subject_id", "assistant_id"),
        ),
    ]  # fmt: skip
