"""What a recording sounds like as a Parquet file: one row for 32 ms, one row group for about a minute."""

from __future__ import annotations

import io

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from analysis.speech.delivery import pitch_movement, speech_rate
from analysis.speech.sound import Sound
from analysis.speech.voice_activity import STEP_MS
from analysis.types import SOUND_COLUMNS

_GROUP = 60_000 // STEP_MS


def to_parquet(sound: Sound, *, voice: bool) -> bytes:
    """The file. voice: whether voice measurements may be kept; else those columns are empty."""
    count = len(sound)
    lines = (sound.loudness, sound.pitch_hz, speech_rate(sound), pitch_movement(sound)) if voice else ()
    nothing = pa.nulls(count, pa.float32())
    columns = (
        pa.array(np.arange(count, dtype=np.int64) * STEP_MS),
        pa.array(np.round(sound.speech, 3), pa.float32()),
        *(pa.array(np.round(line, 1), pa.float32(), mask=np.isnan(line)) for line in lines),
    )
    columns += (nothing,) * (len(SOUND_COLUMNS) - len(columns))
    sink = io.BytesIO()
    pq.write_table(pa.table(dict(zip(SOUND_COLUMNS, columns, strict=True))), sink, row_group_size=_GROUP)
    return sink.getvalue()
