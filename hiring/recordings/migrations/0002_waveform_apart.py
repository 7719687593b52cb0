"""Waveforms in a table of their own, a byte for each value; and an index for files that were not checked yet."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("recordings", "0001_initial")]
    operations = [
        migrations.CreateModel(
            "Waveform",
            [
                (
                    "recording",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="waveform",
                        serialize=False,
                        to="recordings.recording",
                    ),
                ),
                ("peaks", models.BinaryField()),
            ],
        ),
        migrations.AddIndex(
            "recording",
            models.Index(name="recording_received", fields=["interview"], condition=models.Q(("state", "received"))),
        ),
    ]
