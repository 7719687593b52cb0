"""Two more kinds of moment that rest on speech."""

from importlib import import_module

from django.db import migrations

plan_triggers = import_module("hiring.runs.migrations.0002_rows_outside_the_plan_are_refused")
explanation_triggers = import_module("hiring.runs.migrations.0004_explanations")
constraint = import_module("hiring.runs.migrations.0005_more_kinds_of_moment").constraint
before = import_module("hiring.runs.migrations.0008_speech")

_AFTER = {"words_and_face_differ": "reads_aloud", "voice_without_lips": "second_voice"}
_STAGES = {"reads_aloud": ",faces,landmarks,speech,", "second_voice": ",speech,voice,"}
# in the order of MomentKind, which is that of the constraint
STAGES_OF_KIND = {
    name: stages
    for kind, its in before.STAGES_OF_KIND.items()
    for name, stages in ((kind, its), *((new, _STAGES[new]) for after, new in _AFTER.items() if after == kind))
}


class Migration(migrations.Migration):
    dependencies = [("runs", "0008_speech")]
    operations = [
        migrations.RunPython(explanation_triggers.remove, explanation_triggers.create),
        migrations.RunPython(plan_triggers.removing(before.TABLES), plan_triggers.creating(before.STAGES, before.TABLES)),
        *constraint(STAGES_OF_KIND),
        migrations.RunPython(plan_triggers.creating(before.STAGES, before.TABLES), plan_triggers.removing(before.TABLES)),
        migrations.RunPython(explanation_triggers.create, explanation_triggers.remove),
    ]
