from typing import Any

from django.db import migrations

from panel.kernel import clock, ids


def make(apps: Any, schema_editor: Any) -> None:
    """The built-in provider. Epoch 0: a gateway reads everything when it starts."""
    at = clock.now()
    apps.get_model("providers", "Provider").objects.using(schema_editor.connection.alias).create(
        id=ids.new_id(at),
        name="Demo",
        kind="demo",
        default_model="demo",
        listed_models=["demo", "demo-bytes", "demo-slow"],
        retention_note="No AI and no line: nothing leaves this installation.",
        epoch=0,
        created_at=at,
        changed_at=at,
    )


class Migration(migrations.Migration):
    dependencies = [("providers", "0001_initial")]
    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
