"""Moments that rest on liveness. The triggers know the stage as well, and are made again as in 0005."""

from importlib import import_module

from django.db import migrations, models

plan_triggers = import_module("hiring.runs.migrations.0002_rows_outside_the_plan_are_refused")
explanation_triggers = import_module("hiring.runs.migrations.0004_explanations")
kinds_before = import_module("hiring.runs.migrations.0005_more_kinds_of_moment")

STAGES = ("faces", "expression", "landmarks", "liveness", "voice", "transcript")
STAGES_OF_KIND = {
    **{kind: stages for kind, stages in kinds_before.STAGES_OF_KIND.items() if kind != "hard_to_see"},
    "liveness": ",faces,liveness,",
    "hard_to_see": ",faces,",
}


class Migration(migrations.Migration):
    dependencies = [("runs", "0006_savepoints")]
    operations = [
        migrations.RunPython(explanation_triggers.remove, explanation_triggers.create),
        migrations.RunPython(plan_triggers.remove, plan_triggers.create),
        *kinds_before.constraint(STAGES_OF_KIND),
        migrations.RemoveConstraint("segment", "segment_stage_known"),
        migrations.AddConstraint(
            "segment",
            models.CheckConstraint(name="segment_stage_known", condition=models.Q(stage__in=list(STAGES))),
        ),
        migrations.RunPython(plan_triggers.creating(STAGES), plan_triggers.remove),
        migrations.RunPython(explanation_triggers.create, explanation_triggers.remove),
    ]
