"""Real clips: one take has no event of the picture; clips that are joined have a cut where they were joined."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from analysis.types import MomentKind

from .scenes import coded, cut_to, filmed, found

#: Looked through by eye: each is one take. expressive_s18 is taken by a camera that slowly moves on.
ONE_TAKE = (
    *("covers_face_then_smiles.mp4", "expressive_d0.mp4", "expressive_d12.mp4", "expressive_d14.mp4"),
    *("expressive_d18.mp4", "expressive_d19.mp4", "expressive_d3.mp4", "expressive_d6.mp4", "expressive_s18.mp4"),
    *("expressive_s32.mp4", "grid_bbaf2n.mpg", "grid_lwbsza.mpg", "grid_sbia1a.mpg", "no_face.mp4"),
    *("phone_portrait_speech_10s.mp4", "short_smile.mp4"),
)
#: Times of the frames after each cut, in ms since the first frame; seen by eye too.
CUTS = {"several_faces.mp4": [667, 2736, 7040], "leaves_frame.mov": [2430]}
JOINED = (
    ("expressive_d14.mp4", "phone_portrait_speech_10s.mp4"),
    ("phone_portrait_speech_10s.mp4", "covers_face_then_smiles.mp4"),
    ("expressive_d3.mp4", "expressive_d6.mp4"),
    ("covers_face_then_smiles.mp4", "expressive_d12.mp4"),
)


@pytest.mark.parametrize("name", ONE_TAKE)
def test_one_take_has_no_event(clip: Callable[[str], Path], name: str) -> None:
    assert found(filmed(clip(name))) == []


@pytest.mark.parametrize(("name", "cuts_ms"), CUTS.items())
def test_cuts_that_are_in_a_clip_are_found(clip: Callable[[str], Path], name: str, cuts_ms: list[int]) -> None:
    moments = found(filmed(clip(name)))
    assert {moment.kind for moment in moments} == {MomentKind.CUT}
    assert [moment.peak_ms for moment in moments] == pytest.approx(cuts_ms, abs=2)


@pytest.mark.parametrize(("first", "second"), JOINED)
def test_joined_clips_have_one_cut(clip: Callable[[str], Path], first: str, second: str) -> None:
    shot = filmed(clip(first))
    at_ms = shot.pts_ms[-1] // 2
    (moment,) = found(coded(cut_to(shot, filmed(clip(second)), at_ms)))
    assert (moment.kind, moment.peak_ms) == (MomentKind.CUT, shot.pts_ms[shot.at(at_ms)])
