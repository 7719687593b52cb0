"""Create demo people, a position and one analyzed interview. Safe to repeat."""

from __future__ import annotations

import hashlib
import json
import logging
import secrets
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse

from analysis.config import SNIFF_BYTES, sniff_container
from hiring.accounts import selectors as account_selectors
from hiring.accounts import services as accounts
from hiring.accounts.models import Role, User
from hiring.audit import selectors as audit
from hiring.audit.actions import Action
from hiring.audit.models import Event
from hiring.audit.services import SYSTEM
from hiring.consent import services as consent
from hiring.lib.commands import NeedsTables
from hiring.policy.rules import NOT_IN_THIS_VERSION, Purpose
from hiring.positions import services as positions
from hiring.positions.models import Interview, Position
from hiring.positions.services import Point
from hiring.recordings import keys, uploads, vault
from hiring.recordings import services as recordings
from hiring.recordings.models import Recording
from hiring.runs import selectors as run_selectors
from hiring.runs import services as runs
from hiring.runs.models import AnalysisRun

PEOPLE = {
    "admin": ("admin@example.org", "Alex Administrator", Role.ADMINISTRATOR),
    "recruiter": ("recruiter@example.org", "Robin Recruiter", Role.RECRUITER),
    "outsider": ("outsider@example.org", "Oda Outsider", Role.RECRUITER),
}
TITLE = "Site reliability engineer (demo)"
POINTS = (
    Point("How the problem was noticed", "How did you notice it?"),
    Point("How it was rolled back", "What did you do first, to limit the harm?"),
    Point("What customers were told", "What did you tell your customers?"),
    Point("What was learned from it", "What did you learn from it?"),
)
QUESTIONS = ("Tell us about an incident that you handled, from the first alert to the last follow-up.",)


class Command(NeedsTables, BaseCommand):
    help = "Create demo people, a position, and one analyzed interview, and print how to sign in."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--video", type=Path, help="analyze this file instead of the clip that the demo makes")
        parser.add_argument("--transcript", type=Path, help="a WebVTT, SRT or JSON transcript of it")
        parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["json"]:
            logging.disable(logging.INFO)
        for name in ("video", "transcript"):
            path = options[name]
            if path is not None and not path.is_file():
                raise CommandError(f"There is no file {path}.")
        video = options["video"]
        if video is not None and sniff_container(video.open("rb").read(SNIFF_BYTES)) is None:
            raise CommandError(f"{video} is not a video that can be read.")
        with tempfile.TemporaryDirectory() as folder:
            video, transcript = self._media(options["video"], options["transcript"], Path(folder))
            logins = {role: _person(role) for role in PEOPLE}
            position = _position()
            recording = _recording(position, video, transcript)
            run = self._analysed(recording)
        facts = self._facts(logins, recording, run)
        if options["json"]:
            self.stdout.write(json.dumps(facts | _tokens(), indent=2))
        else:
            self._say(facts)

    def _media(self, video: Path | None, transcript: Path | None, folder: Path) -> tuple[Path, Path | None]:
        if video is not None:
            return video, transcript
        from hiring.worker import demo_clip

        made = settings.VAR_DIR / "demo"
        clip, words = made / "interview.mp4", made / "interview.json"
        if not (clip.exists() and words.exists()):
            self._progress("Making a demo interview (a portrait, some warping, a buzz for a voice) …")
            made.mkdir(parents=True, exist_ok=True)
            demo_clip.write(folder / "clip.mp4", folder / "words.json")
            shutil.move(folder / "words.json", words)
            shutil.move(folder / "clip.mp4", clip)
        return clip, transcript or words

    def _progress(self, text: str) -> None:
        self.stderr.write(text)

    def _analysed(self, recording: Recording) -> AnalysisRun:
        """Analyze in the foreground, unless that was already done or a worker is doing it."""
        from hiring.worker.execute import execute
        from hiring.worker.networks import register_own

        register_own()
        run = run_selectors.complete_run(recording)
        if run is None:
            self._progress("Analyzing every frame …")
            run = runs.queue(recording=recording, tell_worker=False)
            ended = execute(run.pk)
            run.refresh_from_db()
            while run.is_active:  # a worker already had it
                time.sleep(1)
                run.refresh_from_db()
            if run.state != AnalysisRun.State.COMPLETE:
                raise CommandError(run.failure or f"The analysis did not end well: {ended}.")
        return run

    def _facts(self, logins: dict[str, dict[str, str]], recording: Recording, run: AnalysisRun) -> dict[str, Any]:
        interview, base = recording.interview, settings.BASE_URL
        token = positions.new_link(interview=interview, actor=SYSTEM)
        return {
            "base_url": base,
            **logins,
            "candidate_url": base + reverse("candidate:link", args=[token]),
            "position_id": str(interview.position_id),
            "interview_id": str(interview.pk),
            "recording_id": str(recording.pk),
            "run_id": str(run.pk),
            "review_url": base + reverse("recruiter:interview", args=[interview.pk]),
        }

    def _say(self, facts: dict[str, Any]) -> None:
        write = self.stdout.write
        write("")
        write(f"  Sightline            {facts['base_url']}")
        for role in PEOPLE:
            write(f"  {PEOPLE[role][1]:<20} {facts[role]['login']}   password: {facts[role]['password']}")
        write(f"  The demo interview   {facts['review_url']}   (sign in as the recruiter)")
        write(f"  As the candidate     {facts['candidate_url']}   (opens once)")
        write("")


def _tokens() -> dict[str, str]:
    """New API tokens, replacing those that the demo created before. To be printed: they are stored nowhere else."""
    return {"api_token": _token("recruiter"), "outsider_token": _token("outsider")}


def _token(role: str) -> str:
    user = User.objects.get(email=PEOPLE[role][0])
    issued = audit.events(action=Action.TOKEN_ISSUED).filter(
        actor_kind=Event.ActorKind.SYSTEM, object_id=str(user.pk)
    )
    ours = {details.get("token") for details in issued.values_list("details", flat=True)}
    for row in account_selectors.tokens(user).filter(token_key__in=ours - {None}):
        accounts.revoke_token(user=user, token_key=row.token_key, actor=SYSTEM)
    return accounts.issue_token(user=user, name="Demo", actor=SYSTEM)


def _passwords_file() -> Path:
    return Path(settings.VAR_DIR) / "demo" / "people.json"


def _person(role: str) -> dict[str, str]:
    """Create or find a demo person. Their passwords are random and stored under VAR_DIR, for the owner only."""
    email, name, kind = PEOPLE[role]
    path = _passwords_file()
    known = json.loads(path.read_text()) if path.exists() else {}
    user = User.objects.filter(email=email).first()
    if user is None or not user.check_password(known.get(email, "")):
        known[email] = secrets.token_urlsafe(12)
        if user is None:
            accounts.add_person(email=email, name=name, role=kind, password=known[email], actor=SYSTEM)
        else:
            user.set_password(known[email])
            user.save(update_fields=["password"])
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(json.dumps(known))
    return {"login": email, "password": known[email]}


def _position() -> Position:
    recruiter = User.objects.get(email=PEOPLE["recruiter"][0])
    existing = Position.objects.filter(title=TITLE, memberships__user=recruiter).first()
    if existing is not None:
        return existing
    position = positions.create_position(
        title=TITLE, questions=QUESTIONS, creator=recruiter, employer_place="us", job_place="us"
    )
    points = {question.pk: POINTS for question in position.questions.all()}
    positions.set_rubric(position=position, points=points, follow_ups=False, actor=recruiter.as_actor())
    return position


def _recording(position: Position, video: Path, transcript: Path | None) -> Recording:
    """Find the interview with this exact file, or create one and store the file as an upload."""
    with video.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    ready = Recording.objects.filter(interview__position=position, sha256=sha256, state=Recording.State.READY).first()
    if ready is not None:
        return ready
    interview, token = positions.invite(
        position=position, name="Casey Candidate", email="casey@example.org", place="us", language="en", actor=SYSTEM
    )
    link = positions.redeem(token=token)
    offered = frozenset(Purpose) - NOT_IN_THIS_VERSION
    consent.choose(interview=interview, granted=offered, language="en", link=link)
    return _upload(interview, video, transcript)


def _upload(interview: Interview, video: Path, transcript: Path | None) -> Recording:
    question = interview.position.questions.earliest("order")
    try:
        recording = uploads.create(
            interview=interview, question=question, size_bytes=video.stat().st_size, file_name=video.name
        )
        with video.open("rb") as file:
            uploads.append(recording=recording, offset=0, pieces=iter(lambda: file.read(1 << 20), b""))
    except uploads.UploadRefused as error:
        raise CommandError(str(error)) from error
    if transcript is not None:
        keys.get_or_create(interview.pk)
        with transcript.open("rb") as file:
            name = vault.store(interview.pk, file, transcript.suffix.lstrip(".").lower() or "txt")
        recordings.attach_transcript(recording=recording, transcript_file=name, actor=SYSTEM)
    uploads.mark_received(recording)
    recording.refresh_from_db()
    Interview.objects.filter(pk=interview.pk).update(
        state=Interview.State.SUBMITTED, submitted_at=recording.received_at
    )
    return Recording.objects.select_related("interview__position", "question").get(pk=recording.pk)
