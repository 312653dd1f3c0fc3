from django.db import migrations

from panel.kernel.db.ledgers import protect


class Migration(migrations.Migration):
    dependencies = [("vault", "0001_secrets")]
    operations = [protect("vault_secretversion")]
