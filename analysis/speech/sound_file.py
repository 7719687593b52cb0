"""What a recording sounds like as a Parquet file: one row for 32 ms, one row group for about a minute."""

from __future__ import annotations

import io

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from analysis.speech.sound import Sound
from analysis.speech.voice_activity import STEP_MS
from analysis.types import SOUND_COLUMNS

_GROUP = 60_000 // STEP_MS


def to_parquet(sound: Sound, *, voice: bool) -> bytes:
    """The file. voice: whether loudness and pitch may be kept; else their columns are empty."""
    count = len(sound)
    nothing = pa.nulls(count, pa.float32())
    pitch = pa.array(sound.pitch_hz, pa.float32(), mask=np.isnan(sound.pitch_hz))
    columns = (
        pa.array(np.arange(count, dtype=np.int64) * STEP_MS),
        pa.array(np.round(sound.speech, 3), pa.float32()),
        pa.array(np.round(sound.loudness, 1), pa.float32()) if voice else nothing,
        pitch if voice else nothing,
    )
    sink = io.BytesIO()
    pq.write_table(pa.table(dict(zip(SOUND_COLUMNS, columns, strict=True))), sink, row_group_size=_GROUP)
    return sink.getvalue()
