"""Apart from the filling before it: PostgreSQL alters no table whose rows changed in the same transaction."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("review", "0002_verdict_knows_its_interview")]

    operations = [
        migrations.AlterField(
            model_name="verdict",
            name="interview",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="verdicts", to="positions.interview"
            ),
        ),
        migrations.AddIndex(
            model_name="verdict",
            index=models.Index(fields=["reviewer", "interview"], name="review_verd_reviewe_82ef50_idx"),
        ),
    ]
