from django.db import migrations, models


class Migration(migrations.Migration):
    """The oldest call with findings is found without reading those that have none."""

    dependencies = [("conversations", "0006_whom_a_hold_touches")]
    operations = [
        migrations.AddIndex(
            "call",
            models.Index(
                condition=models.Q(("verdicts", []), _negated=True), fields=["day", "id"], name="conversations_call_findings"
            ),
        ),
    ]
