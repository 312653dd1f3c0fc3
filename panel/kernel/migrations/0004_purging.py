from django.db import migrations, models
from django.db.models import Q

from panel.kernel.db import holding, purging
from panel.kernel.db.partitions import ENSURE_SQL


class Migration(migrations.Migration):
    """The owner's functions that drop partitions and re-check holds; a partition for what is held beyond its day."""

    dependencies = [("kernel", "0003_jobs")]
    operations = [
        migrations.AddConstraint(
            "retentionclass", models.CheckConstraint(condition=~Q(name="held"), name="kernel_retention_not_held")
        ),
        migrations.RunSQL(ENSURE_SQL, migrations.RunSQL.noop),
        migrations.RunSQL(holding.SQL, holding.UNDO),
        migrations.RunSQL(purging.SQL, purging.UNDO),
    ]
