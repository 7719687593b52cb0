from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [
        migrations.RemoveIndex("event", "audit_event_action_1c0b95_idx"),
        migrations.AddIndex(
            "event",
            models.Index(name="audit_action", fields=["action", "-id"], opclasses=["varchar_pattern_ops", ""]),
        ),
    ]
