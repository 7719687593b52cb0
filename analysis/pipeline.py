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
from typing import TYPE_CHECKING

from analysis import manifest
from analysis.config import PipelineConfig
from analysis.frames import WINDOW, FrameStages
from analysis.loading import load, load_sentiment, nothing_loaded
from analysis.moments.find import find
from analysis.moments.reading import Reading
from analysis.progress import Heartbeat, StageClock
from analysis.savepoint import EVERY_MS, Saved, Savepoint, SoFar, key_of, read
from analysis.signals.baseline import find_baselines
from analysis.signals.peak_crops import PeakCrops
from analysis.signals.segments import expression_segments, speech_segments, visibility_segments
from analysis.signals.series import Series, SeriesBuilder
from analysis.types import Moment, Observation, Outcome, Progress, Stage, StageState, Step, Transcript, VideoInfo
from analysis.video.decode import Decoder, Ending, Frame
from analysis.video.source import Source, look_at

if TYPE_CHECKING:
    from analysis.speech.audio_process import Hearing
    from analysis.speech.said import Said
    from analysis.speech.text_models import SentimentClassifier

# Less than this past the end is rounding.
_BEYOND_MS = 2000
NOT_PLANNED = Transcript((), "none", note=StageState.NOT_PLANNED)


def quiet(progress: Progress) -> None:
    """Default `report`: ignores progress."""


class Analysis:
    """One analysis of one file. Iterate it to the end, once, then ask for the outcome.

    source: the file, or what was found by a caller that has already probed it.

    Iterating yields observations of every frame in order of time, in lists of about a second, and calls `report` at
    least once a second. What `report` raises (Cancelled) propagates out of the iteration, and no child process or
    shared memory is left behind. Raises BadVideo for the file and BadTranscript for `transcript`, a VTT, SRT or JSON
    file.

    save is called about once per minute of the recording, with what has been computed so far. Passed as `saved`, that
    lets another run of the same file continue there: the frames before are only decoded. It yields the saved
    observations again, then the rest, and ends as if it had done everything.
    """

    def __init__(
        self,
        source: Path | Source,
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
        self._skipped = 0  # frames that are not analyzed again
        self._series = SeriesBuilder()
        self._unsaved: list[Observation] = []
        self._clock = StageClock()
        self._loaded = nothing_loaded()
        self._ended: tuple[VideoInfo, Ending]
        self._outcome: Outcome | None = None

    @property
    def stage_seconds(self) -> Mapping[str, float]:
        """Wall seconds by stage so far."""
        return MappingProxyType(self._clock.seconds)

    def outcome(self) -> Outcome:
        """Everything but the observations. Raises RuntimeError before the iteration has ended."""
        if self._outcome is None:
            raise RuntimeError("the analysis has not been iterated to its end")
        return self._outcome

    def __iter__(self) -> Iterator[list[Observation]]:
        beat, config = self._heartbeat, self._config
        uploaded = self._uploaded_transcript()  # first, because it is quick to refuse
        with self._clock("probe"):
            beat.at(Step.PROBE, 0, 0)
            source = self._source
            if isinstance(source, Path):
                source = look_at(source, config.limits, beat.again)
        with self._hearing(source.path, uploaded) as hearing:  # starts while models are loading
            with self._clock("load"):
                self._loaded = load(config, beat)
            with FrameStages(self._loaded, config.signals.smooth_ms, self._clock) as stages:
                for observations in self._looked_at(source, stages):
                    self._series.add(observations)
                    yield observations
            info, ending = self._ended
            said = self._said(hearing, uploaded, info.duration_ms)
        beat.at(Step.MOMENTS, 0, 0)
        built = self._series.build(ending.last_frame_ms)
        self._outcome = self._concluded(info, ending, built, stages.peaks, said, source.sha256)

    def _looked_at(self, source: Source, stages: FrameStages) -> Iterator[list[Observation]]:
        """Every frame's observations, starting with those of a savepoint if it is of the same run."""
        config, loaded = self._config, self._loaded
        key = key_of(config.fingerprint(), source.sha256, loaded.weights, loaded.states, loaded.engines)
        if self._saved is not None and (savepoint := read(self._saved.savepoint, key)) is not None:
            stages.remember(savepoint.state)
            self._skipped = savepoint.frames
            yield from _by_window(self._saved.observations)
        side_px = config.faces.picture_side_px if Stage.FACES in config.plan else 0
        wait = self._heartbeat.again
        with Decoder(source.path, config.limits, side_px=side_px, skip=self._skipped, on_wait=wait) as decoder:
            yield from self._observed(decoder, stages, source.info.duration_ms, key)
        assert decoder.info is not None and decoder.ending is not None  # noqa: S101 - or iterating had raised
        self._ended = (decoder.info, decoder.ending)

    def _concluded(
        self, info: VideoInfo, ending: Ending, series: Series, peaks: PeakCrops, said: Said | None, sha256: str
    ) -> Outcome:
        config = self._config
        with self._clock("moments"):
            baselines = find_baselines(series, config.signals.baseline_ms)
            shown = expression_segments(series, config.signals.min_segment_ms, self._loaded.abstain_below)
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
                stages=self._loaded.states,
                weights=self._loaded.weights,
                engines=self._loaded.engines,
                stage_seconds=self._clock.seconds,
                explanations=explanations,
                frames_from_savepoint=self._skipped,
            ),
        )

    def _explained(
        self, moments: tuple[Moment, ...], peaks: PeakCrops
    ) -> tuple[tuple[Moment, ...], dict[str, object]]:
        """The moments with what carried their expressions, and what the manifest says about it."""
        if self._loaded.states[Stage.EXPRESSION] != StageState.DONE:
            return moments, {}
        from analysis.moments.explained import explained

        with self._clock("explanation"):
            found = explained(moments, peaks, beat=self._heartbeat.again)
        return found.moments, {"explained": found.count, "note": found.note}

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
        """The frames, with the time spent waiting for them measured and a beat for each."""
        while True:
            with self._clock("decode"):
                frame = next(frames, None)
            if frame is None:
                return
            self._heartbeat.at(Step.FRAMES, frame.pts_ms, total_ms)
            yield frame

    def _uploaded_transcript(self) -> Transcript | None:
        if Stage.TRANSCRIPT not in self._config.plan or self._transcript_file is None:
            return None
        from analysis.speech.uploaded import read_transcript

        with self._clock("transcript"):
            return read_transcript(self._transcript_file)

    def _hearing(self, source: Path, uploaded: Transcript | None) -> AbstractContextManager[Hearing | None]:
        """Start listening, in parallel with everything else; not if the plan has neither voice nor words."""
        if not self._config.plan & {Stage.TRANSCRIPT, Stage.SPEECH, Stage.VOICE}:
            return nullcontext()
        from analysis.speech.audio_process import Hearing

        transcribe = Stage.TRANSCRIPT in self._config.plan and uploaded is None
        return Hearing(source, self._config, transcribe=transcribe)

    def _said(self, hearing: Hearing | None, uploaded: Transcript | None, total_ms: int) -> Said | None:
        """What was heard; None if the plan has neither voice nor words."""
        if hearing is None:
            return None
        from analysis.speech.said import Said, understood

        with self._clock("hearing"):
            heard = hearing.result(self._heartbeat, total_ms)
            self._loaded.weights.update(heard.weights)
            for stage in self._config.plan & {Stage.SPEECH, Stage.VOICE}:
                self._loaded.states[stage] = StageState.DONE if heard.sound is not None else StageState.NO_SOUND
            if Stage.TRANSCRIPT not in self._config.plan:
                return Said(NOT_PLANNED, (), heard.sound)
            transcript = _noted(uploaded, total_ms) or heard.transcript or NOT_PLANNED
            missing = transcript.source == "none"
            self._loaded.states[Stage.TRANSCRIPT] = StageState.NO_WORDS if missing else StageState.DONE
            if Stage.SPEECH not in self._config.plan:
                return Said(transcript, (), heard.sound)  # the words alone: no marks, no sentences
            return understood(transcript, heard.sound, self._sentiment_model())

    def _sentiment_model(self) -> SentimentClassifier | None:
        model = load_sentiment(self._config, self._heartbeat)
        self._loaded.weights.update(model.weights)
        self._loaded.engines.update(model.engines)
        return model.reader

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
    """A transcript that continues after the recording has ended keeps its words, and says so."""
    beyond_ms = max((word.span.end_ms for word in uploaded.words), default=0) - total_ms if uploaded else 0
    if uploaded is None or beyond_ms < _BEYOND_MS:
        return uploaded
    note = (
        f"The transcript continues for {beyond_ms / 1000:.0f} s after the end of the recording: is it the right one?"
    )
    return replace(uploaded, note=note)


def _by_window(observations: Iterable[Observation]) -> Iterator[list[Observation]]:
    """In lists as the stages produce them, so that a whole recording's are never held at once."""
    rest = iter(observations)
    while window := list(itertools.islice(rest, WINDOW)):
        yield window
