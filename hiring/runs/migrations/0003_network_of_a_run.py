"""Which expression network the worker had that took a run, and whether it was switched off then.

SQLite copies a table to add a column, which the triggers of 0002 would notice: they are made again afterwards.
"""

from importlib import import_module

from django.db import migrations, models

triggers = import_module("hiring.runs.migrations.0002_rows_outside_the_plan_are_refused")


class Migration(migrations.Migration):
    dependencies = [("runs", "0002_rows_outside_the_plan_are_refused")]
    operations = [
        migrations.RunPython(triggers.remove, triggers.create),
        migrations.AddField("analysisrun", "weights_sha256", models.CharField(blank=True, max_length=64)),
        migrations.AddField("analysisrun", "expression_was_off", models.BooleanField(default=False)),
        migrations.RunPython(triggers.create, triggers.remove),
    ]
