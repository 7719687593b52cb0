"""The models that a plan needs, loaded and accounted for: which models, with which weights, on which engine.

A missing model disables its stage, visibly, but never a run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from analysis.config import PipelineConfig
from analysis.progress import Heartbeat
from analysis.types import Stage, StageState

if TYPE_CHECKING:
    from analysis.expression.inference import ExpressionClassifier
    from analysis.faces.stage import FaceStage
    from analysis.landmarks.stage import LandmarkStage
    from analysis.liveness.stage import LivenessStage
    from analysis.speech.text_models import SentimentClassifier

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Model(Generic[T]):
    """A stage with its model. weights: SHA-256 by name. engines: what computes it, where machines differ."""

    reader: T
    weights: Mapping[str, str]
    engines: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Loaded:
    """The stages that analyze frames; None if the plan lacks one or its model is missing. states: of every stage."""

    faces: FaceStage | None
    classifier: ExpressionClassifier | None
    landmarks: LandmarkStage | None
    liveness: LivenessStage | None
    states: dict[Stage, StageState]
    weights: dict[str, str]
    engines: dict[str, str]

    @property
    def abstain_below(self) -> float:
        """The probability below which an expression is not named; 1 if none is read."""
        return self.classifier.abstain_below if self.classifier else 1.0


def nothing_loaded() -> Loaded:
    """For a plan without any stage."""
    return Loaded(None, None, None, None, dict.fromkeys(Stage, StageState.NOT_PLANNED), {}, {})


def load(config: PipelineConfig, beat: Heartbeat) -> Loaded:
    """Load what the plan needs, one by one. `beat` is called meanwhile, and what it raises propagates."""
    states, weights, engines = dict.fromkeys(Stage, StageState.NOT_PLANNED), dict[str, str](), dict[str, str]()

    def loaded(stage: Stage, work: Callable[[PipelineConfig], Model[T]]) -> T | None:
        if stage not in config.plan:
            return None
        if stage != Stage.FACES and states[Stage.FACES] != StageState.DONE:
            states[stage] = StageState.NEEDS_FACES
            return None
        try:
            model = beat.wait_for(lambda: work(config))
        except FileNotFoundError:
            states[stage] = StageState.MODEL_MISSING
            return None
        states[stage] = StageState.DONE
        weights.update(model.weights)
        engines.update(model.engines)
        return model.reader

    return Loaded(
        faces=loaded(Stage.FACES, _faces),
        classifier=loaded(Stage.EXPRESSION, _expression),
        landmarks=loaded(Stage.LANDMARKS, _landmarks),
        liveness=loaded(Stage.LIVENESS, _liveness),
        states=states,
        weights=weights,
        engines=engines,
    )


def load_sentiment(config: PipelineConfig, beat: Heartbeat) -> Model[SentimentClassifier | None]:
    """A model for the tone of sentences; its reader is None if there is none, with the reason in `engines`."""
    from analysis.speech.text_models import SENTIMENT, BadTextModel, SentimentClassifier

    if not config.model_dir:
        return Model(None, {})
    try:
        model = beat.wait_for(lambda: SentimentClassifier(Path(config.model_dir) / SENTIMENT))
    except FileNotFoundError:
        return Model(None, {})
    except BadTextModel as error:  # like any other model: what depends on it is off, and says so
        return Model(None, {}, {SENTIMENT: str(error)[:200]})
    return Model(model, {SENTIMENT: model.weights_sha256})


def _reader_threads(config: PipelineConfig) -> int:
    """Threads for each model that reads windows: decoding, finding faces and the other reader need theirs as well.

    A model on two threads waits for the slower one: if another process occupies a core, it all but stalls.
    """
    return max(1, config.threads // 2)


# Each imports what it needs only when it is planned: these imports load torch and OpenVINO. FileNotFoundError: no
# model.


def _faces(config: PipelineConfig) -> Model[FaceStage]:
    from analysis.faces import networks
    from analysis.faces.engine import one_thread
    from analysis.faces.stage import FaceStage

    with one_thread():
        stage = FaceStage(config.faces, threads=1)  # frame by frame, so there is no work to share
    return Model(stage, networks.weights_sha256())


def _expression(config: PipelineConfig) -> Model[ExpressionClassifier]:
    from analysis.expression.inference import ExpressionClassifier
    from analysis.expression.weights_file import BadWeights
    from analysis.faces.engine import one_thread

    try:
        with one_thread():
            classifier = ExpressionClassifier.load(_reader_threads(config))
    except BadWeights as error:
        raise FileNotFoundError(str(error)) from error
    return Model(classifier, {"expression": classifier.weights_sha256}, {"expression": classifier.engine_name})


def _landmarks(config: PipelineConfig) -> Model[LandmarkStage]:
    from analysis.landmarks.stage import LandmarkStage

    stage = LandmarkStage(Path(config.model_dir), _reader_threads(config))
    return Model(stage, {"face_landmarker": stage.weights_sha256}, {"face_landmarker": stage.engine_name})


def _liveness(config: PipelineConfig) -> Model[LivenessStage]:
    from analysis.liveness.stage import LivenessStage

    stage = LivenessStage(Path(config.model_dir), config.faces.live_every_ms)
    return Model(stage, {"liveness": stage.weights_sha256})
