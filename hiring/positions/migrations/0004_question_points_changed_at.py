from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("positions", "0003_proven_links")]
    operations = [
        migrations.AddField("question", "points_changed_at", models.DateTimeField(blank=True, null=True)),
    ]
