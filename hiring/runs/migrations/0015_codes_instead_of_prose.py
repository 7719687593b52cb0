"""Rows of moments hold codes and values instead of English, and one generic trigger guards each derived table.

What a kind rests on comes from a table that is filled after every migration, so a new kind needs none of its own.
Older rows keep their values: sentences become their codes, and rules the thresholds that all of them were found with.
"""

from importlib import import_module

from django.db import migrations, models

plan_triggers = import_module("hiring.runs.migrations.0002_rows_outside_the_plan_are_refused")
explanation_triggers = import_module("hiring.runs.migrations.0004_explanations")
stages = import_module("hiring.runs.migrations.0008_speech").STAGES
tables = import_module("hiring.runs.migrations.0010_points_of_a_question").TABLES

#: What each table's rows rest on: the column with the stage, the column with the kind, or always one stage.
RESTS_ON = {
    "runs_segment": "stage",
    "runs_moment": "kind",
    "runs_word": "transcript",
    "runs_sentence": "transcript",
    "runs_pointlookup": "transcript",
}
REFUSED = "this stage is not in the plan of the run"
NOT_EXPRESSION = "this moment does not rest on expression"

#: Configurations of the rules when this was written, the first in which they were stored.
CONFIGS = {
    "expression_shift": {"min_prob": 0.35, "robust_z": 4.0, "onset_ms": 1500, "min_ms": 400, "join_gap_ms": 1500, "max_per_min": 4},
    "expression_burst": {"min_prob": 0.5, "robust_z": 4.0, "min_ms": 80, "max_ms": 500, "min_fps": 24.0, "max_per_min": 4},
    "expression_held": {"min_prob": 0.6, "prob_robust_z": 3.0, "min_ms": 8000, "robust_z": 6.0, "few": 8, "few_min_ms": 20000},
    "facial_tension": {"min_rise": 0.15, "robust_z": 4.0, "far_rise": 0.35, "far_robust_z": 8.0, "min_ms": 1000, "smooth_ms": 300, "max_per_min": 4},
    "asymmetry": {"min_rise": 0.1, "robust_z": 4.0, "turn_bin_deg": 10.0, "max_yaw_deg": 25.0, "min_ms": 1000, "smooth_ms": 300, "max_per_min": 4},
    "eyes": {"window_ms": 30000, "watched_ms": 90000, "min_fps": 15.0, "rate_min_change": 10.0, "rate_robust_z": 3.5, "closed_min_ms": 1000, "squint_min_rise": 0.2, "squint_robust_z": 5.0, "squint_min_ms": 3000, "smooth_ms": 300, "max_per_min": 4},
    "looking_away": {"head_deg": 25.0, "gaze_deg": 30.0, "min_ms": 2000, "speaking_share": 0.5, "smooth_ms": 300, "max_per_min": 4},
    "nobody_visible": {"min_ms": 1000},
    "another_person": {"min_ms": 500},
    "background_changed": {"min_share": 0.3, "min_ms": 2000},
    "cut": {"min_share": 0.4, "alone_ms": 400, "motion_ratio": 3.0, "max_step_ms": 1000},
    "frozen": {"max_motion": 0.03, "min_ms": 1000, "max_step_ms": 1000},
    "liveness": {"max_live": 0.5, "min_ms": 4000},
    "hard_to_see": {"min_ms": 2000},
    "hesitation": {"pause_min_ms": 1500, "pause_robust_z": 4.0, "fillers_min": 3, "fillers_window_ms": 10000, "fillers_ratio": 2.0, "max_per_min": 4},
    "words_and_face_differ": {"min_sentiment": 0.5, "min_prob": 0.4, "robust_z": 4.0, "seen_share": 0.7, "max_per_min": 4},
    "reads_aloud": {"min_ms": 12000, "min_sweeps": 5, "sweep_deg": 4.0, "jump_ms": 240, "line_min_ms": 1000, "line_max_ms": 8000, "line_spread": 0.5, "speech_share": 0.8, "pause_ms": 1200, "fillers_per_min": 2.0, "max_per_min": 4},
    "voice_without_lips": {"min_ms": 2000, "max_share": 0.2, "clear_ratio": 2.0, "window_ms": 500},
    "second_voice": {"min_ms": 1500, "max_likeness": 0.7, "noise_lu": 4.0, "min_side_db": 12.0, "max_per_min": 4},
    "hard_to_hear": {"min_ms": 3000, "clipped_share": 0.15, "quiet_lufs": -50.0, "noise_lu": 4.0},
}
#: Of kinds with several sentences, words of each and its code; others have "main".
SENTENCES = {
    "expression_held": {"usually keeps one": "main", "too few others": "few_others"},
    "eyes": {"blinked": "blink_rate", "stayed closed": "closed", "eyelids": "squint"},
    "looking_away": {"The head": "head", "The eyes": "gaze"},
    "hesitation": {"A pause": "pause", "fillers or restarts": "fillers"},
    "words_and_face_differ": {"dictionary": "dictionary", "language model": "model"},
    "second_voice": {"a voice was heard": "voice", "another side": "side"},
}
FAULTS = {"missing": "silent", "cut off": "clipped", "quiet": "quiet", "hardly louder": "noisy"}
MOVEMENTS = {
    "brow lowered": "brow_lower",
    "lids tightened": "lid_tighten",
    "lips pressed together": "lip_press",
    "chin raised": "chin_raise",
}
TONES = {"pleasant": "positive", "unpleasant": "negative"}
UNITS = {
    "probability": "probability",
    "0..1": "share",
    "-1..1": "tone",
    "deg": "deg",
    "ms": "ms",
    "s": "s",
    "%": "percent",
    "grey levels": "gray_levels",
    "per min": "per_min",
    "a second": "per_s",
    "in 10 s": "per_10_s",
    "LUFS": "lufs",
    "LU": "lu",
    "dB": "db",
    "faces": "count",
}


def code_of(kind, sentence, values):
    """Empty where no version had such a sentence."""
    if kind == "hard_to_hear":
        return next((code for words, code in FAULTS.items() if words in str(values.get("fault"))), "")
    if kind not in SENTENCES:
        return "main" if kind in CONFIGS else ""
    return next((code for words, code in SENTENCES[kind].items() if words in sentence), "")


def values_of(kind, values, peak_ms):
    """Values without English in them."""
    kept = {name: value for name, value in values.items() if name not in ("fault", "time")}
    if kind == "cut":
        kept["at_ms"] = peak_ms
    if "movements" in kept:
        kept["movements"] = [MOVEMENTS[name] for name in kept["movements"].split(", ") if name in MOVEMENTS]
    if "words" in kept:
        kept["words"] = [word.strip("“”") for word in kept["words"].removesuffix(" …").split("”, “")]
    if "quote" in kept:
        kept["quote"] = kept["quote"].strip("“”")
    if "tone" in kept:
        kept["tone"] = TONES.get(kept["tone"], kept["tone"])
    return kept


def unit_of(piece):
    """The code of the unit; a cosine and a count had none."""
    if not piece.get("unit"):
        return "likeness" if piece.get("signal") == "voice_likeness" else "count"
    return UNITS.get(piece["unit"], piece["unit"])


def to_codes(apps, schema_editor):
    moment = apps.get_model("runs", "Moment")
    batch = []
    for row in moment.objects.only("kind", "sentence", "values", "evidence", "peak_ms").order_by().iterator(2000):
        row.sentence = code_of(row.kind, row.sentence, row.values)
        row.values = values_of(row.kind, row.values, row.peak_ms)
        row.config = CONFIGS.get(row.kind, {})
        row.evidence = [piece | {"unit": unit_of(piece)} for piece in row.evidence]
        batch.append(row)
        if len(batch) == 2000:
            moment.objects.bulk_update(batch, ["sentence", "values", "config", "evidence"], batch_size=200)
            batch = []
    moment.objects.bulk_update(batch, ["sentence", "values", "config", "evidence"], batch_size=200)
    for savepoint in apps.get_model("runs", "Savepoint").objects.all():
        savepoint.moments = [
            told
            | {
                "sentence": code_of(told["kind"], told["sentence"], told["values"]),
                "values": values_of(told["kind"], told["values"], told["start_ms"]),
            }
            for told in savepoint.moments
        ]
        savepoint.save(update_fields=["moments"])


def _on_postgresql(schema_editor):
    # to_jsonb: the function serves tables with different columns.
    schema_editor.execute(
        f"""CREATE FUNCTION row_within_plan() RETURNS trigger LANGUAGE plpgsql AS $body$
        DECLARE needed jsonb;
        BEGIN
          needed := CASE TG_ARGV[0]
            WHEN 'stage' THEN jsonb_build_array(to_jsonb(NEW) -> 'stage')
            WHEN 'kind' THEN (SELECT k.stages FROM runs_stagesofkind k WHERE k.kind = to_jsonb(NEW) ->> 'kind')
            ELSE jsonb_build_array(TG_ARGV[0]) END;
          IF NOT EXISTS (SELECT 1 FROM runs_analysisrun r WHERE r.id = NEW.run_id AND r.plan @> needed) THEN
            RAISE EXCEPTION '{REFUSED}' USING ERRCODE = 'check_violation';
          END IF;
          RETURN NEW;
        END $body$""",
        params=None,
    )
    for table, rests_on in RESTS_ON.items():
        schema_editor.execute(
            f"CREATE TRIGGER row_within_plan BEFORE INSERT OR UPDATE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION row_within_plan('{rests_on}')"
        )
    schema_editor.execute(
        f"""CREATE FUNCTION explanation_within_plan() RETURNS trigger LANGUAGE plpgsql AS $body$
        BEGIN
          IF NOT EXISTS (SELECT 1 FROM runs_moment m JOIN runs_stagesofkind k ON k.kind = m.kind
              JOIN runs_analysisrun r ON r.id = m.run_id WHERE m.id = NEW.moment_id
              AND k.stages @> '["expression"]'::jsonb AND r.plan @> '["expression"]'::jsonb) THEN
            RAISE EXCEPTION '{NOT_EXPRESSION}' USING ERRCODE = 'check_violation';
          END IF;
          RETURN NEW;
        END $body$""",
        params=None,
    )
    schema_editor.execute(
        "CREATE TRIGGER explanation_within_plan BEFORE INSERT OR UPDATE ON runs_explanation "
        "FOR EACH ROW EXECUTE FUNCTION explanation_within_plan()"
    )


def _needed(rests_on):
    """SQLite's SQL for the stages that a new row rests on, as rows of one column."""
    if rests_on == "stage":
        return "SELECT NEW.stage AS value"
    if rests_on == "kind":
        return "SELECT s.value FROM runs_stagesofkind k, json_each(k.stages) s WHERE k.kind = NEW.kind"
    return f"SELECT '{rests_on}' AS value"


def _on_sqlite(schema_editor):
    plan = "SELECT p.value FROM runs_analysisrun r, json_each(r.plan) p WHERE r.id = NEW.run_id"
    for table, rests_on in RESTS_ON.items():
        unknown = "" if rests_on != "kind" else "NOT EXISTS (SELECT 1 FROM runs_stagesofkind WHERE kind = NEW.kind) OR "
        for event in ("INSERT", "UPDATE"):
            schema_editor.execute(
                f"""CREATE TRIGGER {table}_within_plan_{event.lower()} BEFORE {event} ON {table}
                WHEN {unknown}EXISTS (SELECT 1 FROM ({_needed(rests_on)}) n WHERE n.value NOT IN ({plan}))
                BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END""",
                params=None,
            )
    for event in ("INSERT", "UPDATE"):
        schema_editor.execute(
            f"""CREATE TRIGGER explanation_within_plan_{event.lower()} BEFORE {event} ON runs_explanation
            WHEN NOT EXISTS (SELECT 1 FROM runs_moment m
                JOIN runs_stagesofkind k ON k.kind = m.kind JOIN runs_analysisrun r ON r.id = m.run_id
                WHERE m.id = NEW.moment_id AND instr(k.stages, '"expression"') > 0
                AND instr(r.plan, '"expression"') > 0)
            BEGIN SELECT RAISE(ABORT, '{NOT_EXPRESSION}'); END""",
            params=None,
        )


def create(apps, schema_editor):
    _on_postgresql(schema_editor) if schema_editor.connection.vendor == "postgresql" else _on_sqlite(schema_editor)


class Migration(migrations.Migration):
    dependencies = [("runs", "0014_overviews_and_points_due")]
    operations = [
        migrations.RunPython(explanation_triggers.remove),
        migrations.RunPython(plan_triggers.removing(tables)),
        migrations.RemoveConstraint("moment", "moment_kind_rests_on_its_stages"),
        migrations.CreateModel(
            name="StagesOfKind",
            fields=[
                ("kind", models.CharField(max_length=30, primary_key=True, serialize=False)),
                ("stages", models.JSONField()),
            ],
        ),
        migrations.RemoveField("moment", "stages"),
        migrations.RemoveField("moment", "rule"),
        migrations.AddField("moment", "config", models.JSONField(default=dict)),
        migrations.RunPython(to_codes),
        migrations.AlterField("moment", "sentence", models.CharField(max_length=30)),
        migrations.RunPython(create),
    ]
