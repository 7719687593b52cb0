"""Apart from making and removing columns: PostgreSQL changes no table with rows that it has not checked yet."""

from itertools import islice

from django.db import migrations


def move(apps, schema_editor):
    Recording, Waveform = apps.get_model("recordings", "Recording"), apps.get_model("recordings", "Waveform")
    found = Recording.objects.exclude(waveform=[]).order_by().values_list("pk", "waveform").iterator(chunk_size=1000)
    rows = (Waveform(recording_id=pk, peaks=bytes(peaks)) for pk, peaks in found)
    while some := list(islice(rows, 1000)):
        Waveform.objects.bulk_create(some)


def move_back(apps, schema_editor):
    for row in apps.get_model("recordings", "Waveform").objects.iterator(chunk_size=1000):
        apps.get_model("recordings", "Recording").objects.filter(pk=row.pk).update(waveform=list(row.peaks))


class Migration(migrations.Migration):
    dependencies = [("recordings", "0002_waveform_apart")]
    operations = [migrations.RunPython(move, move_back)]
