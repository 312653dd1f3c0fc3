"""The scope that lists models is called `models`; listing leaves no record, so it counts as used."""

from django.db import migrations

FORWARD = """
UPDATE credentials_apikey SET scopes = array_replace(scopes, 'models:read', 'models'), used_scopes = '{models}'
WHERE 'models:read' = ANY(scopes)
"""
BACKWARD = "UPDATE credentials_apikey SET scopes = array_replace(scopes, 'models', 'models:read')"


class Migration(migrations.Migration):
    dependencies = [("credentials", "0003_rotation_ranges_and_use")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
