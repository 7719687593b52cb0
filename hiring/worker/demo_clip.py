"""Make the demo's own interview: a public-domain NASA portrait, warped into a few expressions, with generated sound.

No one is recorded: the portrait comes with scikit-image, its movements are smooth displacement fields around the
brows, the mouth and the jaw, and the "voice" is a buzz shaped into syllables at the times of the transcript's words.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray
from skimage import data

WIDTH, HEIGHT, FPS, RATE = 640, 480, 24, 16_000
DURATION_S = 42.0
_CROP = (92.0, 8.0, 268.0)  # left, top and width of the part that is shown, in pixels of the portrait

#: Points of the portrait's face that move smoothly, in its pixels: (x, y, reach of a movement there).
_POINTS = {
    "brow_left": (201.0, 90.0, 11.0),
    "brow_right": (249.0, 92.0, 11.0),
    "cheek_left": (203.0, 133.0, 10.0),
    "cheek_right": (245.0, 134.0, 10.0),
    "jaw": (224.0, 172.0, 15.0),
}


@dataclass(frozen=True)
class _Face:
    """One expression: how much of the portrait's own smile, the painted mouth, and how points move.

    The mouth's numbers are portrait pixels: half its width, how far its corners hang, how far it is open.
    """

    smile: float = 0.0
    width: float = 13.5
    hang: float = 2.3
    opening: float = 1.5
    moved: tuple[tuple[str, float, float], ...] = ()


_CALM = _Face()
_SMILE = _Face(smile=1.0, width=20.0, hang=-3.0)
_SURPRISE = _Face(
    width=9.0, opening=8.0, moved=(("brow_left", 0, -6), ("brow_right", 0, -6), ("jaw", 0, 8), ("cheek_left", 0, 2))
)
_LOW = _Face(width=14.0, hang=6.0, moved=(("brow_left", 3, 3), ("brow_right", -3, 3), ("cheek_left", 0, 2)))
#: Start second, end second, what the face shows.
_SCRIPT = [(9.0, 12.0, _SMILE), (19.0, 21.5, _SURPRISE), (32.0, 34.0, _LOW)]
_AWAY = (26.5, 29.0)
_VISITOR = (36.0, 38.5)

_SENTENCES = [
    (0.6, "The release had gone out on Friday and the pager went off at two in the morning."),
    (8.6, "I laughed because the alert was the one that we had written the day before."),
    (14.2, "I called the lead first since nobody touches the payment service alone."),
    (19.2, "Then the second region went down as well."),
    (22.6, "We rolled back in eleven minutes and told the customers."),
    (29.4, "Two orders were lost and we could not bring them back."),
    (34.6, "My colleague can tell you more about the checks that we changed the same week."),
]


def words() -> list[dict[str, int | str]]:
    """The transcript: words with `start_ms` and `end_ms`, spread by their length over each sentence."""
    out: list[dict[str, int | str]] = []
    for start_s, sentence in _SENTENCES:
        at = start_s
        for text in sentence.split():
            length = 0.09 + 0.052 * len(text)
            out.append({"text": text, "start_ms": round(at * 1000), "end_ms": round((at + length) * 1000)})
            at += length + (0.22 if text.endswith((",", ".")) else 0.045)
    return out


def _loudness(times: NDArray[np.float64]) -> NDArray[np.float64]:
    """How loud the voice is at these seconds, 0..1: one bump per word with the beat of syllables on it."""
    level = np.zeros_like(times)
    for word in words():
        start, end = int(word["start_ms"]) / 1000, int(word["end_ms"]) / 1000
        inside = (times >= start) & (times <= end)
        phase = (times[inside] - start) / (end - start)
        syllables = max(1, round((end - start) / 0.19))
        level[inside] = np.sin(np.pi * phase) ** 0.5 * (0.55 + 0.45 * np.cos(2 * np.pi * syllables * phase + np.pi))
    return level


def sound() -> NDArray[np.int16]:
    """(N,) int16 mono at 16 kHz: a buzz with a gliding pitch, shaped by `_loudness`."""
    times = np.arange(int(DURATION_S * RATE)) / RATE
    pitch = 175 + 18 * np.sin(2 * np.pi * times / 3.1)
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    buzz = sum(np.sin(k * phase) / k**1.3 for k in range(1, 14))
    noise = np.random.default_rng(7).normal(0, 0.004, times.size)
    samples: NDArray[np.int16] = (np.clip(0.22 * buzz * _loudness(times) + noise, -1, 1) * 32767).astype(np.int16)
    return samples


def _ramp(at: float, start: float, end: float, over: float = 0.35) -> float:
    """0 outside start..end, 1 inside, smooth over `over` seconds at both ends."""
    rise = np.clip((at - start) / over, 0, 1) * np.clip((end - at) / over, 0, 1)
    return float(rise * rise * (3 - 2 * rise))


class _Portrait:
    """The face, with a mouth that can be painted over its own, and the smooth fields that move it."""

    def __init__(self) -> None:
        portrait = cv2.cvtColor(data.astronaut(), cv2.COLOR_RGB2BGR)
        left, top, width = _CROP
        self.visitor = cv2.resize(cv2.flip(portrait[28:188, 148:302], 1), (135, 140))
        self.scale = WIDTH / width
        self.x, self.y = (grid.astype(np.float32) for grid in np.meshgrid(np.arange(WIDTH), np.arange(HEIGHT)))
        columns, rows = self.x / self.scale + np.float32(left), self.y / self.scale + np.float32(top)
        self.smiling = cv2.remap(portrait, columns, rows, cv2.INTER_CUBIC)
        self.wall = portrait[20:60, 60:110].reshape(-1, 3).mean(axis=0)
        self.pull = {
            name: np.exp(-((columns - px) ** 2 + (rows - py) ** 2) / (2 * reach**2))
            for name, (px, py, reach) in _POINTS.items()
        }
        self.bare = self._without_mouth(portrait, columns, rows)

    def _at(self, x: float, y: float) -> tuple[float, float]:
        return (x - _CROP[0]) * self.scale, (y - _CROP[1]) * self.scale

    def _without_mouth(
        self, portrait: NDArray[np.uint8], columns: NDArray[np.float32], rows: NDArray[np.float32]
    ) -> NDArray[np.uint8]:
        """The face with skin where the smile and its folds were."""
        mask = np.zeros(portrait.shape[:2], np.uint8)
        cv2.ellipse(mask, (224, 146), (29, 13), 0, 0, 360, 255, -1)
        for fold in ([(211, 127), (196, 150)], [(238, 128), (254, 151)]):
            cv2.line(mask, fold[0], fold[1], 255, 9)
        skin = cv2.inpaint(portrait, mask, 7, cv2.INPAINT_TELEA)
        soft = cv2.GaussianBlur(mask.astype(np.float32) / 255, (0, 0), 2.5)[..., None]
        smooth = cv2.GaussianBlur(skin, (0, 0), 4)
        mixed = (soft * smooth + (1 - soft) * skin).astype(np.uint8)
        placed: NDArray[np.uint8] = cv2.remap(mixed, columns, rows, cv2.INTER_CUBIC)
        return placed

    def _painted(self, face: _Face) -> NDArray[np.uint8]:
        """The bare face with a mouth: two lips around an opening, along a curve that hangs at its corners."""
        t = np.linspace(-1, 1, 41)
        bow, hang = 1 - t**2, face.hang * np.abs(t) ** 1.6
        thick = np.sqrt(np.clip(1 - t**2, 0, 1))
        edges = {
            "top": hang - (2.6 + face.opening / 2) * thick - 0.5 * np.cos(np.pi * t * 2) * bow,
            "upper": hang - face.opening / 2 * thick,
            "lower": hang + face.opening / 2 * thick,
            "bottom": hang + (3.6 + face.opening / 2) * thick,
        }
        line = {
            name: np.array([self._at(224 + face.width * u, 145 + v) for u, v in zip(t, edge, strict=True)])
            for name, edge in edges.items()
        }
        layer = self.bare.copy()
        for upper, lower, color in (
            ("top", "upper", (104, 108, 172)),
            ("upper", "lower", (42, 34, 62)),
            ("lower", "bottom", (118, 124, 190)),
        ):
            shape = np.concatenate([line[upper], line[lower][::-1]])
            cv2.fillPoly(layer, [np.round(shape * 8).astype(np.int32)], color, cv2.LINE_AA, shift=3)
        soft: NDArray[np.uint8] = cv2.GaussianBlur(layer, (0, 0), 1.1)
        return soft

    def frame(self, at: float, talking: float) -> NDArray[np.uint8]:
        """(480, 640, 3) BGR at `at` seconds."""
        face, share = _CALM, 0.0
        for start, end, shape in _SCRIPT:
            if (weight := _ramp(at, start, end)) > share:
                face, share = shape, weight
        mixed = _Face(
            smile=share * face.smile,
            width=_CALM.width + share * (face.width - _CALM.width),
            hang=_CALM.hang + share * (face.hang - _CALM.hang),
            opening=_CALM.opening + share * (face.opening - _CALM.opening) + 2.6 * talking * (1 - face.smile * share),
        )
        picture = self._painted(mixed)
        if mixed.smile > 0:
            picture = cv2.addWeighted(self.smiling, mixed.smile, picture, 1 - mixed.smile, 0)
        moves = [(name, share * dx, share * dy) for name, dx, dy in face.moved]
        return self._moved(picture, at, [*moves, ("jaw", 0.0, 2.2 * talking)])

    def _moved(
        self, picture: NDArray[np.uint8], at: float, moves: list[tuple[str, float, float]]
    ) -> NDArray[np.uint8]:
        away = 620 * _ramp(at, *_AWAY, over=0.6)
        x = self.x - np.float32(3.8 * np.sin(at * 0.9) + away)
        y = self.y - np.float32(2.6 * np.sin(at * 1.3 + 1))
        for name, dx, dy in moves:
            x = x - self.pull[name] * np.float32(dx * self.scale)
            y = y - self.pull[name] * np.float32(dy * self.scale)
        wall = tuple(float(c) for c in self.wall)
        moved = cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=wall)
        return self._with_visitor(moved, _ramp(at, *_VISITOR))

    def _with_visitor(self, picture: NDArray[np.uint8], share: float) -> NDArray[np.uint8]:
        """Let someone look in from the left: the portrait mirrored, smaller and darker."""
        if share <= 0:
            return picture
        ys, xs = np.mgrid[-1:1:140j, -1:1:135j]
        alpha = np.clip((1.05 - np.hypot(xs, ys)) * 6, 0, 1)[..., None]
        left = round(-140 + 150 * share)
        source = slice(max(0, -left), 135)
        target = (slice(170, 310), slice(max(0, left), left + 135))
        under = picture[target].astype(float)
        mixed = alpha[:, source] * self.visitor[:, source] * 0.85 + (1 - alpha[:, source]) * under
        picture[target] = mixed.astype(np.uint8)
        return picture


def _frames() -> Iterator[NDArray[np.uint8]]:
    portrait = _Portrait()
    times = np.arange(int(DURATION_S * FPS)) / FPS
    noise = np.random.default_rng(11).normal(0, 1.2, (HEIGHT, WIDTH, 1))
    for number, (at, talking) in enumerate(zip(times, _loudness(times), strict=True)):
        picture = portrait.frame(float(at), float(talking))
        grain = np.roll(noise, (number * 7) % HEIGHT, axis=0)
        yield np.clip(picture + grain, 0, 255).astype(np.uint8)


def write(video: Path, transcript: Path) -> None:
    """Write the clip (H.264 and AAC in MP4) and its transcript (JSON)."""
    transcript.write_text(json.dumps({"language": "en", "words": words()}))
    with av.open(str(video), "w", format="mp4") as container:
        picture = container.add_stream("libx264", rate=FPS, options={"preset": "veryfast", "crf": "22"})
        picture.width, picture.height, picture.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        voice = container.add_stream("aac", rate=RATE, layout="mono")
        for image in _frames():
            container.mux(picture.encode(av.VideoFrame.from_ndarray(image, format="bgr24")))
        container.mux(picture.encode())
        samples = sound()
        for start in range(0, samples.size, 1024):
            piece = av.AudioFrame.from_ndarray(samples[None, start : start + 1024], format="s16", layout="mono")
            piece.sample_rate, piece.pts, piece.time_base = RATE, start, Fraction(1, RATE)
            container.mux(voice.encode(piece))
        container.mux(voice.encode())
