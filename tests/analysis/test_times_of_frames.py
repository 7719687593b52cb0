"""Media time is the container's, to the millisecond, whatever the container."""

import itertools
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from analysis.config import VideoLimits
from analysis.video.decode import Decoder, read_audio
from analysis.video.probe import probe

from .media import with_rotation, write_video

LIMITS = VideoLimits()
UNEVEN = (0, 33, 66, 110, 400, 401, 1000, 1500, 1533, 2400)


def times(path: Path) -> list[int]:
    with Decoder(path, LIMITS, side_px=0) as decoder:
        return [frame.pts_ms for frame in decoder]


def container_times(path: Path) -> list[float]:
    """What PyAV alone reads, as fractional ms after the earlier of the first picture and the first sound."""
    with av.open(str(path)) as container:
        video = container.streams.video[0]
        starts = [s.start_time * s.time_base for s in container.streams if s.start_time is not None]
        return [float((f.pts * f.time_base - max(min(starts), 0)) * 1000) for f in container.decode(video)]


@pytest.mark.parametrize("name", ["uneven.mp4", "uneven.mov", "uneven.mkv"])
def test_a_variable_frame_rate_keeps_every_time(tmp_path: Path, name: str) -> None:
    assert times(write_video(tmp_path / name, pts_ms=UNEVEN)) == list(UNEVEN)


@pytest.mark.parametrize(("name", "codec"), [("a.webm", "libvpx"), ("a.mpg", "mpeg1video"), ("a.avi", "mpeg4")])
def test_other_containers_keep_their_times(tmp_path: Path, name: str, codec: str) -> None:
    rate = Fraction(1, 1000) if codec == "libvpx" else Fraction(1, 25)
    path = write_video(tmp_path / name, codec=codec, time_base=rate)
    assert times(path) == [round(time) for time in container_times(path)]
    assert len(times(path)) == 25


def test_ntsc_rates_do_not_drift(tmp_path: Path) -> None:
    rate = Fraction(1001, 30000)
    exact_ms = [i * rate * 1000 for i in range(60)]
    path = write_video(tmp_path / "ntsc.mp4", pts_ms=exact_ms, time_base=rate)
    assert times(path) == [round(time) for time in exact_ms]


def test_a_webm_from_a_browser_has_no_duration_and_still_gets_one(tmp_path: Path) -> None:
    path = write_video(tmp_path / "recorded.webm", codec="libvpx", pts_ms=range(0, 3000, 40), live="1")
    with av.open(str(path)) as container:
        assert container.duration is None
    assert abs(probe(path, LIMITS).duration_ms - 3000) <= 40


def test_a_turned_phone_video_comes_upright(tmp_path: Path) -> None:
    path = with_rotation(write_video(tmp_path / "phone.mp4", size=(160, 96)))
    with Decoder(path, LIMITS, side_px=80) as decoder:
        picture = next(iter(decoder)).picture
        assert decoder.info is not None
        assert (decoder.info.width, decoder.info.height, decoder.info.rotation_deg % 180) == (96, 160, 90)
    assert picture is not None and picture.shape == (80, 48, 3)
    # Turned clockwise, the bright left half is on top.
    assert picture[:30].mean() > 180 and picture[50:].mean() < 40


def test_sound_that_starts_later_than_the_picture_keeps_its_distance(tmp_path: Path) -> None:
    path = write_video(tmp_path / "late.mkv", pts_ms=range(0, 3000, 40), sound=True, sound_starts_ms=1000)
    samples = np.concatenate(list(read_audio(path, LIMITS)))
    first_loud_ms = int(np.argmax(np.abs(samples) > 2000)) / 16
    assert abs(first_loud_ms - 1000) < 60
    assert times(path)[:2] == [0, 40]


def test_a_picture_that_starts_later_than_the_sound_keeps_its_distance(tmp_path: Path) -> None:
    path = write_video(tmp_path / "late.mkv", pts_ms=range(500, 3000, 40), sound=True)
    assert abs(times(path)[0] - 500) <= 1


def test_no_sound_is_no_fault(tmp_path: Path) -> None:
    path = write_video(tmp_path / "silent.mp4")
    assert list(read_audio(path, LIMITS)) == []
    assert probe(path, LIMITS).audio_codec is None


@pytest.mark.parametrize("name", ["leaves_frame.mov", "grid_bbaf2n.mpg", "several_faces.mp4", "short_smile.mp4"])
def test_real_clips_keep_their_times(clip: Callable[[str], Path], name: str) -> None:
    path = clip(name)
    expected = container_times(path)
    found = times(path)
    assert len(found) == len(expected)
    assert max(abs(a - b) for a, b in zip(found, expected, strict=True)) <= 0.5
    assert all(b > a for a, b in itertools.pairwise(found))
