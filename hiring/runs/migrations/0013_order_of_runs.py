"""What the order of runs needs, and an index for each question that a worker asks before it takes one.

Both columns may be empty: on SQLite any other column rebuilds the table, and the triggers that guard plans are lost.
"""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def fill(apps, schema_editor):
    """Runs that wait now take turns as well."""
    run = apps.get_model("runs", "AnalysisRun")
    interview = apps.get_model("positions", "Interview").objects.filter(recordings__runs=OuterRef("pk"))
    waiting = run.objects.filter(state__in=["queued", "running"])
    waiting.update(position_id=Subquery(interview.values("position_id")[:1]))


class Migration(migrations.Migration):
    dependencies = [
        ("positions", "0003_proven_links"),
        ("recordings", "0001_initial"),
        ("runs", "0012_waiting_and_discarding"),
    ]
    operations = [
        migrations.AddField(
            "analysisrun",
            "position",
            models.ForeignKey(
                null=True,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="positions.position",
            ),
        ),
        migrations.AddField("analysisrun", "awaited_since", models.DateTimeField(blank=True, null=True)),
        migrations.AddIndex(
            "analysisrun",
            models.Index(fields=["state", "position", "awaited_since", "queued_at"], name="run_turn"),
        ),
        migrations.AddIndex(
            "analysisrun", models.Index(fields=["state", "attempt", "queued_at"], name="run_interrupted")
        ),
        migrations.AddIndex("analysisrun", models.Index(fields=["position", "started_at"], name="run_served")),
        # Last: PostgreSQL makes no index of a table with changes that it has not checked yet.
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
