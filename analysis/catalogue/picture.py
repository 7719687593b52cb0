"""Kinds of moments based on the picture itself and on who is in it."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.catalogue.kind import MAIN, KindOfMoment
from analysis.text import gettext_noop as _
from analysis.types import MomentKind, Stage

# Frames further apart than this have missing frames between them.
_MAX_STEP_MS = 1000

_FACES = frozenset({Stage.FACES})


@dataclass(frozen=True, slots=True)
class NobodyConfig:
    min_ms: int = 1000


@dataclass(frozen=True, slots=True)
class AnotherPersonConfig:
    min_ms: int = 500


@dataclass(frozen=True, slots=True)
class BackgroundConfig:
    min_share: float = 0.3
    min_ms: int = 2000


@dataclass(frozen=True, slots=True)
class CutConfig:
    """min_share: of the picture that is new. alone_ms, motion_ratio: for how long around it, and by how much, it must
    stand out."""

    min_share: float = 0.4
    alone_ms: int = 400
    motion_ratio: float = 3.0
    max_step_ms: int = _MAX_STEP_MS


@dataclass(frozen=True, slots=True)
class FrozenConfig:
    """max_motion: in gray levels."""

    max_motion: float = 0.03
    min_ms: int = 1000
    max_step_ms: int = _MAX_STEP_MS


@dataclass(frozen=True, slots=True)
class LivenessConfig:
    """max_live: 0..1, how much the face may look like a live one in front of the camera."""

    max_live: float = 0.5
    min_ms: int = 4000


@dataclass(frozen=True, slots=True)
class HardToSeeConfig:
    """The face stage sets the minimum quality for reading a face: FaceConfig.min_quality."""

    min_ms: int = 2000


KINDS = {
    MomentKind.NOBODY_VISIBLE: KindOfMoment(
        label=_("Nobody visible"),
        stages=_FACES,
        config=NobodyConfig(),
        sentences={MAIN: _("The candidate's face was not in the picture for {duration_s} s.")},
        rules={"": _("The candidate's face is not found for at least {min_ms}.")},
    ),
    MomentKind.ANOTHER_PERSON: KindOfMoment(
        label=_("Another person visible"),
        stages=_FACES,
        config=AnotherPersonConfig(),
        sentences={MAIN: _("Up to {faces} faces were in the picture at the same time, for {duration_s} s.")},
        rules={"": _("Two or more faces are found at the same time for at least {min_ms}.")},
    ),
    MomentKind.BACKGROUND_CHANGED: KindOfMoment(
        label=_("Background changed"),
        stages=_FACES,
        config=BackgroundConfig(),
        sentences={
            MAIN: _(
                "About {percent} of the background changed and stayed different for at least {duration_s} s. A new "
                "location, a virtual background, or a moved camera can all look like this."
            )
        },
        rules={
            "": _(
                "At least {min_share} of the background differs from before for at least {min_ms}, and not because "
                "of a cut. Gradual changes do not count."
            )
        },
    ),
    MomentKind.CUT: KindOfMoment(
        label=_("Sudden cut in the video"),
        stages=_FACES,
        config=CutConfig(),
        sentences={
            MAIN: _(
                "The picture changed abruptly at {at_ms}: about {percent} of it was new. A pause in the recording, a "
                "different camera, or a shared screen can all look like this."
            )
        },
        rules={
            "": _(
                "From one frame to the next, at least {min_share} of the picture is new. The two differ at least "
                "{motion_ratio} times as much as frames within {alone_ms} before or after do, and no other change "
                "there is half as large."
            )
        },
    ),
    MomentKind.FROZEN: KindOfMoment(
        label=_("Video froze"),
        stages=_FACES,
        config=FrozenConfig(),
        sentences={
            MAIN: _(
                "The picture did not change for {duration_s} s while the recording continued. A stalled camera or "
                "connection can look like this."
            )
        },
        rules={
            "": _(
                "Frames keep arriving but differ by less than {max_motion} gray levels on average from one to the "
                "next for at least {min_ms}, after several seconds in which they differed."
            )
        },
    ),
    MomentKind.LIVENESS: KindOfMoment(
        label=_("Possible photo or screen instead of a live face"),
        stages=frozenset({Stage.FACES, Stage.LIVENESS}),
        config=LivenessConfig(),
        sentences={
            MAIN: _(
                "Experimental: for {duration_s} s, the area around the face looked more like a screen or a print "
                "than like a person in front of the camera. Lighting, blur, and virtual backgrounds can also look "
                "like this."
            )
        },
        rules={
            "": _(
                "The average of two models (MiniFASNet), which check the face every other second, is at most "
                "{max_live} (of 1) for at least {min_ms}."
            )
        },
    ),
    MomentKind.HARD_TO_SEE: KindOfMoment(
        label=_("Hard to see"),
        stages=_FACES,
        config=HardToSeeConfig(),
        sentences={
            MAIN: _(
                "For {duration_s} s, the face was too small, blurred, dark, bright, or turned away to be read, so "
                "nothing was concluded from it."
            )
        },
        rules={"": _("The picture quality of the face stays too low to read it for at least {min_ms}.")},
    ),
}
