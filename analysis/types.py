"""What passes between stages: frozen values, validated when they are created.

All times are integer milliseconds of media time, taken from the container's timestamps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from analysis.text import plain

#: The seven classes of FER-2013, in its label order. Every (…, 7) array in this package is in this order.
EXPRESSIONS = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")

#: The value of an expression segment in which no expression stands out: the analysis abstains.
NOT_SURE = "not_sure"

#: Parts of a face that an explanation names; everything outside them (forehead, chin, border) is ELSEWHERE.
REGIONS = ("brows", "eyes", "nose", "cheeks", "mouth")
ELSEWHERE = "elsewhere"

#: What the landmarks of a face say, in the order of every (…, len(FACE_SIGNALS)) array: head and gaze in degrees,
#: then how far left and right differ, then how far muscle groups have moved, each 0..1. analysis/landmarks/signals.py
#: maps them to blendshapes and to the action units of FACS.
HEAD_SIGNALS = ("head_yaw_deg", "head_pitch_deg", "head_roll_deg")
GAZE_SIGNALS = ("gaze_yaw_deg", "gaze_pitch_deg")
ACTION_SIGNALS = (
    *("brow_raise_inner", "brow_raise_outer", "brow_lower", "lid_raise", "cheek_raise", "lid_tighten"),
    *("nose_wrinkle", "upper_lip_raise", "lip_corner_pull", "dimple", "lip_corner_depress", "lower_lip_depress"),
    *("chin_raise", "lip_pucker", "lip_stretch", "lip_funnel", "lip_press", "jaw_drop", "lip_roll", "eyes_closed"),
)
FACE_SIGNALS = (*HEAD_SIGNALS, *GAZE_SIGNALS, "asymmetry", *ACTION_SIGNALS)

#: What the picture does, no matter who is in it: how far it differs from the frame before (gray levels), how much of
#: that looks like another scene (0..1), and how much of the background differs from before (0..1).
PICTURE_SIGNALS = ("motion", "scene_change", "background_change")

#: Columns of observations.parquet, one of each for every expression: as classified, after smoothing, and half
#: the width of the 80 % band. Analysis writes them; a web process reads them by these names.
RAW_COLUMNS = tuple(f"p_{name}" for name in EXPRESSIONS)
SMOOTHED_COLUMNS = tuple(f"s_{name}" for name in EXPRESSIONS)
UNCERTAINTY_COLUMNS = tuple(f"u_{name}" for name in EXPRESSIONS)
FACE_SIGNAL_COLUMNS = tuple(f"f_{name}" for name in FACE_SIGNALS)
PICTURE_COLUMNS = tuple(f"v_{name}" for name in PICTURE_SIGNALS)
BOX_COLUMNS = ("x1", "y1", "x2", "y2")
OBSERVATION_COLUMNS = (
    *("index", "pts_ms", "faces", "visibility", "track"),
    *BOX_COLUMNS,
    *("face_prob", "quality", "live"),
    *RAW_COLUMNS,
    *SMOOTHED_COLUMNS,
    *UNCERTAINTY_COLUMNS,
    *FACE_SIGNAL_COLUMNS,
    *PICTURE_COLUMNS,
)


#: The name, in a manifest's weights, of the encoder that distinguishes voices; its value is "" if it is missing.
VOICES = "voices"

#: How a word can be marked.
FILLER, RESTART, UNCLEAR = "filler", "restart", "unclear"

#: Columns of sound.parquet: the start of each step, the probability of speech, loudness in LUFS, pitch in Hz,
#: syllables in a second of speech, and how much the pitch moves from step to step in percent. All but the first two
#: are empty where voice is not in the plan.
SOUND_COLUMNS = ("t_ms", "speech", "loudness", "pitch_hz", "speech_rate", "pitch_movement")


class Stage(StrEnum):
    """A part of the analysis that consent or law can leave out of a run's plan.

    SPEECH is when someone speaks and how well it can be heard; VOICE is how it sounds; TRANSCRIPT is the words.
    """

    FACES = "faces"
    EXPRESSION = "expression"
    LANDMARKS = "landmarks"
    LIVENESS = "liveness"
    SPEECH = "speech"
    VOICE = "voice"
    TRANSCRIPT = "transcript"


class StageState(StrEnum):
    """What became of a stage in a run, as its manifest reports it."""

    DONE = "done"
    NOT_PLANNED = "not in the plan"
    MODEL_MISSING = "model missing"
    NEEDS_FACES = "needs faces"
    NO_SOUND = "no sound"
    NO_WORDS = "no words"  # the transcript's note says why


class Step(StrEnum):
    """What a run is doing now, for its progress line."""

    PROBE = "probe"
    FRAMES = "frames"
    TRANSCRIPT = "transcript"
    MOMENTS = "moments"
    PLAYABLE = "playable"


class Visibility(StrEnum):
    """What a frame shows of the candidate."""

    SEEN = "seen"
    HARD_TO_SEE = "hard_to_see"
    NOBODY = "nobody"


class MomentKind(StrEnum):
    """The kinds of moment that this version can find."""

    EXPRESSION_SHIFT = "expression_shift"
    EXPRESSION_BURST = "expression_burst"
    EXPRESSION_HELD = "expression_held"
    FACIAL_TENSION = "facial_tension"
    ASYMMETRY = "asymmetry"
    EYES = "eyes"
    LOOKING_AWAY = "looking_away"
    NOBODY_VISIBLE = "nobody_visible"
    ANOTHER_PERSON = "another_person"
    BACKGROUND_CHANGED = "background_changed"
    CUT = "cut"
    FROZEN = "frozen"
    LIVENESS = "liveness"
    HARD_TO_SEE = "hard_to_see"
    HESITATION = "hesitation"
    WORDS_AND_FACE_DIFFER = "words_and_face_differ"
    READS_ALOUD = "reads_aloud"
    VOICE_WITHOUT_LIPS = "voice_without_lips"
    SECOND_VOICE = "second_voice"
    HARD_TO_HEAR = "hard_to_hear"


class BadVideo(Exception):
    """The input cannot be analyzed. `str(error)` is one sentence that a candidate understands.

    `code` names the fault for translation and tests: not_video, empty, truncated, too_long, too_many_frames,
    too_large_picture, unsupported, no_video, damaged, too_slow.
    """

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


class BadTranscript(ValueError):
    """An uploaded transcript cannot be read. `str(error)` is one sentence that a candidate understands."""


class Interrupted(Exception):
    """A process that reads the recording was ended from outside, for example by a system that ran out of memory.

    The recording is not at fault: it can be analyzed again.
    """


class Cancelled(Exception):
    """Raised out of a `report` callback to stop a pipeline: it ends, cleans up and keeps nothing."""


@dataclass(frozen=True, slots=True)
class Span:
    """Media time from `start_ms` (inclusive) to `end_ms` (exclusive)."""

    start_ms: int
    end_ms: int

    def __post_init__(self) -> None:
        if self.start_ms < 0 or self.end_ms < self.start_ms:
            raise ValueError(f"not a span of media time: {self.start_ms} to {self.end_ms} ms")

    @property
    def duration_ms(self) -> int:
        return self.end_ms - self.start_ms

    @property
    def duration_s(self) -> float:
        """To a tenth, as sentences show it."""
        return round(self.duration_ms / 1000, 1)

    def overlap_ms(self, other: Span) -> int:
        """How long the two overlap."""
        return max(0, min(self.end_ms, other.end_ms) - max(self.start_ms, other.start_ms))


@dataclass(frozen=True, slots=True)
class VideoInfo:
    """What the container and one decoded frame say about a file. Width and height are as shown, after rotation."""

    container: str
    video_codec: str
    audio_codec: str | None
    width: int
    height: int
    rotation_deg: int
    fps: float
    duration_ms: int


@dataclass(frozen=True, slots=True)
class Progress:
    """`done_ms` of `total_ms` media time are through `step`; `total_ms` is 0 while it is unknown."""

    step: Step
    done_ms: int
    total_ms: int


#: Names of the values of an observation's vectors, and those vectors.
_VECTORS = (
    (EXPRESSIONS, ("expression", "smoothed", "uncertainty")),
    (FACE_SIGNALS, ("face_signals",)),
    (PICTURE_SIGNALS, ("picture",)),
)


@dataclass(frozen=True, slots=True)
class Observation:
    """What one decoded frame shows. Every frame has one; what was not seen or not computed is None.

    box: x1, y1, x2, y2 in pixels of the upright picture, of the candidate's face.
    live: 0..1, how likely that face itself was in front of the camera, as of the last check.
    expression: seven calibrated probabilities in the order of EXPRESSIONS.
    smoothed: the same after temporal smoothing; uncertainty: half the width of its 80 % band, each 0..1.
    face_signals: in the order of FACE_SIGNALS. picture: in the order of PICTURE_SIGNALS.
    """

    index: int
    pts_ms: int
    faces: int | None
    visibility: Visibility | None
    track: int | None = None
    box: tuple[float, float, float, float] | None = None
    face_prob: float | None = None
    quality: float | None = None
    expression: tuple[float, ...] | None = None
    smoothed: tuple[float, ...] | None = None
    uncertainty: tuple[float, ...] | None = None
    face_signals: tuple[float, ...] | None = None
    picture: tuple[float, ...] | None = None
    live: float | None = None

    def __post_init__(self) -> None:
        for names, fields in _VECTORS:
            for field_name in fields:
                values = getattr(self, field_name)
                if values is not None and len(values) != len(names):
                    raise ValueError(f"{field_name} must have {len(names)} values, not {len(values)}")


@dataclass(frozen=True, slots=True)
class Segment:
    """A span in which one lane keeps one value: the expression shown most, or what was visible."""

    span: Span
    stage: Stage
    lane: str
    value: str
    mean_prob: float | None = None


@dataclass(frozen=True, slots=True)
class Word:
    """One spoken word, as plain text. `confidence` is None where the source gives none (an uploaded transcript).

    mark: FILLER, RESTART (it is repeated at once), UNCLEAR (speech that no word stands for; then `text` is empty).
    """

    span: Span
    text: str
    confidence: float | None = None
    speaker: str = ""
    mark: str = ""

    def __post_init__(self) -> None:
        # Here, so that no source is missed: one NUL in one word would prevent the whole run from being saved.
        for name in ("text", "speaker"):
            object.__setattr__(self, name, plain(getattr(self, name)))


@dataclass(frozen=True, slots=True)
class Sentence:
    """Words of a transcript, from `first_word` up to but not including `after_word`.

    sentiment: -1..1 of the words by a dictionary, None where the language has none. confidence: mean of its words'.
    hedges: how many expressions of uncertainty.
    """

    span: Span
    first_word: int
    after_word: int
    sentiment: float | None = None
    confidence: float | None = None
    hedges: int = 0


@dataclass(frozen=True, slots=True)
class Topic:
    """A word that an answer returns to: as it was said most often, and how often in any form."""

    text: str
    count: int


@dataclass(frozen=True, slots=True)
class Transcript:
    """Words in order of time. `source`: uploaded, faster-whisper, pocketsphinx or none, with the reason in `note`."""

    words: tuple[Word, ...]
    source: str
    language: str = ""
    low_confidence: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One signal behind a moment: its value over a span, the person's own baseline, and the bound it passed.

    signal: an expression or a name in analysis.catalogue.signals, which has its unit.
    """

    signal: str
    span: Span
    value: float
    baseline: float
    threshold: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """Which parts of the face carried an expression in one frame: where the model looked, nothing more.

    regions: the share of each of REGIONS and of ELSEWHERE, which sum to 1.
    picture: a PNG of the face with the same drawn over it.
    """

    at_ms: int
    expression: str
    regions: Mapping[str, float]
    picture: bytes

    def __post_init__(self) -> None:
        if set(self.regions) != {*REGIONS, ELSEWHERE} or abs(sum(self.regions.values()) - 1) > 0.001:
            raise ValueError(f"the regions of a face must sum to 1: {dict(self.regions)}")


@dataclass(frozen=True, slots=True)
class Moment:
    """Something visible or audible that is worth a second look. Never says what it means about the person.

    sentence: the code of one of the kind's sentences in the catalogue, which `values` fill. No text, so that it can
    be reworded and translated. config: the thresholds that it was found with.
    distance: how far from the person's baseline, in the rule's own robust units; the order of display.
    """

    kind: MomentKind
    span: Span
    peak_ms: int
    sentence: str
    values: Mapping[str, Any]
    evidence: tuple[Evidence, ...]
    distance: float
    confidence: float | None = None
    quality: float | None = None
    explanation: Explanation | None = None
    config: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything but the observations, which were streamed.

    sound: a Parquet file of SOUND_COLUMNS, empty if no sound was analyzed.
    """

    info: VideoInfo
    segments: tuple[Segment, ...]
    moments: tuple[Moment, ...]
    transcript: Transcript
    sentences: tuple[Sentence, ...]
    frames: int
    frames_with_face: int
    baseline: Mapping[str, float]
    topics: tuple[Topic, ...] = ()
    sound: bytes = b""
    manifest: Mapping[str, object] = field(default_factory=dict)
