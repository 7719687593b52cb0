"""Explanations of moments, which the database refuses unless moment and plan rest on expression.

A later migration that makes SQLite copy runs_moment or runs_analysisrun must drop the trigger first, and make it again
(see 0003).
"""

import django.db.models.deletion
from django.db import migrations, models

EXPRESSIONS = ["angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"]

# The plan is a list of stage names, compared as JSON text on SQLite, as in 0002.
RESTS_ON_EXPRESSION = """SELECT 1 FROM runs_moment m JOIN runs_analysisrun r ON r.id = m.run_id
    WHERE m.id = NEW.moment_id AND m.stages LIKE '%,expression,%' AND """
REFUSED = "this moment does not rest on expression"


def create(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            f"""CREATE FUNCTION explanation_within_plan() RETURNS trigger LANGUAGE plpgsql AS $body$
            BEGIN
              IF NOT EXISTS ({RESTS_ON_EXPRESSION} r.plan @> '["expression"]'::jsonb) THEN
                RAISE EXCEPTION '{REFUSED}' USING ERRCODE = 'check_violation';
              END IF;
              RETURN NEW;
            END $body$""",
            params=None,
        )
        schema_editor.execute(
            "CREATE TRIGGER explanation_within_plan BEFORE INSERT OR UPDATE ON runs_explanation "
            "FOR EACH ROW EXECUTE FUNCTION explanation_within_plan()"
        )
        return
    for event in ("INSERT", "UPDATE"):
        schema_editor.execute(
            f"""CREATE TRIGGER explanation_within_plan_{event.lower()} BEFORE {event} ON runs_explanation
            WHEN NOT EXISTS ({RESTS_ON_EXPRESSION} instr(r.plan, '"expression"') > 0)
            BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END""",
            params=None,
        )


def remove(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP TRIGGER explanation_within_plan ON runs_explanation")
        schema_editor.execute("DROP FUNCTION explanation_within_plan")
        return
    for event in ("insert", "update"):
        schema_editor.execute(f"DROP TRIGGER explanation_within_plan_{event}")


class Migration(migrations.Migration):
    dependencies = [("runs", "0003_network_of_a_run")]
    operations = [
        migrations.CreateModel(
            name="Explanation",
            fields=[
                (
                    "moment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="explanation",
                        serialize=False,
                        to="runs.moment",
                    ),
                ),
                ("at_ms", models.BigIntegerField()),
                ("expression", models.CharField(max_length=20)),
                ("regions", models.JSONField()),
                ("picture_file", models.CharField(blank=True, max_length=100)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(at_ms__gte=0), name="explanation_time"),
                    models.CheckConstraint(
                        condition=models.Q(expression__in=EXPRESSIONS), name="explanation_expression_known"
                    ),
                ],
            },
        ),
        migrations.RunPython(create, remove),
    ]
