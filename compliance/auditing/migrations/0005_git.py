from django.db import migrations, models

KINDS = ["https", "syslog", "s3", "git", "file", "mail", "tsa", "witness"]


class Migration(migrations.Migration):
    """Checkpoints become commits, and a sink knows which of them was found rewritten."""

    dependencies = [("auditing", "0004_cut")]
    operations = [
        migrations.AlterField("sink", "kind", models.CharField(max_length=8, choices=[(one, one) for one in KINDS])),
        migrations.AddField("sink", "rewritten", models.BigIntegerField(null=True)),
    ]
