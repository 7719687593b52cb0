"""Beside each verdict, its interview: "reviewed by me" in the inbox no longer walks four tables."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def fill(apps, schema_editor):
    Verdict, Moment = apps.get_model("review", "Verdict"), apps.get_model("runs", "Moment")
    own = Moment.objects.filter(pk=OuterRef("moment_id")).values("run__recording__interview_id")[:1]
    Verdict.objects.update(interview_id=Subquery(own))


class Migration(migrations.Migration):
    dependencies = [
        ("review", "0001_initial"),
        ("runs", "0001_initial"),
        ("positions", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="verdict",
            name="interview",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="verdicts",
                to="positions.interview",
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
