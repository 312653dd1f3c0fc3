"""A run that was stopped before it began is called off: it never goes on."""

import compliance.retention.rules.states
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('retention', '0002_classes'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='run',
            name='retention_run_state',
        ),
        migrations.AlterField(
            model_name='run',
            name='state',
            field=models.CharField(choices=[('scheduled', 'scheduled'), ('previewed', 'previewed'), ('approved', 'approved'), ('running', 'running'), ('verifying', 'verifying'), ('completed', 'completed'), ('deferred', 'deferred'), ('failed', 'failed'), ('aborted', 'aborted'), ('withdrawn', 'withdrawn')], default=compliance.retention.rules.states.State['SCHEDULED'], max_length=10),
        ),
        migrations.RunSQL(
            "UPDATE retention_run SET state = 'withdrawn' WHERE state = 'aborted' AND began_at IS NULL",
            "UPDATE retention_run SET state = 'aborted' WHERE state = 'withdrawn'",
        ),
        migrations.AddConstraint(
            model_name='run',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['scheduled', 'previewed', 'approved', 'running', 'verifying', 'completed', 'deferred', 'failed', 'aborted', 'withdrawn'])), name='retention_run_state'),
        ),
    ]
