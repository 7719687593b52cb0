"""Apart from filling the columns: PostgreSQL changes no table with rows that it has not checked yet."""

import importlib

from django.db import migrations, models

interview = importlib.import_module("hiring.review.migrations.0004_interview_of_notes_and_watched").interview


class Migration(migrations.Migration):
    dependencies = [("review", "0004_interview_of_notes_and_watched")]
    operations = [
        migrations.AlterField("note", "interview", interview("notes")),
        migrations.AlterField("watched", "interview", interview("watched")),
    ]
