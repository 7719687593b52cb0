"""Hostile and broken files are refused within limits, with a sentence, and touch nothing else."""

import os
import signal
import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from analysis.config import PipelineConfig, VideoLimits
from analysis.pipeline import Analysis
from analysis.types import BadVideo, Interrupted
from analysis.video import process
from analysis.video.decode import Decoder, read_audio
from analysis.video.playable import make_playable, poster
from analysis.video.probe import probe, video_info
from tests.worker import hostile

from .media import write_video

LIMITS = VideoLimits()
NO_STAGES = PipelineConfig(plan=frozenset())


def refusal(path: Path, limits: VideoLimits = LIMITS) -> BadVideo:
    with pytest.raises(BadVideo) as caught:
        for _ in Analysis(path, replace(NO_STAGES, limits=limits)):
            pass
    assert str(caught.value).endswith(".")
    return caught.value


def test_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").touch()
    assert refusal(tmp_path / "empty.mp4").code == "empty"


def test_text_and_playlists_named_mp4(tmp_path: Path) -> None:
    neighbour = write_video(tmp_path / "neighbour.mp4")
    for text in ("hello", f"ffconcat version 1.0\nfile {neighbour.name}\n", f"#EXTM3U\n{neighbour}\n"):
        (tmp_path / "list.mp4").write_text(text)
        assert refusal(tmp_path / "list.mp4").code == "not_video"


def test_what_is_no_regular_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")
    for path in (tmp_path, tmp_path / "missing.mp4", tmp_path / "pipe.mp4"):
        assert refusal(path).code == "not_video"


def test_pictures_of_a_codec_that_is_not_listed(tmp_path: Path) -> None:
    path = write_video(tmp_path / "png.mov", codec="png", pix_fmt="rgb24", pts_ms=(0, 40), size=(2000, 2000))
    assert refusal(path).code == "unsupported"


def test_pictures_beyond_the_limit(tmp_path: Path) -> None:
    path = write_video(tmp_path / "large.mp4", size=(1920, 1080), pts_ms=(0, 40))
    assert refusal(path, replace(LIMITS, max_pixels=1280 * 720)).code == "too_large_picture"


def test_ten_hours_by_timestamp(tmp_path: Path) -> None:
    path = write_video(tmp_path / "jump.mkv", pts_ms=(0, 40, 80, 36_000_000, 36_000_040))
    assert refusal(path).code == "too_long"


def test_a_gap_beyond_the_limit(tmp_path: Path) -> None:
    path = write_video(tmp_path / "gap.mkv", pts_ms=(0, 40, 80, 100_000, 100_040))
    assert refusal(path).code == "damaged"


def test_more_frames_than_are_allowed(tmp_path: Path) -> None:
    path = write_video(tmp_path / "many.mp4", pts_ms=range(0, 2000, 40))
    assert refusal(path, replace(LIMITS, max_frames=20)).code == "too_many_frames"


@pytest.mark.parametrize(
    ("container", "codec"), [("mp4", "mpeg4"), ("matroska", "mpeg4"), ("avi", "mjpeg"), ("mov", "mjpeg")]
)
def test_more_tiny_frames_than_are_allowed_are_refused_before_anything_is_begun(
    tmp_path: Path, container: str, codec: str
) -> None:
    """Fourteen megabytes can hold a million of them, and decoding those takes hours."""
    pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    path = tmp_path / "tiny"
    path.write_bytes(
        hostile.video(container, codec, size=(16, 16), pts_ms=tuple(range(0, 30_100, 100)), pix_fmt=pix_fmt)
    )
    assert probe(path, replace(LIMITS, max_frames=301)).width == 16
    with pytest.raises(BadVideo) as caught:
        probe(path, replace(LIMITS, max_frames=300))
    assert caught.value.code == "too_many_frames" and "300 pictures" in str(caught.value)


@pytest.mark.parametrize(
    "field",
    [
        *({"width": -1}, {"width": None}, {"height": 1 << 40}),
        *({"duration_ms": 1e400}, {"fps": float("nan")}, {"fps": "25"}),
    ],
    ids=str,
)
def test_what_a_child_says_of_a_file_is_refused_where_no_recording_is_so(field: dict[str, object]) -> None:
    said = {"container": "mov", "video_codec": "h264", "audio_codec": None, "width": 64, "height": 48}
    said |= {"rotation_deg": 0, "fps": 25.0, "duration_ms": 1000}
    assert video_info(said).width == 64
    assert video_info(said | {"video_codec": "h\x00264\ud800" * 20}).video_codec == ("h264" * 20)[:40]
    with pytest.raises(BadVideo):
        video_info(said | field)


def test_more_tracks_than_are_allowed(tmp_path: Path) -> None:
    path = write_video(tmp_path / "tracks.mp4", sound=True)
    assert refusal(path, replace(LIMITS, max_streams=1)).code == "unsupported"


def test_sound_without_a_picture(tmp_path: Path) -> None:
    import av

    from .media import write_tone

    with av.open(str(tmp_path / "sound.mp4"), "w") as container:
        write_tone(container, container.add_stream("aac", rate=48_000), 0, 1000)
    assert refusal(tmp_path / "sound.mp4").code == "no_video"


def test_an_mp4_that_is_cut_before_its_index(tmp_path: Path) -> None:
    path = write_video(tmp_path / "cut.mp4", pts_ms=range(0, 4000, 40))
    path.write_bytes(path.read_bytes()[:-500])
    assert refusal(path).code == "truncated"


@pytest.mark.parametrize("tenth", range(1, 10))
@pytest.mark.parametrize("name", ["cut.mp4", "cut.mkv", "cut.avi"])
def test_a_cut_file_is_never_complete(tmp_path: Path, name: str, tenth: int) -> None:
    codec = "mpeg4" if name.endswith("avi") else "libx264"
    index_first = {"movflags": "faststart"} if name.endswith("mp4") else {}
    from fractions import Fraction

    path = write_video(
        tmp_path / name, codec=codec, time_base=Fraction(1, 25), pts_ms=range(0, 8000, 40), **index_first
    )
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * tenth // 10])
    try:
        analysis = Analysis(path, NO_STAGES)
        frames = sum(len(observations) for observations in analysis)
    except BadVideo as error:
        assert error.code in ("truncated", "damaged")
        return
    assert 0 < frames <= 200
    assert analysis.outcome().manifest["complete"] is False


def test_a_whole_file_is_complete(tmp_path: Path) -> None:
    for name in ("whole.mp4", "whole.mkv"):
        analysis = Analysis(write_video(tmp_path / name, sound=True), NO_STAGES)
        assert sum(len(observations) for observations in analysis) == 25
        assert (analysis.outcome().manifest["complete"], analysis.outcome().manifest["missing_ms"]) == (True, 0)


def test_damaged_bytes_are_passed_over(clip: Callable[[str], Path], tmp_path: Path) -> None:
    data = bytearray(clip("short_smile.mp4").read_bytes())
    for at in range(20_000, len(data), 9_000):
        data[at] ^= 0xFF
    (tmp_path / "flipped.mp4").write_bytes(bytes(data))
    try:
        frames = sum(len(seen) for seen in Analysis(tmp_path / "flipped.mp4", NO_STAGES))
    except BadVideo as error:
        assert error.code == "damaged"
    else:
        assert frames > 0


def children() -> list[psutil.Process]:
    return [
        child
        for child in psutil.Process().children(recursive=True)
        if "analysis.video.child" in " ".join(child.cmdline())
    ]


def test_a_killed_child_is_a_damaged_recording(tmp_path: Path) -> None:
    path = write_video(tmp_path / "long.mp4", pts_ms=range(0, 20_000, 40))
    with Decoder(path, LIMITS, side_px=64) as decoder:
        frames = iter(decoder)
        next(frames)
        (child,) = children()
        child.send_signal(signal.SIGSEGV)
        with pytest.raises(BadVideo) as caught:
            list(frames)
    assert caught.value.code == "damaged"
    assert children() == []


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_child_that_the_system_ends_says_nothing_of_the_recording(tmp_path: Path, number) -> None:
    path = write_video(tmp_path / "long.mp4", pts_ms=range(0, 20_000, 40))
    with Decoder(path, LIMITS, side_px=64) as decoder:
        frames = iter(decoder)
        next(frames)
        (child,) = children()
        child.send_signal(number)
        with pytest.raises(Interrupted, match=number.name):
            list(frames)
    assert children() == []


def test_a_child_that_sleeps_for_ever_is_a_damaged_recording(tmp_path: Path, monkeypatch) -> None:
    """As one does whose memory ended while it held a lock; stopping it from the outside would be no sleep."""
    monkeypatch.setattr(process, "HANGS_AFTER_S", 1.0)
    path = write_video(tmp_path / "long.mp4", pts_ms=range(0, 20_000, 40))
    with Decoder(path, LIMITS, side_px=64) as decoder:
        frames = iter(decoder)
        next(frames)
        mine, never = socket.socketpair()
        with mine, never:
            monkeypatch.setattr(decoder._child._end, "_socket", mine)  # the child waits for slots, and nobody speaks
            with pytest.raises(BadVideo) as caught:
                list(frames)
    assert caught.value.code == "damaged" and children() == []


def test_memory_limit_ends_in_a_sentence(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(process, "HANGS_AFTER_S", 5.0)  # so little memory can end inside an import, which then hangs
    path = write_video(tmp_path / "large.mp4", size=(3840, 2160), pts_ms=(0, 40, 80))
    with pytest.raises(BadVideo):
        probe(path, replace(LIMITS, memory_mb=200))


def test_wall_limit_ends_in_a_sentence(tmp_path: Path) -> None:
    path = write_video(tmp_path / "slow.mp4")
    with pytest.raises(BadVideo) as caught:
        probe(path, replace(LIMITS, wall_s=0))
    assert caught.value.code == "too_slow"


def test_cpu_limit_ends_in_a_sentence(clip: Callable[[str], Path]) -> None:
    path = clip("phone_portrait_speech_20s.mp4")
    with pytest.raises(BadVideo) as caught, Decoder(path, replace(LIMITS, cpu_s=1), side_px=640) as decoder:
        list(decoder)
    assert caught.value.code == "too_slow"


def test_names_that_look_like_commands_are_only_names(tmp_path: Path) -> None:
    path = write_video(tmp_path / "plain.mp4").rename(tmp_path / "-i '; $(touch pwned) #.mp4")
    assert sum(len(seen) for seen in Analysis(path, NO_STAGES)) == 25
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_a_refused_file_leaves_no_playable_copy(tmp_path: Path) -> None:
    (tmp_path / "text.mp4").write_text("hello")
    with pytest.raises(BadVideo):
        make_playable(tmp_path / "text.mp4", tmp_path / "copy.mp4", LIMITS)
    with pytest.raises(BadVideo):
        poster(tmp_path / "text.mp4")
    assert [file.name for file in tmp_path.iterdir()] == ["text.mp4"]


def test_sound_whose_clock_stands_still_ends_at_the_longest_recording_allowed(tmp_path: Path) -> None:
    """A few kilobytes at one sample a second would else be days of sound to listen to, and gigabytes to store."""
    path = tmp_path / "bomb.mkv"
    path.write_bytes(hostile.sound_without_end())
    limits = replace(LIMITS, max_duration_ms=3 * 400_000)
    heard = 0
    with pytest.raises(BadVideo) as caught:
        for piece in read_audio(path, limits):
            heard += len(piece)
    assert caught.value.code == "too_long"
    assert 0 < heard <= 3 * 400 * 16_000
    path.write_bytes(hostile.sound_without_end(packets=4, packet_s=4_000))
    with pytest.raises(BadVideo) as caught:
        make_playable(path, tmp_path / "copy.mp4", LIMITS)
    assert caught.value.code == "too_long" and not (tmp_path / "copy.mp4").exists()


def test_a_frame_that_says_it_stands_for_days(tmp_path: Path) -> None:
    path = tmp_path / "stands.mp4"
    path.write_bytes(hostile.patched(b"stts", 12, b"\x7f\xff\xff\xff"))
    assert refusal(path).code == "too_long"


def test_a_length_below_zero_is_no_length(tmp_path: Path) -> None:
    path = tmp_path / "negative.mkv"
    path.write_bytes(hostile.matroska_length(-5.0))
    assert 900 <= probe(path, LIMITS).duration_ms <= 1100


@pytest.mark.parametrize("tenth", [6, 7])
def test_a_file_that_is_cut_within_its_index_is_cut_and_not_without_a_picture(tmp_path: Path, tenth: int) -> None:
    path = tmp_path / "cut.mp4"
    path.write_bytes(hostile.plain()[: len(hostile.plain()) * tenth // 10])
    assert refusal(path).code == "truncated"


@pytest.mark.parametrize(("degrees", "upright"), [(1, (64, 48)), (-1, (64, 48)), (89, (48, 64)), (181, (64, 48))])
def test_an_odd_angle_is_taken_for_the_nearest_quarter(
    tmp_path: Path, degrees: int, upright: tuple[int, int]
) -> None:
    path = tmp_path / "turned.mp4"
    path.write_bytes(hostile.turned(degrees))
    info = probe(path, LIMITS)
    assert (info.width, info.height) == upright and info.rotation_deg % 90 == 0
    with Decoder(path, LIMITS, side_px=64) as decoder:
        assert {(frame.picture.shape[1], frame.picture.shape[0]) for frame in decoder} == {upright}
