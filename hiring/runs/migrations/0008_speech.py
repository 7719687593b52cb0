"""What was heard: marks on words, sentences, the file of the sound, and moments that rest on speech."""

from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models

plan_triggers = import_module("hiring.runs.migrations.0002_rows_outside_the_plan_are_refused")
explanation_triggers = import_module("hiring.runs.migrations.0004_explanations")
constraint = import_module("hiring.runs.migrations.0005_more_kinds_of_moment").constraint
before = import_module("hiring.runs.migrations.0007_liveness")

STAGES = ("faces", "expression", "landmarks", "liveness", "speech", "voice", "transcript")
STAGES_OF_KIND = {
    **before.STAGES_OF_KIND,
    "hesitation": ",speech,transcript,",
    "words_and_face_differ": ",expression,faces,speech,transcript,",
    "voice_without_lips": ",faces,landmarks,speech,",
    "hard_to_hear": ",speech,",
}
TABLES = {**plan_triggers.TABLES, "sentence": "runs_sentence"}
MARKS = ["", "filler", "restart", "unclear"]


class Migration(migrations.Migration):
    dependencies = [("runs", "0007_liveness")]
    operations = [
        migrations.RunPython(explanation_triggers.remove, explanation_triggers.create),
        migrations.RunPython(plan_triggers.remove, plan_triggers.creating(before.STAGES)),
        *constraint(STAGES_OF_KIND),
        migrations.RemoveConstraint("segment", "segment_stage_known"),
        migrations.AddConstraint(
            "segment",
            models.CheckConstraint(name="segment_stage_known", condition=models.Q(stage__in=list(STAGES))),
        ),
        migrations.AddField("analysisrun", "sound_file", models.CharField(blank=True, max_length=100)),
        migrations.AddField("word", "mark", models.CharField(blank=True, max_length=8, default="")),
        migrations.AlterField("word", "mark", models.CharField(blank=True, max_length=8)),
        migrations.AlterField("word", "text", models.CharField(blank=True, max_length=120)),
        migrations.AddConstraint(
            "word", models.CheckConstraint(name="word_mark_known", condition=models.Q(mark__in=MARKS))
        ),
        migrations.AddConstraint(
            "word",
            models.CheckConstraint(
                name="word_says_or_is_unclear", condition=~models.Q(text="") | models.Q(mark="unclear")
            ),
        ),
        migrations.CreateModel(
            name="Sentence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("first_word", models.PositiveIntegerField()),
                ("after_word", models.PositiveIntegerField()),
                ("start_ms", models.BigIntegerField()),
                ("end_ms", models.BigIntegerField()),
                ("sentiment", models.FloatField(blank=True, null=True)),
                ("confidence", models.FloatField(blank=True, null=True)),
                ("hedges", models.PositiveSmallIntegerField(default=0)),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="sentences", to="runs.analysisrun"
                    ),
                ),
            ],
            options={
                "ordering": ["first_word"],
                "constraints": [
                    models.CheckConstraint(
                        name="sentence_span",
                        condition=models.Q(start_ms__gte=0) & models.Q(end_ms__gte=models.F("start_ms")),
                    ),
                    models.UniqueConstraint(name="sentence_once", fields=["run", "first_word"]),
                    models.CheckConstraint(
                        name="sentence_has_words", condition=models.Q(after_word__gt=models.F("first_word"))
                    ),
                ],
            },
        ),
        migrations.RunPython(plan_triggers.creating(STAGES, TABLES), plan_triggers.removing(TABLES)),
        migrations.RunPython(explanation_triggers.create, explanation_triggers.remove),
    ]
