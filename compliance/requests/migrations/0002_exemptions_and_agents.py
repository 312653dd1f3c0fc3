import django.db.models.deletion
import panel.kernel.crypto.fields
import panel.kernel.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('requests', '0001_requests'),
        ('subjects', '0003_erased'),
    ]

    operations = [
        migrations.CreateModel(
            name='Exemption',
            fields=[
                ('id', models.UUIDField(default=panel.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('store', models.CharField(max_length=60)),
                ('item', models.UUIDField()),
                ('ground', models.CharField(choices=[('legal_claims', 'legal_claims'), ('legal_duty', 'legal_duty'), ('others_rights', 'others_rights'), ('free_speech', 'free_speech')], max_length=20)),
                ('at', models.DateTimeField()),
                ('by_id', models.UUIDField(null=True)),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.RemoveConstraint(
            model_name='request',
            name='requests_request_state',
        ),
        migrations.AddField(
            model_name='request',
            name='agent_contact',
            field=panel.kernel.crypto.fields.EncryptedText(editable=True, key='key_id', null=True),
        ),
        migrations.AddField(
            model_name='request',
            name='mandate',
            field=panel.kernel.crypto.fields.EncryptedText(editable=True, key='key_id', null=True),
        ),
        migrations.AlterField(
            model_name='request',
            name='state',
            field=models.CharField(choices=[('received', 'received'), ('verifying', 'verifying'), ('verified', 'verified'), ('in_progress', 'in_progress'), ('awaiting_approval', 'awaiting_approval'), ('executing', 'executing'), ('partial', 'partial'), ('fulfilled', 'fulfilled'), ('answered_partly', 'answered_partly'), ('denied', 'denied'), ('withdrawn', 'withdrawn'), ('lapsed', 'lapsed'), ('linked', 'linked')], max_length=20),
        ),
        migrations.AddConstraint(
            model_name='request',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['received', 'verifying', 'verified', 'in_progress', 'awaiting_approval', 'executing', 'partial', 'fulfilled', 'answered_partly', 'denied', 'withdrawn', 'lapsed', 'linked'])), name='requests_request_state'),
        ),
        migrations.AddField(
            model_name='exemption',
            name='request',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='exemptions', to='requests.request'),
        ),
        migrations.AddConstraint(
            model_name='exemption',
            constraint=models.UniqueConstraint(fields=('request', 'store', 'item'), name='requests_exemption_once'),
        ),
        migrations.AddConstraint(
            model_name='exemption',
            constraint=models.CheckConstraint(condition=models.Q(('ground__in', ['legal_claims', 'legal_duty', 'others_rights', 'free_speech'])), name='requests_exemption_ground'),
        ),
    ]
