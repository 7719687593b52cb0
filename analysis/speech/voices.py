"""Whether only one voice speaks, by the voice encoder of GE2E (Wan et al. 2018, arXiv 1710.10467).

Structure and weights are those of Resemblyzer (Jemine 2019, Apache-2.0), whose wheel contains the weights. It is
located but never imported: importing it imports librosa and webrtcvad. What distinguishes voices is compared within
one recording, in the memory of the process that analyzes the sound; only how alike voices are leaves it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from analysis.speech.chunking import RATE
from analysis.speech.voice_activity import SPEAKING, STEP

# As the model was trained: 160 frames of 25 ms, one every 10 ms, 40 bands, power and not its logarithm, -30 dBFS.
_FFT, _HOP, _BANDS, _FRAMES = 400, 160, 40, 160
_LEVEL = 10 ** (-30 / 20)
_WINDOW = _FRAMES * _HOP
#: Steps of the sound in a window, and from one window to the next.
WINDOW_STEPS, STRIDE_STEPS = _WINDOW // STEP, _WINDOW // STEP // 2
_SPEECH_SHARE = 0.8
_BATCH = 16
# The voice heard most: windows that are this alike, out of at most this many.
_ALIKE = 0.75
_MOST_COMPARED = 500


class VoiceEncoder(nn.Module):
    """(n, 160, 40) mel frames -> (n, 256) vectors of length one."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(_BANDS, 256, 3, batch_first=True)
        self.linear = nn.Linear(256, 256)

    def forward(self, frames: Tensor) -> Tensor:
        _, (hidden, _) = self.lstm(frames)
        return nn.functional.normalize(torch.relu(self.linear(hidden[-1])), dim=1)


def weights_file() -> Path:
    """The file in Resemblyzer's wheel. Raises FileNotFoundError."""
    spec = find_spec("resemblyzer")
    if spec is None or spec.origin is None or not (path := Path(spec.origin).parent / "pretrained.pt").is_file():
        raise FileNotFoundError("Resemblyzer's weights are not installed: voices cannot be told apart")
    return path


def weights_sha256() -> str:
    return hashlib.sha256(weights_file().read_bytes()).hexdigest()


def load() -> VoiceEncoder:
    """The model, in evaluation mode. Raises FileNotFoundError."""
    found = torch.load(weights_file(), map_location="cpu", weights_only=True)["model_state"]
    encoder = VoiceEncoder()
    # the two others belong to the loss used in training
    encoder.load_state_dict({name: value for name, value in found.items() if name.startswith(("lstm", "linear"))})
    return encoder.eval()


class Voices:
    """Analyzes 1.6 s of speech at a time, every 0.8 s, as the samples arrive."""

    def __init__(self) -> None:
        """Raises FileNotFoundError if the weights are not installed."""
        self._encoder = load()
        self._sound = np.zeros(0, np.float32)
        self._speech = np.zeros(0, np.float32)
        self._first = 0  # step of the first waiting sample
        self._steps: list[int] = []
        self._waiting: list[NDArray[np.float32]] = []
        self._vectors: list[NDArray[np.float32]] = []

    def push(self, sound: NDArray[np.float32], speech: NDArray[np.float32]) -> None:
        """(n * STEP,) samples of -1..1 at 16 kHz, and the (n,) probabilities of speech."""
        self._sound = np.concatenate([self._sound, sound])
        self._speech = np.concatenate([self._speech, speech])
        while len(self._speech) >= WINDOW_STEPS:
            if (self._speech[:WINDOW_STEPS] >= SPEAKING).mean() >= _SPEECH_SHARE:
                self._waiting.append(mel_frames(self._sound[:_WINDOW]))
                self._steps.append(self._first)
            self._sound, self._speech = self._sound[STRIDE_STEPS * STEP :], self._speech[STRIDE_STEPS:]
            self._first += STRIDE_STEPS
            if len(self._waiting) == _BATCH:
                self._encode()

    def likeness(self, count: int) -> NDArray[np.float32]:
        """(count,) cosine of each step's voice to the one that is heard most; NaN where none was analyzed."""
        self._encode()
        found = np.full(count, np.nan, np.float32)
        if not self._vectors:
            return found
        vectors = np.concatenate(self._vectors)
        alike = vectors @ most_heard(vectors)
        # A window represents its middle half, so that each step has one answer.
        for first, value in zip(self._steps, alike.tolist(), strict=True):
            middle = first + (WINDOW_STEPS - STRIDE_STEPS) // 2
            found[middle : middle + STRIDE_STEPS] = value
        return found

    @torch.inference_mode()
    def _encode(self) -> None:
        if self._waiting:
            self._vectors.append(self._encoder(torch.from_numpy(np.stack(self._waiting))).numpy())
            self._waiting = []


def most_heard(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """(n, d) of length one -> (d,) the middle of the largest group of windows that sound alike."""
    some = vectors[:: -(-len(vectors) // _MOST_COMPARED)]
    middle = some[int(((some @ some.T) >= _ALIKE).sum(axis=1).argmax())]
    for _ in range(2):
        middle = vectors[vectors @ middle >= _ALIKE].mean(axis=0)
        middle /= np.linalg.norm(middle)
    return np.asarray(middle, np.float32)


def mel_frames(sound: NDArray[np.float32]) -> NDArray[np.float32]:
    """(25600,) samples -> (160, 40) power by mel band, after the sound was scaled to -30 dBFS."""
    loud = float(np.sqrt(np.mean(sound.astype(np.float64) ** 2)))
    padded = np.pad(sound.astype(np.float64) * (_LEVEL / max(loud, 1e-6)), _FFT // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, _FFT)[::_HOP][:_FRAMES]
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(_FFT) / _FFT)
    power = np.abs(np.fft.rfft(frames * hann, axis=1)) ** 2
    return np.asarray(power @ _FILTERS.T, np.float32)


def mel_filters(bands: int, fft: int, rate: int) -> NDArray[np.float64]:
    """(bands, fft / 2 + 1) triangles of equal area on Slaney's mel scale: linear to 1 kHz, logarithmic above."""
    edges = np.array(list(_mel_hz(np.linspace(0, _hz_mel(rate / 2), bands + 2))))
    hz = np.linspace(0, rate / 2, fft // 2 + 1)
    rising = (hz - edges[:-2, None]) / np.diff(edges)[:-1, None]
    falling = (edges[2:, None] - hz) / np.diff(edges)[1:, None]
    return np.asarray(np.maximum(0, np.minimum(rising, falling)) * (2 / (edges[2:] - edges[:-2]))[:, None])


# 200/3 Hz per mel up to 1 kHz, which is 15 mel; then 27 mel for each factor of 6.4.
def _hz_mel(hz: float) -> float:
    return 15 + 27 * float(np.log(hz / 1000) / np.log(6.4))


def _mel_hz(mels: NDArray[np.float64]) -> Iterator[float]:
    for mel in mels.tolist():
        yield mel * 200 / 3 if mel < 15 else 1000 * 6.4 ** ((mel - 15) / 27)


_FILTERS = mel_filters(_BANDS, _FFT, RATE)
