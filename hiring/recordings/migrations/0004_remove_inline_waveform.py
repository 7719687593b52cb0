from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("recordings", "0003_move_waveforms")]
    operations = [migrations.RemoveField("recording", "waveform")]
