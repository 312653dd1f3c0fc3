from importlib import import_module

from django.db import migrations

# A restore writes reviews that are over, as the owner of the tables. Nobody else gets past: the application role owns none.
BEFORE = import_module("compliance.reviews.migrations.0001_reviews").CLOSED.replace(
    "CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1
)
OWNER = """BEGIN
    IF TG_OP = 'INSERT' AND current_user = (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID) THEN
        RETURN NEW;
    END IF;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('reviews', '0001_reviews'),
    ]

    operations = [
        migrations.RunSQL(BEFORE.replace("BEGIN\n", OWNER, 1), BEFORE),
    ]
