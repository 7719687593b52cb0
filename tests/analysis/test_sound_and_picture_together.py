"""Whether what is heard and what is seen at one instant carry the same time: flashes with a beep, in many files."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from analysis.config import VideoLimits
from analysis.video.decode import AUDIO_RATE, Decoder, read_audio, read_sound
from analysis.video.sound_track import Placed

LIMITS = VideoLimits()
_RATE = 48_000
_BLOCK = 960
_BEEP_S = 0.2


def flashes(seconds: int) -> NDArray[np.bool_]:
    """(seconds * 1000,) whether the picture is bright and the beep is heard, in each millisecond."""
    ms = np.arange(seconds * 1000)
    return np.asarray(ms % 2000 >= 2000 - _BEEP_S * 1000)


def write(
    path: Path,
    seconds: int,
    *,
    fps: Fraction = Fraction(25),
    video: str = "libx264",
    sound: str = "aac",
    clock: float = 1.0,
    options: dict[str, str] | None = None,
) -> Path:
    """clock: how many seconds of the container's clock a second of sound lasts: a sound card that is fast or slow."""
    bright = flashes(seconds)
    beep = (0.5 * np.sin(np.arange(seconds * _RATE) * 2 * np.pi * 1000 / _RATE)).astype(np.float32)
    with av.open(str(path), "w") as container:
        pictures = container.add_stream(video, rate=fps, options=options or {})
        pictures.width, pictures.height, pictures.pix_fmt = 64, 48, "yuv420p"
        tones = container.add_stream(sound, rate=_RATE)
        tones.layout = "mono"
        at = 0
        for number in range(int(seconds * fps)):
            level = 230 if bright[int(number / fps * 1000)] else 20
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), level, np.uint8), format="rgb24")
            frame.pts, frame.time_base = number, 1 / fps
            container.mux(pictures.encode(frame))
            while at / _RATE * clock < (number + 1) / fps:
                # what is heard at an instant of the container's clock
                when_ms = (np.arange(at, at + _BLOCK) * clock * 1000 / _RATE).astype(int).clip(0, len(bright) - 1)
                part = (beep[np.arange(at, at + _BLOCK) % len(beep)] * bright[when_ms]).astype(np.float32)
                piece = av.AudioFrame.from_ndarray(part[None], format="fltp", layout="mono")
                piece.sample_rate, piece.time_base = _RATE, Fraction(1, 1_000_000)
                piece.pts = round(at / _RATE * clock * 1_000_000)
                _mux(container, tones, piece)
                at += _BLOCK
        container.mux(pictures.encode(None))
        container.mux(tones.encode(None))
    return path


def _mux(container: av.container.OutputContainer, stream: av.AudioStream, piece: av.AudioFrame) -> None:
    if stream.codec_context.format.name != piece.format.name:
        for other in av.AudioResampler(stream.codec_context.format.name, "mono", _RATE).resample(piece):
            other.pts, other.time_base = piece.pts, piece.time_base
            container.mux(stream.encode(other))
        return
    container.mux(stream.encode(piece))


def onsets_ms(values: NDArray[np.float64], times_ms: NDArray[np.float64]) -> NDArray[np.float64]:
    high = values > 0.5 * values.max()
    return np.asarray(times_ms[np.flatnonzero(np.diff(high.astype(int)) == 1) + 1])


def lags_ms(path: Path) -> NDArray[np.float64]:
    """How much later than each flash its beep is heard."""
    with Decoder(path, LIMITS, side_px=64) as decoder:
        seen = [(frame.pts_ms, float(frame.picture.mean())) for frame in decoder if frame.picture is not None]
    flashes_ms = onsets_ms(np.array([light for _, light in seen]), np.array([pts for pts, _ in seen], float))
    sound = np.abs(np.concatenate(list(read_audio(path, LIMITS))).astype(float))
    loud = np.convolve(sound, np.ones(32) / 32, mode="same")  # of two periods of the beep
    beeps_ms = onsets_ms(loud, np.arange(len(loud)) * 1000 / AUDIO_RATE)
    assert len(beeps_ms) >= len(flashes_ms) - 1 and len(flashes_ms) > 3
    nearest = beeps_ms[np.abs(beeps_ms[None] - flashes_ms[:, None]).argmin(axis=1)]
    return np.asarray(nearest - flashes_ms)[: len(beeps_ms)]


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("plain.mp4", {}),
        ("ntsc.mp4", {"fps": Fraction(30000, 1001)}),
        ("b_frames.mov", {"fps": Fraction(30), "options": {"bf": "3"}}),
        ("browser.webm", {"video": "libvpx", "sound": "libopus", "fps": Fraction(30)}),
        ("flac.mkv", {"sound": "flac"}),
        ("broadcast.ts", {"sound": "mp2", "video": "mpeg2video"}),
        ("old.mpg", {"sound": "mp2", "video": "mpeg1video"}),
        ("old.avi", {"sound": "mp3", "video": "mpeg4"}),
    ],
)
def test_a_flash_and_its_beep_have_the_same_time(name: str, options: dict, tmp_path: Path) -> None:
    path = write(tmp_path / name, 12, **options)
    frame_ms = 1000 / float(options.get("fps", 25))
    assert np.abs(lags_ms(path)).max() < frame_ms


@pytest.mark.parametrize("clock", [1.002, 0.998])
def test_a_sound_card_that_runs_too_fast_or_slow_never_lags_by_a_frame(clock: float, tmp_path: Path) -> None:
    """Two milliseconds a second: uncorrected the last beep of a minute would be 120 ms off."""
    path = write(tmp_path / "drifts.mkv", 60, sound="pcm_s16le", clock=clock)
    lags = lags_ms(path)
    assert len(lags) > 25 and np.abs(lags).max() < 1000 / 30


def test_sound_whose_times_begin_anew_is_kept_whole() -> None:
    """As where two recordings were joined without care."""
    placed, second = Placed(), np.ones((AUDIO_RATE, 1), np.int16)
    given = [placed.add(pts_ms, second) for pts_ms in (0, 1000, 2000, 3000, 0, 1000, 2000)]
    assert placed.written == 7 * AUDIO_RATE and np.concatenate(given).all()


def test_one_stray_packet_does_not_move_what_follows() -> None:
    placed, second = Placed(), np.ones((AUDIO_RATE, 1), np.int16)
    for pts_ms in (*range(0, 10_000, 1000), 7000, *range(10_000, 20_000, 1000)):
        placed.add(pts_ms, second)
    assert placed.written == 20 * AUDIO_RATE


def test_a_slow_clock_is_followed_in_small_steps() -> None:
    placed, second = Placed(), np.ones((AUDIO_RATE, 1), np.int16)
    sizes = [len(placed.add(number * 1006, second)) for number in range(60)]
    assert max(sizes) - AUDIO_RATE == AUDIO_RATE // 100
    assert abs(placed.written / AUDIO_RATE - 60 * 1.006) < 0.04


def test_overlapping_sound_is_left_out_and_missing_sound_is_silence() -> None:
    placed, second = Placed(), np.ones((AUDIO_RATE, 1), np.int16)
    given = np.concatenate([placed.add(pts_ms, second)[:, 0] for pts_ms in (0, 900, 2400)])
    assert len(given) == 3400 * AUDIO_RATE // 1000
    assert not given[1900 * 16 : 2400 * 16].any() and given[: 1900 * 16].all() and given[2400 * 16 :].all()


def test_two_channels_are_kept_apart(tmp_path: Path) -> None:
    left = (0.5 * np.sin(np.arange(2 * _RATE) * 2 * np.pi * 440 / _RATE)).astype(np.float32)
    path = tmp_path / "sides.mkv"
    with av.open(str(path), "w") as container:
        pictures = container.add_stream("libx264", rate=25)
        pictures.width, pictures.height, pictures.pix_fmt = 64, 48, "yuv420p"
        tones = container.add_stream("pcm_s16le", rate=_RATE)
        tones.layout = "stereo"
        for number in range(50):
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 90, np.uint8), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 25)
            container.mux(pictures.encode(frame))
        both = np.stack([left, 0.1 * left]).astype(np.float32)
        piece = av.AudioFrame.from_ndarray((both.T.reshape(1, -1) * 32_767).astype(np.int16), "s16", "stereo")
        piece.sample_rate, piece.pts, piece.time_base = _RATE, 0, Fraction(1, _RATE)
        container.mux([*pictures.encode(None), *tones.encode(piece), *tones.encode(None)])
    sides = np.concatenate(list(read_sound(path, LIMITS)))
    assert sides.shape[1] == 2
    loud = np.sqrt((sides.astype(float) ** 2).mean(axis=0))
    assert loud[0] / loud[1] == pytest.approx(10, rel=0.02)
    mixed = np.concatenate(list(read_audio(path, LIMITS)))
    assert np.abs(mixed - sides.mean(axis=1)).max() <= 1
