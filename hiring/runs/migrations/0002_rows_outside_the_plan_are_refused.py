"""The database itself refuses derived rows of a stage that the run's plan leaves out.

Whatever a worker does, an expression is not stored where consent or law did not allow it. Stages are compared as
JSON text: the plan is a list of stage names, so '"expression"' occurs in it exactly where the stage is planned.
"""

from django.db import migrations

STAGES = ("faces", "expression", "landmarks", "voice", "transcript")
TABLES = {"segment": "runs_segment", "word": "runs_word", "moment": "runs_moment"}


def _rests_on(kind: str, stage: str) -> str:
    """SQL that is true where the new row rests on this stage."""
    if kind in ("word", "sentence", "pointlookup"):
        return "1=1" if stage == "transcript" else "1=0"
    if kind == "segment":
        return f"NEW.stage = '{stage}'"
    return f"NEW.stages LIKE '%,{stage},%'"


def _sqlite(kind: str, table: str, event: str, stages: tuple[str, ...]) -> str:
    outside = " OR ".join(
        f"""({_rests_on(kind, stage)} AND NOT EXISTS (SELECT 1 FROM runs_analysisrun r
             WHERE r.id = NEW.run_id AND instr(r.plan, '"{stage}"') > 0))"""
        for stage in stages
    )
    return f"""CREATE TRIGGER {kind}_within_plan_{event.lower()} BEFORE {event} ON {table}
        WHEN {outside}
        BEGIN SELECT RAISE(ABORT, 'this stage is not in the plan of the run'); END"""


def _postgresql(kind: str, stages: tuple[str, ...]) -> str:
    outside = " OR ".join(
        f"""({_rests_on(kind, stage)} AND NOT EXISTS (SELECT 1 FROM runs_analysisrun r
             WHERE r.id = NEW.run_id AND r.plan @> '["{stage}"]'::jsonb))"""
        for stage in stages
    )
    return f"""CREATE FUNCTION {kind}_within_plan() RETURNS trigger LANGUAGE plpgsql AS $body$
        BEGIN
          IF {outside} THEN
            RAISE EXCEPTION 'this stage is not in the plan of the run' USING ERRCODE = 'check_violation';
          END IF;
          RETURN NEW;
        END $body$"""


def creating(stages: tuple[str, ...], tables: dict[str, str] = TABLES):
    """The triggers for these stages and tables, which a later migration makes again for more of them."""

    def create(apps, schema_editor):
        for kind, table in tables.items():
            if schema_editor.connection.vendor == "postgresql":
                schema_editor.execute(_postgresql(kind, stages), params=None)
                schema_editor.execute(
                    f"CREATE TRIGGER {kind}_within_plan BEFORE INSERT OR UPDATE ON {table} "
                    f"FOR EACH ROW EXECUTE FUNCTION {kind}_within_plan()"
                )
            else:
                for event in ("INSERT", "UPDATE"):
                    schema_editor.execute(_sqlite(kind, table, event, stages), params=None)

    return create


def removing(tables: dict[str, str]):
    """The other way round."""

    def remove(apps, schema_editor):
        for kind, table in tables.items():
            if schema_editor.connection.vendor == "postgresql":
                schema_editor.execute(f"DROP TRIGGER {kind}_within_plan ON {table}")
                schema_editor.execute(f"DROP FUNCTION {kind}_within_plan")
            else:
                for event in ("insert", "update"):
                    schema_editor.execute(f"DROP TRIGGER {kind}_within_plan_{event}")

    return remove


create, remove = creating(STAGES), removing(TABLES)


class Migration(migrations.Migration):
    dependencies = [("runs", "0001_initial")]
    operations = [migrations.RunPython(create, remove)]
