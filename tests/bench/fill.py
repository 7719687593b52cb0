"""Fill an empty installation with N interviews as a busy year leaves them: `python -m tests.bench.fill N`.

For the tables of docs/reliability.md, and to find what is slow. Needs PostgreSQL (DATABASE_URL), an installation
without interviews, and about 70 KB of disk for each interview. Every trigger, check and foreign key holds: rows are
written by bulk_create, and the most numerous by INSERT … SELECT. The audit chain is a real one, so it can be checked.
There are no files behind the rows: no video plays.

For each 1,000 interviews: 2,400 recordings, each with a run and 25 moments, 13,000 audit events and two positions.
Everybody's password is PASSWORD; ADMINISTRATOR, HEAD (on every team) and RECRUITERS are who to sign in as.
"""

from __future__ import annotations

import itertools
import os
import random
import sys
import time
import uuid
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hiring.settings")
    django.setup()

from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone

from analysis.types import MomentKind, Stage
from hiring.accounts import services as accounts
from hiring.accounts.models import User
from hiring.audit.models import ChainHead, Event
from hiring.audit.services import SYSTEM, digest
from hiring.consent.models import ConsentReceipt
from hiring.lib.ids import new_reference
from hiring.policy.rules import Purpose
from hiring.positions.models import Interview, Invitation, Position, Question, RubricPoint, TeamMember
from hiring.recordings.models import Recording, Waveform
from hiring.retention.models import ErasureCertificate
from hiring.review.models import Decision, Note, Verdict, Watched
from hiring.runs.models import AnalysisRun, Moment, PointLookup, Segment, Sentence, Word

PASSWORD = "correct horse battery staple"
ADMINISTRATOR, HEAD, RECRUITERS = "admin@example.org", "head@example.org", "recruiter{}@example.org"
MOMENTS = 25
_PLAN = (Stage.EXPRESSION, Stage.FACES, Stage.LIVENESS, Stage.SPEECH, Stage.TRANSCRIPT)
_PURPOSES = (Purpose.RECORDING, Purpose.TRANSCRIPT, Purpose.EXPRESSION)
_KINDS = (MomentKind.EXPRESSION_SHIFT, MomentKind.NOBODY_VISIBLE, MomentKind.HESITATION)
_DAYS = 170
_BATCH = 2_000
_FIRST = ("Ada", "Amir", "Carmen", "Chidi", "Elif", "Emeka", "Farid", "Grace", "Hana", "Ivan", "Kofi", "Lena", "Nour")
_LAST = (
    "Abe",
    "Baker",
    "Costa",
    "Diaz",
    "Eriksen",
    "Fischer",
    "Garcia",
    "Hoang",
    "Jensen",
    "Khan",
    "Meyer",
    "Okafor",
)
_WORDS = ("so", "the", "deploy", "broke", "and", "we", "rolled", "it", "back", "in", "eleven", "minutes")


def _insert(rows: Iterable[Model]) -> int:
    """Write rows of one model in batches; return how many."""
    rows, written = iter(rows), 0
    while batch := list(itertools.islice(rows, _BATCH)):
        type(batch[0])._default_manager.bulk_create(batch)
        written += len(batch)
    return written


def _insert_select(model: type[Model], values: dict[str, str], source: str) -> int:
    """Write rows of one model by INSERT … SELECT; a column that is not named gets what the model has for it."""
    columns: dict[str, str] = {}
    for field in model._meta.concrete_fields:
        if field.attname in values:
            columns[field.column] = values[field.attname]
        elif not field.null and not field.primary_key:
            plain = field.get_db_prep_save(field.get_default(), connection)
            with connection.cursor() as cursor:
                columns[field.column] = cursor.mogrify("%s", [plain]).decode()
    names, selected = ", ".join(f'"{name}"' for name in columns), ", ".join(columns.values())
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {model._meta.db_table} ({names}) SELECT {selected} {source}")
        return cursor.rowcount


class Filler:
    """Makes the rows of one installation; the same N gives the same shape."""

    def __init__(self, interviews: int) -> None:
        self.number = interviews
        self.random = random.Random(interviews)
        self.now = timezone.now()

    def fill(self) -> None:
        for part in (self.people, self.positions, self.interviews, self.recordings, self.moments, self.words,
                     self.reviews, self.audit):  # fmt: skip
            begun = time.monotonic()
            with transaction.atomic():
                part()
            print(f"{part.__name__:<12}{time.monotonic() - begun:>8.1f} s", flush=True)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")

    def people(self) -> None:
        count = max(3, self.number * 60 // 100_000)
        wanted = [(RECRUITERS.format(i), f"Recruiter {i}", "recruiter") for i in range(count)]
        wanted += [(HEAD, "Head recruiter", "recruiter"), (ADMINISTRATOR, "Administrator", "administrator")]
        for email, name, role in wanted:
            accounts.add_person(email=email, name=name, role=role, password=PASSWORD, actor=SYSTEM)
        self.recruiters = list(User.objects.filter(role="recruiter").exclude(email=HEAD).order_by("name"))
        self.head = User.objects.get(email=HEAD)

    def positions(self) -> None:
        count = max(5, self.number // 500)
        self.open = [
            Position(
                title=f"Engineer {i}", created_at=self._ago(_DAYS + 30 - i % 30), employer_place="us", job_place="us"
            )
            for i in range(count)
        ]
        _insert(self.open)
        _insert(
            TeamMember(position=position, user=user) for i, position in enumerate(self.open) for user in self._team(i)
        )
        self.questions = {
            position.pk: [Question(position=position, order=n, text=f"Question {n + 1}?") for n in range(3)]
            for position in self.open
        }
        _insert(itertools.chain(*self.questions.values()))
        self.points = {
            questions[0].pk: RubricPoint(question=questions[0], order=0, text="rolling back")
            for questions in self.questions.values()
        }
        _insert(self.points.values())

    def _team(self, number: int) -> list[User]:
        """Four recruiters of each position, and the one who is on every team."""
        others = {self.recruiters[(number * 3 + k) % len(self.recruiters)] for k in range(4)}
        return [self.head, *others]

    def _ago(self, days: float) -> datetime:
        return self.now - timedelta(days=days)

    def interviews(self) -> None:
        self.made = list(self._interviews())
        _insert(self.made)
        _insert(
            ErasureCertificate(
                interview_reference=row.reference, interview_id=row.pk, position_title=row.position.title,
                reason="retention", erased_at=row.erased_at, counts={"recordings": 3}, key_destroyed=True,
            )
            for row in self.made if row.state == "erased"
        )  # fmt: skip
        links = {row.pk: self._link(row) for row in self.made if row.state != "erased"}
        _insert(links.values())
        self.with_answers = [row for row in self.made if row.state in ("submitted", "decided")]
        _insert(self._receipts(links))

    def _interviews(self) -> Iterator[Interview]:
        references: set[str] = set()
        while len(references) < self.number:
            references.add(new_reference())
        for number, reference in enumerate(sorted(references)):
            age = _DAYS * self.random.random()
            state = self.random.choices(("invited", "opened", "submitted", "decided", "erased"), (10, 5, 55, 25, 5))[
                0
            ]
            row = Interview(
                position=self.open[number % len(self.open)], reference=reference, candidate_place="us", state=state,
                created_at=self._ago(age),
            )  # fmt: skip
            if state == "erased":
                row.erased_at = self._ago(age / 3)
            else:
                row.candidate_name = f"{self.random.choice(_FIRST)} {self.random.choice(_LAST)} {number}"
                row.candidate_email = f"candidate{number}@example.org"
            if state in ("submitted", "decided"):
                row.submitted_at = self._ago(age * 0.9)
            if state == "decided":
                row.decided_at = self._ago(age * 0.4)
            yield row

    def _link(self, row: Interview) -> Invitation:
        used = None if row.state == "invited" else row.created_at + timedelta(hours=1)
        return Invitation(
            interview=row, token_digest=uuid.uuid4().hex + uuid.uuid4().hex, created_at=row.created_at,
            expires_at=row.created_at + timedelta(days=14), redeemed_at=used, proven=used is not None,
        )  # fmt: skip

    def _receipts(self, links: dict[uuid.UUID, Invitation]) -> Iterator[ConsentReceipt]:
        for row in self.with_answers:
            receipt = uuid.uuid4()
            for purpose in _PURPOSES:
                yield ConsentReceipt(
                    receipt=receipt, interview=row, link=links[row.pk], purpose=purpose, granted=True,
                    notice_version="2027-01", notice_language="en", notice_sha256="0" * 64, at=row.created_at,
                )  # fmt: skip

    def recordings(self) -> None:
        made = [
            self._recording(row, question)
            for row in self.with_answers
            for question in self.questions[row.position_id]
        ]
        _insert(made)
        ready = [row for row in made if row.state == "ready"]
        _insert(Waveform(recording=row, peaks=self.random.randbytes(600)) for row in ready)
        _insert(self._run(row) for row in made if row.state == "ready" or self.random.random() < 0.5)

    def _recording(self, row: Interview, question: Question) -> Recording:
        is_checked = row.state == "decided" or self.random.random() > 0.01
        checked = {
            "state": "ready", "sha256": "0" * 64, "container": "mov,mp4", "video_codec": "h264", "audio_codec": "aac",
            "width": 1280, "height": 720, "fps": 30.0, "duration_ms": 60_000,
            "original_file": f"{uuid.uuid4().hex}.original", "playable_file": f"{uuid.uuid4().hex}.mp4",
            "poster_file": f"{uuid.uuid4().hex}.jpg",
        }  # fmt: skip
        received_at = row.submitted_at - timedelta(hours=1)
        return Recording(
            interview=row, question=question, created_at=received_at, file_name="answer.mp4",
            size_bytes=20_000_000, received_bytes=20_000_000, received_at=received_at,
            **(checked if is_checked else {"state": "received"}),
        )  # fmt: skip

    def _run(self, recording: Recording) -> AnalysisRun:
        row = recording.interview
        is_over = row.state == "decided" or (recording.state == "ready" and self.random.random() > 0.02)
        state = "complete" if is_over else self.random.choices(("queued", "failed", "quarantined"), (90, 5, 5))[0]
        run = AnalysisRun(
            recording=recording, position=row.position, state=state, plan=[str(stage) for stage in _PLAN],
            fingerprint="0" * 64, queued_at=recording.received_at, total_ms=60_000,
        )  # fmt: skip
        if state != "queued":
            run.attempt, run.started_at = 1, run.queued_at + timedelta(minutes=5)
            run.heartbeat_at = run.finished_at = run.queued_at + timedelta(minutes=7)
        if state in ("failed", "quarantined"):
            run.failed_step, run.failure = "decoding", "The video breaks off in the middle."
        if state == "complete":
            run.done_ms, run.frames, run.frames_with_face = 60_000, 1800, 1750
            run.observations_file, run.sound_file = f"{uuid.uuid4().hex}.parquet", f"{uuid.uuid4().hex}.parquet"
            run.baseline, run.manifest = {"happy": 0.06}, {"weights": {"expression": "0" * 64}}
            run.transcript_source, run.transcript_language = "recognised", "en-us"
        return run

    def moments(self) -> None:
        kinds = " ".join(f"WHEN {i} THEN '{kind}'" for i, kind in enumerate(_KINDS))
        _insert_select(
            Moment,
            {
                "id": "gen_random_uuid()", "run_id": "run.id", "kind": f"CASE n % {len(_KINDS)} {kinds} END",
                "start_ms": "n * 2000", "end_ms": "n * 2000 + 1500", "peak_ms": "n * 2000 + 700",
                "sentence": "'main'", "values": """'{"duration_s": 1.5}'""", "config": """'{"min_ms": 1000}'""",
                "evidence": """'[{"signal": "face_away", "span": {"start_ms": 0, "end_ms": 1500}, "value": 1.5,
                    "baseline": 0, "threshold": 1, "unit": "s"}]'""",
                "distance": "4.5", "confidence": "0.7", "quality": "0.9",
            },
            f"FROM runs_analysisrun run, generate_series(1, {MOMENTS}) n WHERE run.state = 'complete'",
        )  # fmt: skip

    def words(self) -> None:
        """In one run of twenty: words are the most numerous rows, and no list reads them."""
        some = "FROM (SELECT id FROM runs_analysisrun WHERE state = 'complete' AND left(id::text, 1) = '0') run"
        texts = " ".join(f"WHEN {i} THEN '{word}'" for i, word in enumerate(_WORDS))
        span = {"start_ms": "n * 400", "end_ms": "n * 400 + 300", "confidence": "0.9", "run_id": "run.id"}
        word = {"position": "n", "text": f"CASE n % {len(_WORDS)} {texts} END"}
        _insert_select(Word, span | word, f"{some}, generate_series(0, 119) n")
        sentence = {
            "first_word": "n * 20",
            "after_word": "n * 20 + 20",
            "start_ms": "n * 8000",
            "end_ms": "n * 8000 + 7900",
        }
        _insert_select(Sentence, span | sentence, f"{some}, generate_series(0, 5) n")
        lane = {"stage": "'expression'", "lane": "'expression'", "value": "'neutral'", "mean_prob": "0.7"}
        _insert_select(Segment, span | lane, f"{some}, generate_series(0, 19) n")
        lookup = {"run_id": "run.id", "point_id": "point.id", "quotes": "'[]'", "at": "now()"}
        asked = "JOIN positions_rubricpoint point ON point.question_id = recording.question_id"
        whole = some.replace("SELECT id", "SELECT id, recording_id")
        _insert_select(
            PointLookup,
            lookup,
            f"{whole} JOIN recordings_recording recording ON recording.id = run.recording_id {asked}",
        )

    def reviews(self) -> None:
        decided = [row for row in self.with_answers if row.state == "decided"]
        teams = {position.pk: self._team(i) for i, position in enumerate(self.open)}
        who = {row.pk: self.random.choice(teams[row.position_id]) for row in decided}
        _insert(
            Decision(
                interview=row, decided_by=who[row.pk], outcome="next_step", reason="Clear answers.", at=row.decided_at
            )
            for row in decided
        )
        recordings = list(Recording.objects.filter(interview__state="decided").only("pk", "interview_id"))
        _insert(
            Watched(recording=row, interview_id=row.interview_id, reviewer=who[row.interview_id])
            for row in recordings
        )
        _insert(
            Note(
                recording=row, interview_id=row.interview_id, author=who[row.interview_id], at_ms=1000, text="Clear."
            )
            for row in recordings[::3]
        )
        first = Moment.objects.filter(run__recording__interview__state="decided", start_ms=2000)
        _insert(
            Verdict(moment_id=pk, interview_id=interview, reviewer=who[interview], answer="confirmed")
            for pk, interview in first.values_list("pk", "run__recording__interview_id").iterator()
        )

    def audit(self) -> None:
        head, _ = ChainHead.objects.select_for_update().get_or_create(id=1)
        events = self._events(head)
        written = _insert(events)
        ChainHead.objects.filter(id=1).update(last_hash=head.last_hash, events=head.events + written)

    def _events(self, head: ChainHead) -> Iterator[Event]:
        """Thirteen for each interview, in order of time; each follows the one before."""
        acts = ("interview.invited", "invitation.redeemed", "consent.given", "upload.started", "recording.received",
                "recording.ready", "upload.started", "recording.received", "interview.submitted", "run.complete",
                "run.complete", "viewed.interview", "viewed.recording")  # fmt: skip
        by_people = {"interview.invited", "viewed.interview", "viewed.recording"}
        by_system = {"recording.ready", "run.complete"}
        for row in sorted(self.made, key=lambda row: row.created_at):
            team = self.recruiters[row.position_id.int % len(self.recruiters)]
            for minute, action in enumerate(acts):
                kind = "user" if action in by_people else "system" if action in by_system else "candidate"
                actor = {"user": team.pk, "candidate": row.pk, "system": ""}[kind]
                event = Event(
                    at=row.created_at + timedelta(minutes=minute), actor_kind=kind, actor_id=str(actor),
                    action=action, object_type="interview", object_id=str(row.pk), interview_id=str(row.pk),
                    previous_hash=head.last_hash,
                )  # fmt: skip
                event.hash = head.last_hash = digest(event)
                yield event


def main() -> int:
    if len(sys.argv) != 2 or not sys.argv[1].isdecimal() or int(sys.argv[1]) < 1:
        print("Usage: python -m tests.bench.fill INTERVIEWS", file=sys.stderr)
        return 2
    if connection.vendor != "postgresql":
        print("This needs PostgreSQL: set DATABASE_URL, or run it by .ci/services.", file=sys.stderr)
        return 2
    if Interview.objects.exists():
        print("This database has interviews already; an empty one is needed.", file=sys.stderr)
        return 2
    Filler(int(sys.argv[1])).fill()
    return 0


if __name__ == "__main__":
    sys.exit(main())
