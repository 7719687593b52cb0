"""Rows for tests, made through the same services that the screens use wherever there is one."""

from __future__ import annotations

import io
import itertools
import math
from collections.abc import Iterable
from dataclasses import asdict
from dataclasses import replace as replace
from datetime import timedelta
from uuid import UUID

import pyarrow as pa
import pyarrow.parquet as pq
from django.utils import timezone

from analysis.catalogue import CATALOGUE
from analysis.catalogue.kind import MAIN
from analysis.types import (
    ELSEWHERE,
    EXPRESSIONS,
    REGIONS,
    SOUND_COLUMNS,
    Evidence,
    Explanation,
    Moment,
    MomentKind,
    Outcome,
    Segment,
    Sentence,
    Span,
    Stage,
    Transcript,
    VideoInfo,
    Word,
)
from hiring.access import CANDIDATE_LINK_KEY, CANDIDATE_SESSION_KEY
from hiring.accounts import services as accounts
from hiring.accounts.models import User
from hiring.actions import change_consent as changing_consent
from hiring.actions.change_places import discard_withheld, revise_position
from hiring.audit.services import SYSTEM
from hiring.consent import services as consent
from hiring.networks import fairness
from hiring.networks import services as networks
from hiring.networks.models import FairnessAudit, Network
from hiring.networks.services import Shipped
from hiring.policy.rules import Purpose
from hiring.positions import services as positions
from hiring.positions.models import Interview, Invitation, Position, Question
from hiring.recordings import keys, vault
from hiring.recordings.models import Recording, Waveform
from hiring.review import overview
from hiring.runs import lease
from hiring.runs import services as runs
from hiring.runs.models import AnalysisRun

PASSWORD = "correct horse battery staple"
_numbers = itertools.count(1)
#: The first bytes of a PNG: enough to be told from other files, not to be shown.
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 32
#: The first bytes of an MP4: enough to be taken for one, not to be decoded.
MP4_HEAD = b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2avc1mp41" + b"\x00" * 64


def make_user(role: str = "recruiter", **columns: str) -> User:
    number = next(_numbers)
    return accounts.add_person(
        email=columns.get("email", f"person{number}@example.org"),
        name=columns.get("name", f"Person {number}"),
        role=role,
        password=PASSWORD,
        actor=SYSTEM,
    )


def make_position(
    creator: User | None = None,
    *,
    place: str = "us",
    questions: Iterable[str] = ("Tell us about an incident.",),
    **columns,
) -> Position:
    return positions.create_position(
        title=columns.get("title", f"Site reliability engineer {next(_numbers)}"),
        questions=questions,
        creator=creator or make_user(),
        employer_place=place,
        job_place=place,
    )


def move_position(position: Position, place: str, *, finish: bool = True) -> None:
    """Say that the job is elsewhere, as the form of a position does; `finish` does what a worker does then."""
    texts = [question.text for question in position.questions.filter(follows=None)]
    revise_position(position=position, questions=texts, actor=SYSTEM, job_place=place)
    if finish:
        discard_withheld()


def make_interview(
    position: Position | None = None,
    *,
    granted: Iterable[Purpose] | None = (Purpose.RECORDING, Purpose.TRANSCRIPT, Purpose.EXPRESSION),
    place: str = "us",
    name: str = "Ada Candidate",
    opened: bool = True,
) -> Interview:
    """An interview whose link was opened; `granted=None` leaves consent unasked."""
    position = position or make_position()
    interview, token = positions.invite(
        position=position, name=name, email="ada@example.org", place=place, language="en", actor=SYSTEM
    )
    interview.token = token
    if opened:
        interview = positions.redeem(token=token).interview
        interview.token = token
    if opened and granted is not None:
        choose(interview, granted)
    return interview


def link_of(interview: Interview) -> Invitation:
    """The newest personal link of an interview."""
    return interview.invitations.first()


def choose(interview: Interview, granted: Iterable[Purpose], language: str = "en") -> UUID:
    """Answer the consent questions through the interview's newest link."""
    return consent.choose(interview=interview, granted=granted, language=language, link=link_of(interview))


def change_consent(interview: Interview, granted: Iterable[Purpose], language: str = "en") -> None:
    """The same, with what it deletes and computes again."""
    changing_consent.change_consent(interview=interview, granted=granted, language=language, link=link_of(interview))


def sign_in_candidate(client, interview: Interview) -> None:
    """Put the interview into the client's session, as an opened personal link does."""
    session = client.session
    session[CANDIDATE_SESSION_KEY] = str(interview.pk)
    session[CANDIDATE_LINK_KEY] = str(link_of(interview).pk)
    session.save()


def make_ready_recording(
    interview: Interview | None = None,
    *,
    duration_ms: int = 12_000,
    content: bytes = MP4_HEAD,
    question: Question | None = None,
) -> Recording:
    """A recording that a worker has checked and put into the vault. Its bytes are not a playable video."""
    interview = interview or make_interview()
    keys.get_or_create(interview.pk)
    recording = Recording.objects.create(
        interview=interview,
        question=question or interview.position.questions.first(),
        state=Recording.State.READY,
        file_name="answer.mp4",
        size_bytes=len(content),
        received_bytes=len(content),
        received_at=timezone.now(),
        sha256="0" * 64,
        container="mov,mp4,m4a,3gp,3g2,mj2",
        video_codec="h264",
        audio_codec="aac",
        width=1280,
        height=720,
        fps=30.0,
        duration_ms=duration_ms,
        original_file=vault.store(interview.pk, io.BytesIO(content), "original"),
        playable_file=vault.store(interview.pk, io.BytesIO(content), "mp4"),
        poster_file=vault.store(interview.pk, io.BytesIO(b"\xff\xd8\xff\xd9"), "jpg"),
    )
    peaks = bytes(abs(int(100 * math.sin(i / 7))) for i in range(duration_ms // 100))
    Waveform.objects.create(recording=recording, peaks=peaks)
    return recording


def observations(duration_ms: int, fps: float = 30.0, gap: tuple[int, int] | None = None) -> pa.Table:
    """A table like the pipeline's: a calm face with a happy bump each ten seconds, and a gap without a face."""
    times = [round(i * 1000 / fps) for i in range(int(duration_ms * fps / 1000))]
    seen = [gap is None or not gap[0] <= t < gap[1] for t in times]
    happy = [0.05 + 0.8 * math.exp(-((((t % 10_000) - 5_000) / 700) ** 2)) for t in times]
    columns: dict[str, list] = {
        "index": list(range(len(times))),
        "pts_ms": times,
        "faces": [int(s) for s in seen],
        "visibility": ["seen" if s else "nobody" for s in seen],
        "track": [1 if s else None for s in seen],
        "quality": [0.9 if s else None for s in seen],
        "live": [0.98 if s else None for s in seen],
        "face_prob": [0.99 if s else None for s in seen],
    }
    for name in ("x1", "y1", "x2", "y2"):
        columns[name] = [100.0 if s else None for s in seen]
    for name in EXPRESSIONS:
        share = happy if name == "happy" else [(1 - h) * (0.7 if name == "neutral" else 0.06) for h in happy]
        for prefix, factor in (("p", 1.0), ("s", 1.0), ("u", 0.1)):
            columns[f"{prefix}_{name}"] = [v * factor if s else None for v, s in zip(share, seen, strict=True)]
    return pa.table(columns)


def sound_table(duration_ms: int, voice: bool) -> pa.Table:
    """A table like the pipeline's: a voice that rises, in every other second."""
    times = list(range(0, duration_ms, 32))
    speaks = [t // 1000 % 2 == 0 for t in times]
    columns: dict[str, list] = {
        "t_ms": times,
        "speech": [0.95 if s else 0.02 for s in speaks],
        "loudness": [(-22.0 if s else -58.0) if voice else None for s in speaks],
        "pitch_hz": [110.0 + t / 1000 if s and voice else None for t, s in zip(times, speaks, strict=True)],
        "speech_rate": [4.2 if s and voice else None for s in speaks],
        "pitch_movement": [5.5 if s and voice else None for s in speaks],
    }
    types = [pa.int64(), *[pa.float32()] * (len(SOUND_COLUMNS) - 1)]
    return pa.table(columns, schema=pa.schema(list(zip(SOUND_COLUMNS, types, strict=True))))


def _parquet(table: pa.Table) -> io.BytesIO:
    buffer = io.BytesIO()
    pq.write_table(table, buffer, row_group_size=1800)
    buffer.seek(0)
    return buffer


def _stored(recording: Recording, table: pa.Table) -> str:
    return vault.store(recording.interview_id, _parquet(table), "parquet")


def make_explanation(at_ms: int) -> Explanation:
    regions = dict(zip((*REGIONS, ELSEWHERE), (0.05, 0.2, 0.1, 0.15, 0.3, 0.2), strict=True))
    return Explanation(at_ms, "happy", regions, PNG)


def make_outcome(
    duration_ms: int,
    plan: Iterable[Stage],
    text: str = "so we rolled back in eleven minutes",
    weights: str = "abc",
) -> Outcome:
    plan = frozenset(plan)
    words = tuple(
        Word(Span(1000 + i * 400, 1300 + i * 400), word, 0.4 if i % 5 == 0 else 0.9)
        for i, word in enumerate(text.split())
    )
    kinds = [
        kind for kind in (MomentKind.EXPRESSION_SHIFT, MomentKind.NOBODY_VISIBLE) if CATALOGUE[kind].stages <= plan
    ]
    moments = tuple(
        Moment(
            kind=kind,
            span=Span(4000 + 3000 * i, 5500 + 3000 * i),
            peak_ms=4800 + 3000 * i,
            sentence=MAIN,
            values={"duration_s": 1.5, "expression": "happy", "peak_percent": 81, "baseline_percent": 6},
            config=asdict(CATALOGUE[kind].config),
            evidence=(Evidence("happy", Span(4000, 5500), 0.81, 0.06, 0.4),),
            distance=5.0,
            confidence=0.7,
            quality=0.9,
            explanation=make_explanation(4800 + 3000 * i) if Stage.EXPRESSION in CATALOGUE[kind].stages else None,
        )
        for i, kind in enumerate(kinds)
    )
    segments = (
        (Segment(Span(0, 4000), Stage.EXPRESSION, "expression", "neutral", 0.7),) if Stage.EXPRESSION in plan else ()
    )
    return Outcome(
        info=VideoInfo("mov", "h264", "aac", 1280, 720, 0, 30.0, duration_ms),
        segments=segments,
        moments=moments,
        transcript=Transcript(words if Stage.TRANSCRIPT in plan else (), "uploaded"),
        sentences=(Sentence(Span(1000, 1300 + 400 * (len(words) - 1)), 0, len(words), 0.2, 0.8),)
        if Stage.TRANSCRIPT in plan and words
        else (),
        frames=duration_ms * 30 // 1000,
        frames_with_face=duration_ms * 29 // 1000,
        baseline={"happy": 0.06},
        manifest={"weights": {"expression": weights} if Stage.EXPRESSION in plan else {}},
    )


def make_complete_run(
    recording: Recording | None = None, *, gap: tuple[int, int] | None = (7000, 8000), **outcome
) -> AnalysisRun:
    """A run that ended well, with what the candidate's consent allows, saved through the real services."""
    recording = recording or make_ready_recording()
    run = lease.claim(runs.queue(recording=recording).pk)
    table = observations(recording.duration_ms, gap=gap)
    if Stage.EXPRESSION not in run.plan:
        table = table.drop_columns([f"{p}_{name}" for p in "psu" for name in EXPRESSIONS])
    listened = {Stage.SPEECH, Stage.VOICE} & set(run.plan)
    sound = sound_table(recording.duration_ms, Stage.VOICE in run.plan) if listened else None
    coarse = overview.build(_parquet(table), _parquet(sound).read() if sound else b"", recording.duration_ms)
    found = make_outcome(recording.duration_ms, [Stage(s) for s in run.plan], **outcome)
    pictures = {
        number: vault.store(recording.interview_id, io.BytesIO(moment.explanation.picture), "png")
        for number, moment in enumerate(found.moments)
        if moment.explanation is not None
    }
    lease.complete(
        run=run,
        outcome=found,
        observations_file=_stored(recording, table),
        overview_file=vault.store(recording.interview_id, io.BytesIO(coarse), "parquet") if coarse else "",
        sound_file=_stored(recording, sound) if sound else "",
        pictures=pictures,
    )
    run.refresh_from_db()
    return run


def make_network(weights_sha256: str = "a" * 64, **facts) -> Network:
    """A network that a worker has named, as its run's manifests do (`make_complete_run(weights=…)`)."""
    shipped = Shipped(facts.pop("name", "test-expression"), weights_sha256, **facts)
    return networks.register(shipped=shipped)


def fairness_result(weights_sha256: str = "a" * 64, **changes) -> dict:
    """A small result of a fairness audit: one dimension, one clear difference, one that may be chance."""
    share = {"value": 0.5, "low": 0.41234, "high": 0.6}
    predicted = dict.fromkeys((*EXPRESSIONS, "not_sure"), share)
    group = {"n": 120, "detection_rate": {"value": 0.975, "low": 0.93, "high": 0.99}, "readable": 117,
             "readable_rate": share, "predicted": predicted, "accuracy": None}  # fmt: skip
    apart = {"of": {"sex": "male"}, "difference": -0.25, "low": -0.4, "high": -0.1, "ratio": 0.5, "clear": True}
    chance = {**apart, "difference": -0.04, "low": -0.06, "high": -0.01, "ratio": 0.96, "clear": False}
    none = {**apart, "difference": -0.01, "low": -0.06, "high": 0.02, "ratio": 0.99, "clear": False}
    found = {"predicted:happy": apart, "predicted:sad": chance, "detection_rate": none}
    result = {
        "schema": 1,
        "made_at": "2026-11-22T15:00:00+00:00",
        "weights_name": "test-expression",
        "weights_sha256": weights_sha256,
        "dataset": {"name": "pictures", "reader": "utkface", "images": 240, "unreadable": 3, "sha256": "0" * 64},
        "labelled": False,
        "confidence": 0.95,
        "dimensions": {"sex": ["female", "male"]},
        "groups": [{"of": {"sex": sex}, **group} for sex in ("female", "male")],
        "comparisons": [
            {"measure": measure, "by": ["sex"], "best": {"sex": "female"}, "groups": [row]}
            for measure, row in found.items()
        ],
        "notes": ["The pictures cannot say everything."],
    }
    return result | changes


def make_fairness_audit(network: Network | None = None, result: dict | None = None) -> FairnessAudit:
    """An audit that is complete."""
    network = network or make_network()
    row = fairness.start_in_foreground(network=network, source="pictures")
    fairness.beat(row, 240, 240)
    fairness.complete(row=row, result=result or fairness_result(network.weights_sha256))
    row.refresh_from_db()
    return row


def long_ago(days: int):
    return timezone.now() - timedelta(days=days)
