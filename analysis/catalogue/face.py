"""Kinds of moments based on what a face does."""

from __future__ import annotations

from dataclasses import dataclass, field

from analysis.catalogue.kind import MAIN, KindOfMoment
from analysis.text import gettext_noop as _
from analysis.types import MomentKind, Stage

#: Below this frame rate a blink can fall between two frames, so none are counted.
MIN_BLINK_FPS = 15.0
# For all rules on face signals: the window of their running median, and the maximum number of moments per minute.
_SMOOTH_MS, _MAX_PER_MIN = 300, 4

_EXPRESSION = frozenset({Stage.FACES, Stage.EXPRESSION})
_LANDMARKS = frozenset({Stage.FACES, Stage.LANDMARKS})


@dataclass(frozen=True, slots=True)
class ShiftConfig:
    """onset_ms: how recently the expression must have been near its baseline to count as sudden."""

    min_prob: float = 0.35
    robust_z: float = 4.0
    onset_ms: int = 1500
    min_ms: int = 400
    join_gap_ms: int = 1500
    max_per_min: int = _MAX_PER_MIN


@dataclass(frozen=True, slots=True)
class BurstConfig:
    """min_ms, max_ms: from onset to offset."""

    min_prob: float = 0.5
    robust_z: float = 4.0
    min_ms: int = 80
    max_ms: int = 500
    min_fps: float = 24.0
    max_per_min: int = _MAX_PER_MIN


@dataclass(frozen=True, slots=True)
class HeldConfig:
    """few, few_min_ms: with fewer stretches than `few`, what is typical is unknown and a wider bound applies."""

    min_prob: float = 0.60
    prob_robust_z: float = 3.0
    min_ms: int = 8000
    robust_z: float = 6.0
    few: int = 8
    few_min_ms: int = 20_000


@dataclass(frozen=True, slots=True)
class TensionConfig:
    """far_rise, far_robust_z: what one movement must reach if no other accompanies it."""

    min_rise: float = 0.15
    robust_z: float = 4.0
    far_rise: float = 0.35
    far_robust_z: float = 8.0
    min_ms: int = 1000
    smooth_ms: int = _SMOOTH_MS
    max_per_min: int = _MAX_PER_MIN


@dataclass(frozen=True, slots=True)
class AsymmetryConfig:
    """turn_bin_deg: head turns this similar are compared with each other."""

    min_rise: float = 0.10
    robust_z: float = 4.0
    turn_bin_deg: float = 10.0
    max_yaw_deg: float = 25.0
    min_ms: int = 1000
    smooth_ms: int = _SMOOTH_MS
    max_per_min: int = _MAX_PER_MIN


@dataclass(frozen=True, slots=True)
class EyesConfig:
    """window_ms: of a blink rate. watched_ms: how long the eyes must have been watched in total."""

    window_ms: int = 30_000
    watched_ms: int = 90_000
    min_fps: float = field(default=MIN_BLINK_FPS, init=False)  # what counts as a blink is fixed, in signals/blinks.py
    rate_min_change: float = 10.0
    rate_robust_z: float = 3.5
    closed_min_ms: int = 1000
    squint_min_rise: float = 0.20
    squint_robust_z: float = 5.0
    squint_min_ms: int = 3000
    smooth_ms: int = _SMOOTH_MS
    max_per_min: int = _MAX_PER_MIN


@dataclass(frozen=True, slots=True)
class AwayConfig:
    """Published gaze estimators err by about 20 degrees end to end, so the bound for the eyes is the wider one."""

    head_deg: float = 25.0
    gaze_deg: float = 30.0
    min_ms: int = 2000
    speaking_share: float = 0.5
    smooth_ms: int = _SMOOTH_MS
    max_per_min: int = _MAX_PER_MIN


_HELD_RULE = _(
    "One expression other than neutral stands out, with a smoothed probability of at least {min_prob}, for at least "
    "{min_ms}, and longer than this person's median by {robust_z} robust standard deviations; if there are fewer "
    "than {few} such stretches in the recording, for at least {few_min_ms}. On the whole it is {prob_robust_z} "
    "robust standard deviations above the person's baseline."
)

KINDS = {
    MomentKind.EXPRESSION_SHIFT: KindOfMoment(
        label=_("Expression changed"),
        stages=_EXPRESSION,
        config=ShiftConfig(),
        sentences={
            MAIN: _(
                "The expression “{expression}” rose to {peak_percent} for {duration_s} s; {baseline_percent} is "
                "typical for this person."
            )
        },
        rules={
            "": _(
                "The smoothed probability of one expression other than neutral rises within {onset_ms} to at least "
                "{min_prob} and at least {robust_z} robust standard deviations above the person's baseline, and "
                "stays there for at least {min_ms}. Rises less than {join_gap_ms} apart count as one."
            )
        },
    ),
    MomentKind.EXPRESSION_BURST: KindOfMoment(
        label=_("Brief expression"),
        stages=_EXPRESSION,
        config=BurstConfig(),
        sentences={
            MAIN: _(
                "Experimental: the expression “{expression}” appeared and disappeared within {duration_ms} ms, "
                "reaching {peak_percent} (typical for this person: {baseline_percent})."
            )
        },
        rules={
            "": _(
                "Experimental. The smoothed probability of one expression other than neutral rises from near the "
                "person's baseline to at least {min_prob} and at least {robust_z} robust standard deviations above "
                "it, and returns within {min_ms} to {max_ms}. Ignored where the recording has fewer than {min_fps} "
                "frames per second, and where a longer change of the same expression is already marked."
            )
        },
    ),
    MomentKind.EXPRESSION_HELD: KindOfMoment(
        label=_("Sustained expression"),
        stages=_EXPRESSION,
        config=HeldConfig(),
        sentences={
            MAIN: _(
                "The face held the expression “{expression}” for {duration_s} s, averaging {mean_percent}. This "
                "person typically holds an expression for {usual_s} s."
            ),
            "few_others": _(
                "The face held the expression “{expression}” for {duration_s} s, averaging {mean_percent}. There "
                "were too few other expressions to tell how long this person typically holds one."
            ),
        },
        rules={"": _HELD_RULE},
    ),
    MomentKind.FACIAL_TENSION: KindOfMoment(
        label=_("Brow, eyelids, lips, or chin tightened"),
        stages=_LANDMARKS,
        config=TensionConfig(),
        sentences={MAIN: _("For {duration_s} s, more than is typical for this person: {movements}.")},
        rules={
            "": _(
                "At least two of these rise at the same time by at least {min_rise} (of 1) and {robust_z} robust "
                "standard deviations above the person's baseline: brow lowered, eyelids tightened, lips pressed, "
                "chin raised. Or one of them (not the eyelids alone) rises by at least {far_rise} and "
                "{far_robust_z}. It lasts at least {min_ms}, after a running median of {smooth_ms}."
            )
        },
    ),
    MomentKind.ASYMMETRY: KindOfMoment(
        label=_("Asymmetric expression"),
        stages=_LANDMARKS,
        config=AsymmetryConfig(),
        sentences={
            MAIN: _(
                "The left and right sides of the face moved differently for {duration_s} s, more than is "
                "typical for this person."
            )
        },
        rules={
            "": _(
                "The difference between left and right is at least {min_rise} (of 1) and {robust_z} robust standard "
                "deviations above the person's baseline, and above what the head turned the same way (to "
                "{turn_bin_deg}) usually shows in this recording, for at least {min_ms}, with the head turned by "
                "less than {max_yaw_deg}, after a running median of {smooth_ms}."
            )
        },
    ),
    MomentKind.EYES: KindOfMoment(
        label=_("Unusual blinking or closed eyes"),
        stages=_LANDMARKS,
        config=EyesConfig(),
        sentences={
            "blink_rate": _(
                "The eyes blinked {rate_per_min} times per minute over {window_s} s. This person typically blinks "
                "{usual_per_min} times per minute."
            ),
            "closed": _("The eyes stayed closed for {duration_s} s."),
            "squint": _("The eyelids were tightened for {duration_s} s, more than is typical for this person."),
        },
        rules={
            "blink_rate": _(
                "Over {window_ms}, blinks per minute differ from this person's usual rate in this recording by at "
                "least {rate_min_change} and {rate_robust_z} robust standard deviations (never less than chance "
                "alone). Not assessed below {min_fps} frames per second, or where the eyes were visible for less "
                "than {watched_ms} in all."
            ),
            "closed": _(
                "The eyelids stay most of the way from this person's open eyes to closed eyes for at least "
                "{closed_min_ms}."
            ),
            "squint": _(
                "The tightening of the eyelids stays at least {squint_min_rise} (of 1) and {squint_robust_z} robust "
                "standard deviations above the person's baseline for at least {squint_min_ms}, after a running "
                "median of {smooth_ms}."
            ),
        },
    ),
    MomentKind.LOOKING_AWAY: KindOfMoment(
        label=_("Head or eyes turned away"),
        stages=_LANDMARKS,
        config=AwayConfig(),
        sentences={
            "head": _("The head was turned up to {angle_deg}° from its usual direction for {duration_s} s."),
            "gaze": _("The eyes looked up to {angle_deg}° away from their usual direction for {duration_s} s."),
        },
        rules={
            "": _(
                "The head is turned by at least {head_deg}, or the eyes by at least {gaze_deg}, from this person's "
                "usual direction, sideways or up and down, for at least {min_ms}, after a running median of "
                "{smooth_ms}. Closed eyes do not count as turned. If the sound was analyzed, the person speaks for "
                "at least {speaking_share} of that time."
            )
        },
    ),
}
