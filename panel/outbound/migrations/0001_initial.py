
import panel.kernel.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='AllowedHost',
            fields=[
                ('id', models.UUIDField(default=panel.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('host', models.CharField(max_length=253)),
                ('port', models.PositiveIntegerField()),
                ('reason', models.CharField(max_length=300)),
                ('added_by_kind', models.CharField(max_length=12)),
                ('added_by_id', models.UUIDField(null=True)),
                ('created_at', models.DateTimeField()),
            ],
            options={
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('host', 'port'), name='outbound_host_once'), models.CheckConstraint(condition=models.Q(('port__gte', 1), ('port__lte', 65535)), name='outbound_host_port')],
            },
        ),
    ]
