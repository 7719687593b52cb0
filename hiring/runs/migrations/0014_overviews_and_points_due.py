"""The overview of a long recording, and which runs still have points to be looked for.

SQLite copies the table to add a column that may not be empty; see 0012.
"""

from importlib import import_module

from django.db import migrations, models
from django.db.models import Exists, OuterRef
from django.utils import timezone

plan_triggers = import_module("hiring.runs.migrations.0002_rows_outside_the_plan_are_refused")
explanation_triggers = import_module("hiring.runs.migrations.0004_explanations")
stages = import_module("hiring.runs.migrations.0008_speech").STAGES
tables = import_module("hiring.runs.migrations.0010_points_of_a_question").TABLES
guard = import_module("hiring.runs.migrations.0011_plans_rest_on_consent")


def mark(apps, schema_editor):
    """What the reconciler found by walking all complete runs."""
    run, point = apps.get_model("runs", "AnalysisRun"), apps.get_model("positions", "RubricPoint")
    looked_for = apps.get_model("runs", "PointLookup").objects.filter(run=OuterRef(OuterRef("pk")), point=OuterRef("pk"))
    missing = point.objects.filter(~Exists(looked_for), question=OuterRef("recording__question"))
    said = apps.get_model("runs", "Sentence").objects.filter(run=OuterRef("pk"))
    due = run.objects.filter(Exists(missing), Exists(said), state="complete")
    run.objects.filter(pk__in=list(due.order_by().values_list("pk", flat=True))).update(points_due_since=timezone.now())


class Migration(migrations.Migration):
    dependencies = [
        ("positions", "0004_question_points_changed_at"),
        ("recordings", "0004_remove_inline_waveform"),
        ("runs", "0013_order_of_runs"),
    ]
    operations = [
        migrations.RunPython(guard.remove, guard.create),
        migrations.RunPython(explanation_triggers.remove, explanation_triggers.create),
        migrations.RunPython(plan_triggers.removing(tables), plan_triggers.creating(stages, tables)),
        migrations.AddField("analysisrun", "overview_file", models.CharField(blank=True, default="", max_length=100), preserve_default=False),
        migrations.AddField("analysisrun", "points_due_since", models.DateTimeField(blank=True, null=True)),
        migrations.AddIndex(
            "analysisrun",
            models.Index(
                name="run_points_due",
                fields=["points_due_since"],
                condition=models.Q(("points_due_since__isnull", False)),
            ),
        ),
        migrations.RunPython(plan_triggers.creating(stages, tables), plan_triggers.removing(tables)),
        migrations.RunPython(explanation_triggers.create, explanation_triggers.remove),
        migrations.RunPython(guard.create, guard.remove),
        # Last: PostgreSQL makes no index of a table with changes that it has not checked yet.
        migrations.RunPython(mark, migrations.RunPython.noop),
    ]
