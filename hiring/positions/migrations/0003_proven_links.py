"""Who made a personal link, and whether it was opened in the candidate's own browser."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def first_links_are_proven(apps, schema_editor):
    """Of links that were opened before this was kept, the first of each interview counts as the candidate's."""
    Invitation = apps.get_model("positions", "Invitation")
    seen = set()
    for link in Invitation.objects.exclude(redeemed_at=None).order_by("redeemed_at"):
        if link.interview_id not in seen:
            Invitation.objects.filter(pk=link.pk).update(proven=True)
        seen.add(link.interview_id)


class Migration(migrations.Migration):

    dependencies = [
        ('positions', '0002_rubric'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='invitation',
            name='made_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='invitation',
            name='proven',
            field=models.BooleanField(default=False),
        ),
        migrations.RunPython(first_links_are_proven, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=models.CheckConstraint(condition=models.Q(('proven', False), ('redeemed_at__isnull', False), _connector='OR'), name='invitation_unused_proves_nothing'),
        ),
    ]
