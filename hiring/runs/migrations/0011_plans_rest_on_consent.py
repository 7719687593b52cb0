"""A run's plan is fixed once it is written, and each purpose that it needs was agreed to by that interview.

The triggers of 0002 compare rows with the plan; these guard the plan. The newest answer to a purpose counts. Whether the
law of a place allows it stays with `hiring.policy`: places change without a row of this database.
"""

from django.db import migrations

#: The stage that only one purpose opens, and that purpose.
PURPOSE_OF_STAGE = {
    "expression": "expression",
    "landmarks": "eyes_head",
    "voice": "voice",
    "transcript": "transcript",
}
FIXED = "the plan of a run never changes"
NOT_AGREED = "the plan of a run needs the consent of its interview"


def _without_consent(planned: str) -> str:
    """SQL that is true where the plan has a stage whose purpose was not agreed to; `planned` tests for a stage."""
    newest = """COALESCE((SELECT c.granted FROM consent_consentreceipt c
             JOIN recordings_recording g ON g.interview_id = c.interview_id
             WHERE g.id = NEW.recording_id AND c.purpose = '{purpose}' ORDER BY c.id DESC LIMIT 1), {no})"""
    return " OR ".join(
        f"({planned.format(stage=stage)} AND NOT {newest.format(purpose=purpose, no='{no}')})"
        for stage, purpose in PURPOSE_OF_STAGE.items()
    )


def _sqlite(schema_editor):
    outside = _without_consent("""instr(NEW.plan, '"{stage}"') > 0""").format(no="0")
    schema_editor.execute(
        f"CREATE TRIGGER plan_is_fixed BEFORE UPDATE OF plan ON runs_analysisrun WHEN NEW.plan IS NOT OLD.plan "
        f"BEGIN SELECT RAISE(ABORT, '{FIXED}'); END"
    )
    schema_editor.execute(
        f"CREATE TRIGGER plan_rests_on_consent BEFORE INSERT ON runs_analysisrun WHEN {outside} "
        f"BEGIN SELECT RAISE(ABORT, '{NOT_AGREED}'); END",
        params=None,
    )


def _postgresql(schema_editor):
    outside = _without_consent("""NEW.plan @> '["{stage}"]'::jsonb""").format(no="false")
    schema_editor.execute(
        f"""CREATE FUNCTION plan_is_guarded() RETURNS trigger LANGUAGE plpgsql AS $body$
        BEGIN
          IF TG_OP = 'UPDATE' THEN
            IF NEW.plan IS DISTINCT FROM OLD.plan THEN
              RAISE EXCEPTION '{FIXED}' USING ERRCODE = 'check_violation';
            END IF;
          ELSIF {outside} THEN
            RAISE EXCEPTION '{NOT_AGREED}' USING ERRCODE = 'check_violation';
          END IF;
          RETURN NEW;
        END $body$""",
        params=None,
    )
    schema_editor.execute(
        "CREATE TRIGGER plan_is_guarded BEFORE INSERT OR UPDATE OF plan ON runs_analysisrun "
        "FOR EACH ROW EXECUTE FUNCTION plan_is_guarded()"
    )


def create(apps, schema_editor):
    _postgresql(schema_editor) if schema_editor.connection.vendor == "postgresql" else _sqlite(schema_editor)


def remove(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP TRIGGER plan_is_guarded ON runs_analysisrun")
        schema_editor.execute("DROP FUNCTION plan_is_guarded")
    else:
        schema_editor.execute("DROP TRIGGER plan_is_fixed")
        schema_editor.execute("DROP TRIGGER plan_rests_on_consent")


class Migration(migrations.Migration):
    dependencies = [
        ("runs", "0010_points_of_a_question"),
        ("consent", "0002_consentreceipt_link"),
        ("recordings", "0001_initial"),
    ]
    operations = [migrations.RunPython(create, remove)]
