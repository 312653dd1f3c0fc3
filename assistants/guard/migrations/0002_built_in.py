from typing import Any

from django.db import migrations

from assistants.guard.rules import presets
from panel.kernel import clock, ids


def make(apps: Any, schema_editor: Any) -> None:
    """Open, Balanced and Strict. Epoch 0: a gateway reads everything when it starts."""
    policy = apps.get_model("guard", "GuardPolicy")
    at = clock.now()
    for preset in ("balanced", "strict", "open"):
        document = presets.PRESETS[preset]
        policy.objects.using(schema_editor.connection.alias).create(
            id=ids.new_id(at),
            name=document["name"],
            preset=preset,
            document=document,
            version=presets.content_hash(document),
            epoch=0,
            created_at=at,
            changed_at=at,
        )


class Migration(migrations.Migration):
    dependencies = [("guard", "0001_initial")]
    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
