"""The copy for browsers: its codec, size, index and clock; posters and waveforms."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from analysis.config import VideoLimits
from analysis.types import Cancelled, Progress, Step
from analysis.video.decode import Decoder
from analysis.video.playable import make_playable, poster, waveform

from .media import with_rotation, write_video

LIMITS = VideoLimits()


def copied(source: Path, tmp_path: Path) -> Path:
    target = tmp_path / "playable.mp4"
    make_playable(source, target, LIMITS)
    data = target.read_bytes()
    assert 0 < data.find(b"moov") < data.find(b"mdat")
    return target


def times(path: Path) -> list[int]:
    with Decoder(path, LIMITS, side_px=0) as decoder:
        return [frame.pts_ms for frame in decoder]


def pictures(path: Path) -> tuple[str, int, int, str | None, list[str]]:
    with av.open(str(path)) as container:
        video = container.streams.video[0]
        sounds = [audio.codec_context.name for audio in container.streams.audio]
        return video.codec_context.name, video.width, video.height, video.codec_context.pix_fmt, sounds


@pytest.mark.parametrize(
    ("name", "codec", "pix_fmt"),
    [("a.webm", "libvpx", "yuv420p"), ("a.mov", "libx265", "yuv420p"), ("a.mp4", "libx264", "yuv422p")],
)
def test_what_browsers_do_not_all_play_is_encoded(tmp_path: Path, name: str, codec: str, pix_fmt: str) -> None:
    uneven = (0, 40, 80, 300, 340, 1000, 1040, 1900)
    source = write_video(tmp_path / name, codec=codec, pix_fmt=pix_fmt, size=(162, 122), pts_ms=uneven, sound=True)
    copy = copied(source, tmp_path)
    assert pictures(copy) == ("h264", 162, 122, "yuv420p", ["aac"])
    assert times(copy) == times(source)


def test_what_plays_already_is_copied_packet_by_packet(tmp_path: Path) -> None:
    source = write_video(tmp_path / "plain.mp4", sound=True)
    copy = copied(source, tmp_path)

    def packets(path: Path) -> list[bytes]:
        with av.open(str(path)) as container:
            return [bytes(packet) for packet in container.demux(video=0) if packet.size]

    assert packets(copy) == packets(source)
    assert times(copy) == times(source)


def test_a_turned_video_is_upright_and_needs_no_turning(tmp_path: Path) -> None:
    source = with_rotation(write_video(tmp_path / "phone.mp4", size=(160, 96)))
    copy = copied(source, tmp_path)
    assert pictures(copy)[1:3] == (96, 160)
    with av.open(str(copy)) as container:
        frame = next(container.decode(video=0))
        assert frame.rotation == 0
        picture = frame.to_ndarray(format="rgb24")
    assert picture[:60].mean() > 180 and picture[100:].mean() < 40


def test_a_large_video_becomes_1280(tmp_path: Path) -> None:
    source = write_video(tmp_path / "large.mkv", size=(1920, 1080), pts_ms=(0, 40, 80))
    assert pictures(copied(source, tmp_path))[1:3] == (1280, 720)


def test_real_phone_and_mpeg_files_play_at_their_times(clip: Callable[[str], Path], tmp_path: Path) -> None:
    for name in ("leaves_frame.mov", "grid_bbaf2n.mpg", "several_faces.mp4"):
        assert times(copied(clip(name), tmp_path)) == times(clip(name))


def test_a_cancel_leaves_no_copy(tmp_path: Path) -> None:
    source = write_video(tmp_path / "long.mkv", pts_ms=range(0, 20_000, 40))

    def report(progress: Progress) -> None:
        assert progress.step == Step.PLAYABLE
        if progress.done_ms > 0:
            raise Cancelled

    with pytest.raises(Cancelled):
        make_playable(source, tmp_path / "copy.mp4", LIMITS, report)
    assert [file.name for file in tmp_path.iterdir()] == ["long.mkv"]


def test_a_poster_is_an_upright_jpeg_of_at_most_640(tmp_path: Path) -> None:
    source = with_rotation(write_video(tmp_path / "phone.mp4", size=(1600, 960), pts_ms=(0, 40, 80)))
    image = Image.open(io.BytesIO(poster(source)))
    assert (image.format, image.size) == ("JPEG", (384, 640))
    assert np.asarray(image)[:200].mean() > 180


def test_a_waveform_shows_where_there_is_sound(tmp_path: Path) -> None:
    source = write_video(tmp_path / "late.mkv", pts_ms=range(0, 3000, 40), sound=True, sound_starts_ms=1000)
    peaks = waveform(source, buckets_per_s=10)
    assert 27 <= len(peaks) <= 31
    assert max(peaks[:9]) == 0 and min(peaks[12:26]) > 20 and max(peaks) <= 100
    assert waveform(write_video(tmp_path / "silent.mp4")) == []
