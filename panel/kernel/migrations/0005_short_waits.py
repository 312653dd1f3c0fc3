from django.db import migrations

from panel.kernel.db import purging


class Migration(migrations.Migration):
    """Who inserts waits for a purge at most 40 ms, also while a long reader keeps it from its lock; holds cost it little."""

    dependencies = [("kernel", "0004_purging")]
    operations = [migrations.RunSQL(purging.SQL, migrations.RunSQL.noop)]
