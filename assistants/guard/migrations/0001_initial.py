
import django.db.models.functions.text
import panel.kernel.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='GuardPolicy',
            fields=[
                ('id', models.UUIDField(default=panel.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=80)),
                ('preset', models.CharField(blank=True, default='', max_length=20)),
                ('document', models.JSONField()),
                ('version', models.CharField(max_length=64)),
                ('epoch', models.BigIntegerField(db_index=True)),
                ('revision', models.PositiveIntegerField(default=1)),
                ('created_at', models.DateTimeField()),
                ('changed_at', models.DateTimeField()),
            ],
            options={
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('name'), name='guard_policy_name'), models.UniqueConstraint(condition=models.Q(('preset', ''), _negated=True), fields=('preset',), name='guard_policy_preset')],
            },
        ),
    ]
