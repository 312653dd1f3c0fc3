from django.db import migrations

from panel.kernel.db.partitions import ENSURE_SQL


class Migration(migrations.Migration):
    """The epoch's one row, the first retention class, and the function that makes partitions ahead."""

    dependencies = [("kernel", "0001_initial")]
    operations = [
        migrations.RunSQL(
            "INSERT INTO kernel_epoch (singleton, number) VALUES (true, 0)", "DELETE FROM kernel_epoch"
        ),
        migrations.RunSQL(
            "INSERT INTO kernel_retentionclass (name, days) VALUES ('standard', 30)",
            "DELETE FROM kernel_retentionclass WHERE name = 'standard'",
        ),
        migrations.RunSQL(
            ENSURE_SQL,
            "DROP FUNCTION ensure_partitions(date, date); DROP FUNCTION panel_attach(text, text, text, text)",
        ),
    ]
