"""Where answers touch the points of their questions, follow-up questions, and topics."""

from importlib import import_module

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


plan_triggers = import_module("hiring.runs.migrations.0002_rows_outside_the_plan_are_refused")
explanation_triggers = import_module("hiring.runs.migrations.0004_explanations")
before = import_module("hiring.runs.migrations.0008_speech")
TABLES = {**before.TABLES, "pointlookup": "runs_pointlookup"}


class Migration(migrations.Migration):

    dependencies = [
        ('positions', '0002_rubric'),
        ('recordings', '0001_initial'),
        ('runs', '0009_reading_and_other_voices'),
    ]

    operations = [
        migrations.RunPython(explanation_triggers.remove, explanation_triggers.create),
        migrations.RunPython(
            plan_triggers.removing(before.TABLES), plan_triggers.creating(before.STAGES, before.TABLES)
        ),
        migrations.AddField(
            model_name='analysisrun',
            name='topics',
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.CreateModel(
            name='FollowUpOffer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('interview', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='follow_ups', to='positions.interview')),
                ('question', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='offers', to='positions.question')),
                ('recording', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='follow_ups', to='recordings.recording')),
            ],
            options={
                'ordering': ['at'],
                'constraints': [models.UniqueConstraint(fields=('interview', 'question'), name='follow_up_offered_once')],
            },
        ),
        migrations.CreateModel(
            name='PointLookup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('quotes', models.JSONField(default=list, null=True)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('point', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lookups', to='positions.rubricpoint')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='points', to='runs.analysisrun')),
            ],
            options={
                'ordering': ['point__order'],
                'constraints': [models.UniqueConstraint(fields=('run', 'point'), name='point_looked_for_once')],
            },
        ),
        migrations.RunPython(plan_triggers.creating(before.STAGES, TABLES), plan_triggers.removing(TABLES)),
        migrations.RunPython(explanation_triggers.create, explanation_triggers.remove),
    ]
