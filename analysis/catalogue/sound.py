"""Kinds of moments based on what is heard, alone or together with the picture."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.catalogue.kind import MAIN, KindOfMoment
from analysis.text import gettext_noop as _
from analysis.types import MomentKind, Stage

_MAX_PER_MIN = 4
# How far above the noise, in loudness units, speech must be to be judged.
_NOISE_LU = 4.0


@dataclass(frozen=True, slots=True)
class HesitationConfig:
    pause_min_ms: int = 1500
    pause_robust_z: float = 4.0
    fillers_min: int = 3
    fillers_window_ms: int = 10_000
    fillers_ratio: float = 2.0
    max_per_min: int = _MAX_PER_MIN


@dataclass(frozen=True, slots=True)
class DifferConfig:
    """min_sentiment: distance from neutral, of 1. seen_share: of the sentence, with the face readable."""

    min_sentiment: float = 0.5
    min_prob: float = 0.4
    robust_z: float = 4.0
    seen_share: float = 0.7
    max_per_min: int = _MAX_PER_MIN


@dataclass(frozen=True, slots=True)
class ReadsConfig:
    """jump_ms: a jump to the next line takes no longer than this; slower eyes are following something."""

    min_ms: int = 12_000
    min_sweeps: int = 5
    sweep_deg: float = 4.0
    jump_ms: int = 240
    line_min_ms: int = 1000
    line_max_ms: int = 8000
    line_spread: float = 0.5
    speech_share: float = 0.8
    pause_ms: int = 1200
    fillers_per_min: float = 2.0
    max_per_min: int = _MAX_PER_MIN


@dataclass(frozen=True, slots=True)
class VoiceWithoutLipsConfig:
    """clear_ratio: how much more the mouth must typically move in speech than in silence."""

    min_ms: int = 2000
    max_share: float = 0.2
    clear_ratio: float = 2.0
    window_ms: int = 500


@dataclass(frozen=True, slots=True)
class SecondVoiceConfig:
    """max_likeness: cosine. min_side_db: left against right."""

    min_ms: int = 1500
    max_likeness: float = 0.70
    noise_lu: float = _NOISE_LU
    min_side_db: float = 12.0
    max_per_min: int = _MAX_PER_MIN


@dataclass(frozen=True, slots=True)
class HardToHearConfig:
    min_ms: int = 3000
    clipped_share: float = 0.15
    quiet_lufs: float = -50.0
    noise_lu: float = _NOISE_LU


_SAYING = _(
    "While the person said {quote}, which a dictionary classifies as mostly {tone}, the face showed the expression "
    "“{expression}” more strongly than is typical for this person: {percent}, compared with {baseline_percent}."
)
_SAYING_BY_MODEL = _(
    "While the person said {quote}, which a language model classifies as mostly {tone}, the face showed the "
    "expression “{expression}” more strongly than is typical for this person: {percent}, compared with "
    "{baseline_percent}."
)

KINDS = {
    MomentKind.HESITATION: KindOfMoment(
        label=_("Long pause or fillers"),
        stages=frozenset({Stage.SPEECH, Stage.TRANSCRIPT}),
        config=HesitationConfig(),
        sentences={
            "pause": _("A pause of {duration_s} s while speaking. This person's pauses typically last {usual_s} s."),
            "fillers": _("{count} fillers or restarts within {duration_s} s: {words}."),
        },
        rules={
            "pause": _(
                "A silence between two stretches of speech lasts at least {pause_min_ms} and is longer than this "
                "person's median pause by {pause_robust_z} robust standard deviations."
            ),
            "fillers": _(
                "There are at least {fillers_min} fillers or restarts within {fillers_window_ms}, and at least "
                "{fillers_ratio} times as many as this person usually has."
            ),
        },
    ),
    MomentKind.WORDS_AND_FACE_DIFFER: KindOfMoment(
        label=_("Words and expression differed"),
        stages=frozenset({Stage.FACES, Stage.EXPRESSION, Stage.SPEECH, Stage.TRANSCRIPT}),
        config=DifferConfig(),
        sentences={"dictionary": _SAYING, "model": _SAYING_BY_MODEL},
        rules={
            "": _(
                "The tone of a sentence (by VADER in English, or by a language model) is at least {min_sentiment} "
                "(of 1) from neutral. The average smoothed probability of an expression of the opposite tone is at "
                "least {min_prob} and {robust_z} robust standard deviations above the person's baseline, with the "
                "face readable for at least {seen_share} of the sentence."
            )
        },
    ),
    MomentKind.READS_ALOUD: KindOfMoment(
        label=_("Eye movement like reading"),
        stages=frozenset({Stage.FACES, Stage.LANDMARKS, Stage.SPEECH}),
        config=ReadsConfig(),
        sentences={
            MAIN: _(
                "For {duration_s} s, the person spoke with hardly a pause while their eyes moved back and forth "
                "{count} times, as if along lines of text. Notes, a second screen, or a habit of the eyes can all "
                "look like this."
            )
        },
        rules={
            "": _(
                "At least {min_sweeps} times in {min_ms} or more, the gaze jumps {sweep_deg} sideways within "
                "{jump_ms}, always the same way and at regular times, after moving at least half of that back in "
                "{line_min_ms} to {line_max_ms}; there are fewer other jumps that way at the time, and less than "
                "half as many elsewhere. Speech fills at least {speech_share}, no pause reaches {pause_ms}, and "
                "there are at most {fillers_per_min} fillers or restarts per minute."
            )
        },
    ),
    MomentKind.VOICE_WITHOUT_LIPS: KindOfMoment(
        label=_("Speech without visible lip movement"),
        stages=frozenset({Stage.FACES, Stage.LANDMARKS, Stage.SPEECH}),
        config=VoiceWithoutLipsConfig(),
        sentences={
            MAIN: _(
                "For {duration_s} s, speech was heard while the visible mouth hardly moved. Another person, a "
                "loudspeaker, sound out of sync with the picture, or a hand in front of the mouth can all look like "
                "this."
            )
        },
        rules={
            "": _(
                "Speech is heard for at least {min_ms} while lips and jaw (how fast six signals move, over "
                "{window_ms}) move less than {max_share} of what is usual for this person while speaking, and the "
                "face is visible throughout. Not assessed unless the mouth usually moves at least {clear_ratio} "
                "times as much in speech as in silence."
            )
        },
    ),
    MomentKind.SECOND_VOICE: KindOfMoment(
        label=_("Another voice"),
        stages=frozenset({Stage.SPEECH, Stage.VOICE}),
        config=SecondVoiceConfig(),
        sentences={
            "voice": _(
                "For {duration_s} s, a different voice was heard from the one heard most in this recording. Another "
                "person, a loudspeaker, laughter, or a different way of speaking can all sound like this."
            ),
            "side": _(
                "For {duration_s} s, speech came from a different side than usual in this recording. Another "
                "microphone, another person, or a turned head can all sound like this."
            ),
        },
        rules={
            "voice": _(
                "For at least {min_ms}, the voice's similarity to the one heard most (cosine of a voice encoder's "
                "output, in windows of 1.6 s) is below {max_likeness}, and the sound is at least {noise_lu} LU above "
                "the background noise."
            ),
            "side": _(
                "For at least {min_ms} of speech, the difference between the left and right channels is at least "
                "{min_side_db} dB from what is usual in this recording."
            ),
        },
    ),
    MomentKind.HARD_TO_HEAR: KindOfMoment(
        label=_("Hard to hear"),
        stages=frozenset({Stage.SPEECH}),
        config=HardToHearConfig(),
        sentences={
            "silent": _("There was no sound at all for {duration_s} s, so words may be missing here."),
            "clipped": _(
                "The sound was too loud for the microphone for {duration_s} s, so words may be wrong or missing here."
            ),
            "quiet": _("The sound was very quiet for {duration_s} s, so words may be wrong or missing here."),
            "noisy": _(
                "The voice was barely louder than the background noise for {duration_s} s, so words may be wrong or "
                "missing here."
            ),
        },
        rules={
            "silent": _("Every sample is zero for at least {min_ms}."),
            "clipped": _(
                "For at least {min_ms}, samples are at full scale in at least {clipped_share} of every second."
            ),
            "quiet": _("Speech stays below {quiet_lufs} LUFS for at least {min_ms}."),
            "noisy": _(
                "For at least {min_ms}, speech is less than {noise_lu} LU louder than what is heard between words "
                "within 15 s."
            ),
        },
    ),
}
