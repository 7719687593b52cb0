from django.db import migrations, models
from django.db.models import F

from hiring.lib.indexes import OrderIndex

INDEXES = (
    OrderIndex(F("submitted_at").desc(nulls_last=True), F("created_at").desc(), F("id"), name="interview_newest"),
    OrderIndex(F("submitted_at").asc(nulls_last=True), F("created_at"), F("id"), name="interview_oldest"),
    models.Index(F("created_at").desc(), F("id"), name="interview_invited"),
    OrderIndex(F("erased_at").asc(nulls_first=True), F("candidate_name"), F("id"), name="interview_by_name"),
)


class Migration(migrations.Migration):
    dependencies = [("positions", "0004_question_points_changed_at")]
    operations = [migrations.AddIndex("interview", index) for index in INDEXES]
