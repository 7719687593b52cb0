"""Who made a personal link, and whether it was opened in the candidate's own browser."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.utils import timezone


def say_who_made_them(apps, schema_editor):
    """The audit log knows who made each link. Of those that were opened, the first of each interview is proven."""
    Invitation, Event = apps.get_model("positions", "Invitation"), apps.get_model("audit", "Event")
    people = {str(pk) for pk in apps.get_model("accounts", "User").objects.values_list("pk", flat=True)}
    made = Event.objects.filter(action="invitation.created", actor_kind="user", actor_id__in=people)
    makers = dict(made.values_list("object_id", "actor_id"))
    seen = set()
    for link in Invitation.objects.order_by("redeemed_at"):
        is_first = link.redeemed_at is not None and link.interview_id not in seen
        if link.redeemed_at is not None:
            seen.add(link.interview_id)
        maker = makers.get(str(link.pk))
        Invitation.objects.filter(pk=link.pk).update(proven=is_first, made_by_id=maker)


def leave_one_open(apps, schema_editor):
    """Revoke all links of an interview but the newest, as making a new one does."""
    Invitation = apps.get_model("positions", "Invitation")
    seen = set()
    for link in Invitation.objects.filter(revoked_at=None).order_by("-created_at"):
        if link.interview_id in seen:
            Invitation.objects.filter(pk=link.pk).update(revoked_at=timezone.now())
        seen.add(link.interview_id)


class Migration(migrations.Migration):

    dependencies = [
        ('positions', '0002_rubric'),
        ('audit', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='invitation',
            name='by_installation',
            field=models.BooleanField(default=False),
        ),
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
        migrations.RunPython(say_who_made_them, migrations.RunPython.noop),
        migrations.RunPython(leave_one_open, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=models.UniqueConstraint(condition=models.Q(('revoked_at', None)), fields=('interview',), name='invitation_one_for_an_interview'),
        ),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=models.CheckConstraint(condition=models.Q(('proven', False), ('redeemed_at__isnull', False), _connector='OR'), name='invitation_unused_proves_nothing'),
        ),
    ]
