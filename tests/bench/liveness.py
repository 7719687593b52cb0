"""How often the liveness networks err: on the developers' clips as they are, and drawn as a screen and as a print.

`python -m tests.bench.liveness`. The drawn ones stand in for recordings that nobody here has: they show that the
networks react, not how many screens and prints they would find.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from analysis.catalogue.picture import LivenessConfig
from analysis.config import FaceConfig, VideoLimits
from analysis.faces.stage import FaceStage
from analysis.fairness.intervals import Count, wilson
from analysis.liveness.stage import LivenessStage
from analysis.moments.kinds import liveness
from analysis.signals.baseline import Baselines
from analysis.signals.series import SeriesBuilder
from analysis.types import Observation, Visibility
from analysis.video.decode import Decoder
from tests.analysis import rules
from tests.analysis.liveness import screens

SHARED = Path(__file__).resolve().parent.parent.parent.parent / "shared"
MOST_MS = 12_000


def _seen(clip: Path, shown: Callable[[screens.Picture], screens.Picture]) -> Iterator[Observation]:
    faces = FaceStage(FaceConfig(), threads=1)
    liveness = LivenessStage(SHARED / "models", FaceConfig().live_every_ms)
    with Decoder(clip, VideoLimits(), side_px=640) as decoder:
        for frame in decoder:
            if frame.pts_ms > MOST_MS or frame.picture is None:
                continue
            picture = shown(frame.picture)
            seen = faces.look(picture, frame.pts_ms)
            live = quality = None
            if seen.face is not None and seen.crop is not None:
                live, quality = liveness.look(picture, seen.face.box, seen.face.track, frame.pts_ms), seen.quality
            visibility = Visibility.NOBODY if live is None else Visibility.SEEN
            yield Observation(frame.index, frame.pts_ms, seen.faces, visibility, quality=quality, live=live)


def measure() -> None:
    clips = sorted((SHARED / "media" / "clips").glob("*.m*"))
    if not clips or not (SHARED / "models").is_dir():
        print("\nliveness: the developers' clips or models are not here")
        return
    print(f"\nliveness: frames that do not pass for a face itself, and moments, of {len(clips)} clips to 12 s")
    for name, shown in (
        ("as they are", lambda picture: picture),
        ("drawn as a screen", screens.on_screen),
        ("drawn as a print", screens.on_paper),
    ):
        flat = looked_at = moments = with_face = found_in = 0
        for clip in clips:
            builder = SeriesBuilder()
            builder.add(_seen(clip, shown))
            series = builder.build(40)
            live = series.live[~np.isnan(series.live)]
            if len(live):
                found = rules.found(liveness, series, baselines=Baselines())
                with_face, found_in, moments = with_face + 1, found_in + bool(found), moments + len(found)
                flat, looked_at = flat + int((live <= LivenessConfig().max_live).sum()), looked_at + len(live)
        share = wilson(Count(found_in, with_face))
        print(
            f"{name:<20}{100 * flat / looked_at:>6.1f} % of {looked_at} frames, {moments} moments in {found_in} of "
            f"{with_face} clips ({100 * share.low:.0f} to {100 * share.high:.0f} %)",
            flush=True,
        )


if __name__ == "__main__":
    measure()
