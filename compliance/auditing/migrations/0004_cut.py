from django.db import migrations, models


class Migration(migrations.Migration):
    """A verification names the personal detail that is gone."""

    dependencies = [("auditing", "0003_receipts")]
    operations = [migrations.AddField("verification", "cut", models.JSONField(default=dict))]
