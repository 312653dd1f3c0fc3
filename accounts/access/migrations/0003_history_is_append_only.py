from django.db import migrations

from panel.kernel.db.ledgers import protect


class Migration(migrations.Migration):
    dependencies = [("access", "0002_custom_roles_guests_history")]
    operations = [protect("access_grantchange")]
