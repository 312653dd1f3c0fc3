
import django.db.models.deletion
import django.db.models.functions.text
import panel.kernel.crypto.fields
import panel.kernel.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('vault', '0002_versions_never_change'),
    ]

    operations = [
        migrations.CreateModel(
            name='Provider',
            fields=[
                ('id', models.UUIDField(default=panel.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=80)),
                ('kind', models.CharField(choices=[('demo', 'demo'), ('openai', 'openai')], max_length=10)),
                ('base_url', models.CharField(blank=True, default='', max_length=500)),
                ('default_model', models.CharField(blank=True, default='', max_length=120)),
                ('listed_models', models.JSONField(default=list)),
                ('legal_entity', models.CharField(blank=True, default='', max_length=200)),
                ('country', models.CharField(blank=True, default='', max_length=2)),
                ('retention_note', models.CharField(blank=True, default='', max_length=500)),
                ('key_id', models.UUIDField(null=True)),
                ('contact', panel.kernel.crypto.fields.EncryptedText(editable=True, key='key_id', null=True)),
                ('enabled', models.BooleanField(default=True)),
                ('checked_at', models.DateTimeField(null=True)),
                ('checked_code', models.CharField(blank=True, default='', max_length=20)),
                ('checked_ms', models.PositiveIntegerField(null=True)),
                ('epoch', models.BigIntegerField(db_index=True)),
                ('revision', models.PositiveIntegerField(default=1)),
                ('created_at', models.DateTimeField()),
                ('changed_at', models.DateTimeField()),
                ('secret', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='vault.secret')),
            ],
            options={
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('name'), name='providers_name'), models.CheckConstraint(condition=models.Q(('kind__in', ['demo', 'openai'])), name='providers_kind'), models.CheckConstraint(condition=models.Q(models.Q(('base_url', ''), ('kind', 'demo')), models.Q(('kind', 'openai'), models.Q(('base_url', ''), _negated=True)), _connector='OR'), name='providers_address')],
            },
        ),
    ]
