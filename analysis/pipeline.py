"""The whole analysis of one recording: values in, an iterator of observations and one outcome out.

analysis = Analysis(path, PipelineConfig(), report=print)
for observations in analysis:
    writer.write(observations)
outcome = analysis.outcome()
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from analysis import manifest
from analysis.config import PipelineConfig
from analysis.frames import WINDOW, FrameStages
from analysis.moments.find import find
from analysis.moments.reading import Reading
from analysis.progress import Heartbeat, StageClock
from analysis.savepoint import EVERY_MS, Saved, Savepoint, SoFar, key_of, read
from analysis.signals.baseline import find_baselines
from analysis.signals.peak_crops import PeakCrops
from analysis.signals.segments import expression_segments, speech_segments, visibility_segments
from analysis.signals.series import Series, SeriesBuilder
from analysis.types import Moment, Observation, Outcome, Progress, Stage, Step, Transcript, VideoInfo
from analysis.video.decode import Decoder, Ending, Frame
from analysis.video.probe import probe

if TYPE_CHECKING:
    from analysis.expression.inference import ExpressionClassifier
    from analysis.faces.stage import FaceStage
    from analysis.landmarks.stage import LandmarkStage
    from analysis.liveness.stage import LivenessStage
    from analysis.speech.hearing import Hearing
    from analysis.speech.said import Said
    from analysis.speech.text_models import SentimentClassifier

_Reader = TypeVar("_Reader")
NO_SOUND = "no sound"
# Less than this beyond the end is rounding.
_BEYOND_MS = 2000
NOT_PLANNED = Transcript((), "none", note="not in the plan")


def quiet(progress: Progress) -> None:
    """The `report` of callers who do not want to hear."""


class Analysis:
    """One analysis of one file. Iterate it to the end, once, then ask for the outcome.

    Iterating gives observations, every frame's in order of time, in lists of a second or so, and calls `report` at
    least once a second; what `report` raises (Cancelled) comes out of the iteration, and no child process or shared
    memory is left. Raises BadVideo for the file and BadTranscript for `transcript`, a VTT, SRT or JSON file.

    save is called about once for each minute of the recording, with what there is so far. That, handed over as
    `saved`, lets another run of the same file go on there: the frames before are only decoded. It gives the saved
    observations again, then the rest, and ends as if it had done all.
    """

    def __init__(
        self,
        source: Path,
        config: PipelineConfig,
        *,
        transcript: Path | None = None,
        report: Callable[[Progress], None] = quiet,
        saved: Saved | None = None,
        save: Callable[[SoFar], None] | None = None,
    ) -> None:
        self._source, self._config, self._transcript_file = source, config, transcript
        self._heartbeat = Heartbeat(report)
        self._saved, self._save = saved, save
        self._skipped = 0  # frames that are not looked at again
        self._series = SeriesBuilder()
        self._unsaved: list[Observation] = []
        self._clock = StageClock()
        self._stages = dict.fromkeys(Stage, manifest.NOT_PLANNED)
        self._weights: dict[str, str] = {}
        self._engines: dict[str, str] = {}  # that differ from machine to machine
        self._abstain_below = 1.0  # until a classifier says what its answers are worth
        self._outcome: Outcome | None = None

    @property
    def stage_seconds(self) -> Mapping[str, float]:
        """Wall seconds by stage so far."""
        return MappingProxyType(self._clock.seconds)

    def outcome(self) -> Outcome:
        """Everything but the observations. Raises RuntimeError before the iteration has come to its end."""
        if self._outcome is None:
            raise RuntimeError("the analysis has not been iterated to its end")
        return self._outcome

    def __iter__(self) -> Iterator[list[Observation]]:
        beat, config = self._heartbeat, self._config
        uploaded = self._uploaded_transcript()  # first, because it is quick to refuse
        with self._clock("probe"):
            beat.at(Step.PROBE, 0, 0)
            # Probing first: it refuses pipes and devices, which hashing would read for ever.
            total_ms = probe(self._source, config.limits, on_wait=beat.again).duration_ms
            sha256 = manifest.file_sha256(self._source, beat.again)
        series = self._series
        side_px = config.faces.picture_side_px if Stage.FACES in config.plan else 0
        with self._hearing(uploaded) as hearing, self._frame_stages() as stages:
            key = key_of(config.fingerprint(), sha256, self._weights, self._stages, self._engines)
            if self._saved is not None and (savepoint := read(self._saved.savepoint, key)) is not None:
                stages.remember(savepoint.state)
                self._skipped = savepoint.frames
                for observations in _by_window(self._saved.observations):
                    series.add(observations)
                    yield observations
            limits = config.limits
            with Decoder(self._source, limits, side_px=side_px, skip=self._skipped, on_wait=beat.again) as decoder:
                for observations in self._observed(decoder, stages, total_ms, key):
                    series.add(observations)
                    yield observations
            info, ending = decoder.info, decoder.ending
            assert info is not None and ending is not None  # noqa: S101 - or iterating had raised
            said = self._said(hearing, uploaded, info.duration_ms)
        beat.at(Step.MOMENTS, 0, 0)
        built = series.build(ending.last_frame_ms)
        self._outcome = self._concluded(info, ending, built, stages.peaks, said, sha256)

    def _concluded(
        self, info: VideoInfo, ending: Ending, series: Series, peaks: PeakCrops, said: Said | None, sha256: str
    ) -> Outcome:
        config = self._config
        with self._clock("moments"):
            baselines = find_baselines(series, config.signals.baseline_ms)
            shown = expression_segments(series, config.signals.min_segment_ms, self._abstain_below)
            listened = Stage.SPEECH if Stage.SPEECH in config.plan else Stage.VOICE
            lanes = [*visibility_segments(series), *shown, *(speech_segments(said.spans, listened) if said else ())]
            moments = find(Reading(series, baselines, config, said))
        moments, explanations = self._explained(moments, peaks)
        return Outcome(
            info=info,
            segments=tuple(lanes),
            moments=moments,
            transcript=said.transcript if said else NOT_PLANNED,
            sentences=said.sentences if said else (),
            topics=said.topics if said else (),
            frames=len(series),
            frames_with_face=int((series.track >= 0).sum()),
            baseline={**baselines.as_mapping(), **self._usual_voice(said)},
            sound=self._sound_file(said),
            manifest=manifest.build(
                config=config,
                sha256=sha256,
                ending=ending,
                stages=self._stages,
                weights=self._weights,
                engines=self._engines,
                stage_seconds=self._clock.seconds,
                explanations=explanations,
                frames_from_savepoint=self._skipped,
            ),
        )

    def _explained(
        self, moments: tuple[Moment, ...], peaks: PeakCrops
    ) -> tuple[tuple[Moment, ...], dict[str, object]]:
        """The moments with what carried their expressions, and what the manifest says of it."""
        if self._stages[Stage.EXPRESSION] != manifest.DONE:
            return moments, {}
        from analysis.moments.explained import explained

        with self._clock("explanation"):
            found = explained(moments, peaks, beat=self._heartbeat.again)
        return found.moments, {"explained": found.count, "note": found.note}

    def _frame_stages(self) -> FrameStages:
        with self._clock("load"):
            faces, classifier = self._face_stage(), self._expression_stage()
            landmarks = self._face_reader(Stage.LANDMARKS, self._load_landmarks)
            liveness = self._face_reader(Stage.LIVENESS, self._load_liveness)
            return FrameStages(faces, classifier, landmarks, liveness, self._config.signals.smooth_ms, self._clock)

    def _observed(
        self, decoder: Decoder, stages: FrameStages, total_ms: int, key: str
    ) -> Iterator[list[Observation]]:
        self._heartbeat.at(Step.FRAMES, 0, total_ms)
        save_at_ms: int | None = None
        for frame in self._timed(iter(decoder), total_ms):
            assert decoder.info is not None  # noqa: S101 - it comes before the first frame
            if save_at_ms is None:
                save_at_ms = (frame.pts_ms // EVERY_MS + 1) * EVERY_MS
            observations = stages.observe(frame, decoder.info.width)
            due = self._save is not None and frame.pts_ms >= save_at_ms and stages.between_windows
            if due:
                observations += stages.wait()
            if observations:
                self._unsaved += observations if self._save is not None else []
                yield observations
            if due:
                save_at_ms = (frame.pts_ms // EVERY_MS + 1) * EVERY_MS
                self._keep(Savepoint(key, frame.index + 1, stages.memory()))
        yield stages.finish()

    def _keep(self, savepoint: Savepoint) -> None:
        assert self._save is not None  # noqa: S101 - nothing is due without it
        with self._clock("saving"):
            config = self._config
            series = self._series.build(last_frame_ms=1)
            moments = find(Reading(series, find_baselines(series, config.signals.baseline_ms), config))
            until_ms = int(series.end_ms[-1])
            self._save(SoFar(savepoint.to_bytes(), self._unsaved, moments, until_ms))
        self._unsaved = []

    def _timed(self, frames: Iterator[Frame], total_ms: int) -> Iterator[Frame]:
        """The frames, with the time spent waiting for them counted, and a beat for each."""
        while True:
            with self._clock("decode"):
                frame = next(frames, None)
            if frame is None:
                return
            self._heartbeat.at(Step.FRAMES, frame.pts_ms, total_ms)
            yield frame

    def _face_stage(self) -> FaceStage | None:
        if Stage.FACES not in self._config.plan:
            return None
        try:
            stage = self._heartbeat.wait_for(self._load_faces)
        except FileNotFoundError:
            self._stages[Stage.FACES] = manifest.MODEL_MISSING
            return None
        self._stages[Stage.FACES] = manifest.DONE
        return stage

    def _load_faces(self) -> FaceStage:
        # Imported only when planned: this loads torch and OpenVINO.
        from analysis.faces import networks
        from analysis.faces.engine import one_thread
        from analysis.faces.stage import FaceStage

        with one_thread():
            stage = FaceStage(self._config.faces, threads=1)  # frame by frame, there is nothing to share out
        self._weights |= networks.weights_sha256()
        return stage

    def _expression_stage(self) -> ExpressionClassifier | None:
        if Stage.EXPRESSION not in self._config.plan:
            return None
        if self._stages[Stage.FACES] != manifest.DONE:
            self._stages[Stage.EXPRESSION] = manifest.NEEDS_FACES
            return None
        classifier = self._heartbeat.wait_for(self._load_expression)
        self._stages[Stage.EXPRESSION] = manifest.DONE if classifier else manifest.MODEL_MISSING
        return classifier

    def _load_expression(self) -> ExpressionClassifier | None:
        from analysis.expression.inference import ExpressionClassifier
        from analysis.expression.weights_file import BadWeights
        from analysis.faces.engine import one_thread

        try:
            with one_thread():
                classifier = ExpressionClassifier.load(self._reader_threads)
        except BadWeights:  # a missing model disables its stage, visibly, and never a run
            return None
        self._weights["expression"] = classifier.weights_sha256
        self._engines["expression"] = classifier.engine_name
        self._abstain_below = classifier.abstain_below
        return classifier

    def _face_reader(self, stage: Stage, load: Callable[[], _Reader]) -> _Reader | None:
        """A stage that looks at found faces with a model of MODEL_DIR; None, and said so, where it cannot."""
        if stage not in self._config.plan:
            return None
        if self._stages[Stage.FACES] != manifest.DONE:
            self._stages[stage] = manifest.NEEDS_FACES
            return None
        try:
            reader = self._heartbeat.wait_for(load)
        except FileNotFoundError:
            self._stages[stage] = manifest.MODEL_MISSING
            return None
        self._stages[stage] = manifest.DONE
        return reader

    def _load_landmarks(self) -> LandmarkStage:
        from analysis.landmarks.stage import LandmarkStage

        stage = LandmarkStage(Path(self._config.model_dir), self._reader_threads)
        self._weights["face_landmarker"] = stage.weights_sha256
        self._engines["face_landmarker"] = stage.engine_name
        return stage

    def _load_liveness(self) -> LivenessStage:
        from analysis.liveness.stage import LivenessStage

        stage = LivenessStage(Path(self._config.model_dir), self._config.faces.live_every_ms)
        self._weights["liveness"] = stage.weights_sha256
        return stage

    @property
    def _reader_threads(self) -> int:
        """Of each network that reads windows: decoding, finding faces and the other reader want theirs as well.

        A network on two threads waits for the slower one: where another process has a core, it all but stands still.
        """
        return max(1, self._config.threads // 2)

    def _uploaded_transcript(self) -> Transcript | None:
        if Stage.TRANSCRIPT not in self._config.plan or self._transcript_file is None:
            return None
        from analysis.speech.uploaded import read_transcript

        with self._clock("transcript"):
            return read_transcript(self._transcript_file)

    def _hearing(self, uploaded: Transcript | None) -> AbstractContextManager[Hearing | None]:
        """Begins to listen, beside everything else; where the plan has neither voice nor words, nobody does."""
        if not self._config.plan & {Stage.TRANSCRIPT, Stage.SPEECH, Stage.VOICE}:
            return nullcontext()
        from analysis.speech.hearing import Hearing

        transcribe = Stage.TRANSCRIPT in self._config.plan and uploaded is None
        return Hearing(self._source, self._config, transcribe=transcribe)

    def _said(self, hearing: Hearing | None, uploaded: Transcript | None, total_ms: int) -> Said | None:
        """What was heard; None where the plan has neither voice nor words."""
        if hearing is None:
            return None
        from analysis.speech.said import Said, understood

        with self._clock("hearing"):
            heard = hearing.result(self._heartbeat, total_ms)
            self._weights |= heard.weights
            for stage in self._config.plan & {Stage.SPEECH, Stage.VOICE}:
                self._stages[stage] = manifest.DONE if heard.sound is not None else NO_SOUND
            if Stage.TRANSCRIPT not in self._config.plan:
                return Said(NOT_PLANNED, (), heard.sound)
            transcript = _noted(uploaded, total_ms) or heard.transcript or NOT_PLANNED
            missing = transcript.source == "none"
            self._stages[Stage.TRANSCRIPT] = transcript.note if missing else manifest.DONE
            if Stage.SPEECH not in self._config.plan:
                return Said(transcript, (), heard.sound)  # the words alone: no marks, no sentences
            return understood(transcript, heard.sound, self._sentiment_model())

    def _sentiment_model(self) -> SentimentClassifier | None:
        if not self._config.model_dir:
            return None
        from analysis.speech.text_models import SENTIMENT, BadTextModel, SentimentClassifier

        try:
            model = self._heartbeat.wait_for(lambda: SentimentClassifier(Path(self._config.model_dir) / SENTIMENT))
        except FileNotFoundError:
            return None
        except BadTextModel as error:  # as any other model: what rests on it is off, and says so
            self._engines[SENTIMENT] = str(error)[:200]
            return None
        self._weights[SENTIMENT] = model.weights_sha256
        return model

    def _usual_voice(self, said: Said | None) -> Mapping[str, float]:
        if said is None or said.sound is None or Stage.VOICE not in self._config.plan:
            return {}
        from analysis.speech.delivery import usual

        return usual(said.sound)

    def _sound_file(self, said: Said | None) -> bytes:
        if said is None or said.sound is None:
            return b""
        from analysis.speech.sound_file import to_parquet

        return to_parquet(said.sound, voice=Stage.VOICE in self._config.plan)


def _noted(uploaded: Transcript | None, total_ms: int) -> Transcript | None:
    """A transcript that goes on after the recording has ended keeps its words, and says so."""
    beyond_ms = max((word.span.end_ms for word in uploaded.words), default=0) - total_ms if uploaded else 0
    if uploaded is None or beyond_ms < _BEYOND_MS:
        return uploaded
    note = f"The transcript goes on for {beyond_ms / 1000:.0f} s after the end of the recording: is it the right one?"
    return replace(uploaded, note=note)


def _by_window(observations: Iterable[Observation]) -> Iterator[list[Observation]]:
    """In lists as the stages give them, so that nobody holds a whole recording's."""
    rest = iter(observations)
    while window := list(itertools.islice(rest, WINDOW)):
        yield window
