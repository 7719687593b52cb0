"""Moments that rest on landmarks, on held and short expressions, and on the picture itself.

SQLite copies a table to change a constraint, which the triggers of 0002 and 0004 would notice: they are made again
afterwards.
"""

from importlib import import_module

from django.db import migrations, models

plan_triggers = import_module("hiring.runs.migrations.0002_rows_outside_the_plan_are_refused")
explanation_triggers = import_module("hiring.runs.migrations.0004_explanations")

NAME = "moment_kind_rests_on_its_stages"
STAGES_OF_KIND = {
    "expression_shift": ",expression,faces,",
    "expression_burst": ",expression,faces,",
    "expression_held": ",expression,faces,",
    "facial_tension": ",faces,landmarks,",
    "asymmetry": ",faces,landmarks,",
    "eyes": ",faces,landmarks,",
    "looking_away": ",faces,landmarks,",
    "nobody_visible": ",faces,",
    "another_person": ",faces,",
    "background_changed": ",faces,",
    "cut": ",faces,",
    "frozen": ",faces,",
    "hard_to_see": ",faces,",
}


def constraint(stages_of_kind):
    """Operations that put this rule of kinds and their stages in the place of the one before."""
    pairs = [models.Q(kind=kind, stages=stages) for kind, stages in stages_of_kind.items()]
    rule = models.CheckConstraint(name=NAME, condition=models.Q(*pairs, _connector=models.Q.OR))
    return [migrations.RemoveConstraint("moment", NAME), migrations.AddConstraint("moment", rule)]


class Migration(migrations.Migration):
    dependencies = [("runs", "0004_explanations")]
    operations = [
        migrations.RunPython(explanation_triggers.remove, explanation_triggers.create),
        migrations.RunPython(plan_triggers.remove, plan_triggers.create),
        *constraint(STAGES_OF_KIND),
        migrations.RunPython(plan_triggers.create, plan_triggers.remove),
        migrations.RunPython(explanation_triggers.create, explanation_triggers.remove),
    ]
