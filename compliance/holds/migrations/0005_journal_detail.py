from django.db import migrations

from panel.kernel.db import holding


class Migration(migrations.Migration):
    """What the journal tells of a person stays while a hold covers them and the day of the event."""

    dependencies = [("holds", "0004_parts"), ("journal", "0001_ledger")]
    operations = [
        holding.protect(
            "journal_detail",
            subject="person_id",
            day="(SELECT at::date FROM journal_leaf WHERE id = OLD.leaf_id)",
            keeps=("sealed",),
        )
    ]
