"""Notes and watched answers name their interview, as verdicts do: the inbox finds its reviewers without four joins."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def interview(related_name, **more):
    return models.ForeignKey(
        on_delete=django.db.models.deletion.CASCADE,
        related_name=related_name,
        to="positions.interview",
        **more,
    )


def fill(apps, schema_editor):
    recordings = apps.get_model("recordings", "Recording").objects.filter(pk=OuterRef("recording"))
    for name in ("Note", "Watched"):
        rows = apps.get_model("review", name).objects
        rows.update(interview_id=Subquery(recordings.values("interview")[:1]))


class Migration(migrations.Migration):
    dependencies = [
        ("positions", "0005_orders_of_the_inbox"),
        ("recordings", "0004_remove_inline_waveform"),
        ("review", "0003_watched"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.AddField("note", "interview", interview("notes", null=True)),
        migrations.AddField("watched", "interview", interview("watched", null=True)),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
