from django.db import migrations

from panel.kernel.db.ledgers import protect


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_assistants")]
    operations = [protect("catalog_version"), protect("catalog_publication")]
