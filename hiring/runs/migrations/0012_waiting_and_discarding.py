"""Runs that wait for room, storage or database, and cancelled ones whose results are still to be deleted.

SQLite copies the table to add a column, which takes its own triggers along and which those of other tables would
notice: all are made again afterwards.
"""

from importlib import import_module

from django.db import migrations, models

plan_triggers = import_module("hiring.runs.migrations.0002_rows_outside_the_plan_are_refused")
explanation_triggers = import_module("hiring.runs.migrations.0004_explanations")
stages = import_module("hiring.runs.migrations.0008_speech").STAGES
tables = import_module("hiring.runs.migrations.0010_points_of_a_question").TABLES
guard = import_module("hiring.runs.migrations.0011_plans_rest_on_consent")


class Migration(migrations.Migration):
    dependencies = [("runs", "0011_plans_rest_on_consent")]
    operations = [
        migrations.RunPython(guard.remove, guard.create),
        migrations.RunPython(explanation_triggers.remove, explanation_triggers.create),
        migrations.RunPython(plan_triggers.removing(tables), plan_triggers.creating(stages, tables)),
        migrations.AddField("analysisrun", "not_before", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("analysisrun", "waits", models.PositiveSmallIntegerField(default=0)),
        migrations.AddField("analysisrun", "to_discard", models.BooleanField(default=False)),
        migrations.AddIndex(
            "analysisrun",
            models.Index(name="run_to_discard", fields=["recording"], condition=models.Q(("to_discard", True))),
        ),
        migrations.AddConstraint(
            "analysisrun",
            models.CheckConstraint(
                name="run_discarded_is_cancelled",
                condition=models.Q(("to_discard", False), ("state", "cancelled"), _connector="OR"),
            ),
        ),
        migrations.RunPython(plan_triggers.creating(stages, tables), plan_triggers.removing(tables)),
        migrations.RunPython(explanation_triggers.create, explanation_triggers.remove),
        migrations.RunPython(guard.create, guard.remove),
    ]
