"""The questions, a video for each, and submitting."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from hiring import access
from hiring.actions import add_transcript as adding
from hiring.actions import receive_upload
from hiring.actions.delete_recording import delete_recording
from hiring.actions.submit import submit
from hiring.candidate.frame import page
from hiring.consent import selectors as consent
from hiring.policy.rules import Purpose
from hiring.positions.models import Interview, Question
from hiring.recordings import services as recordings
from hiring.recordings.models import Recording
from hiring.recordings.uploads import UploadRefused
from hiring.recordings.wording import refusal_sentence
from hiring.runs.selectors import latest_run

State = Recording.State


@dataclass(frozen=True)
class Answer:
    """A question and the newest video for it, if there is one.

    is_open: whether this session may watch and delete the video; one that arrived before a link without proof may not
    be.
    """

    number: int
    question: Question
    recording: Recording | None
    is_open: bool = True

    @property
    def is_follow_up(self) -> bool:
        """Offered because of another answer; no one has to answer it."""
        return self.question.follows_id is not None

    @property
    def is_here(self) -> bool:
        return self.recording is not None and self.recording.state in (State.RECEIVED, State.READY)

    @property
    def is_unfinished(self) -> bool:
        return self.recording is not None and self.recording.state == State.UPLOADING

    @property
    def is_ready(self) -> bool:
        return self.recording is not None and self.recording.state == State.READY

    @property
    def refusal(self) -> str:
        return refusal_sentence(self.recording) if self.recording and self.is_open else ""


def answers_of(request: HttpRequest, interview: Interview) -> list[Answer]:
    """Every question in order, with the newest recording."""
    newest: dict[UUID, Recording] = {}
    for recording in interview.recordings.order_by("created_at"):
        newest[recording.question_id] = recording
    own = set(access.candidate_recordings(request).values_list("pk", flat=True))
    found, number = [], 0
    for question in access.candidate_questions(request):
        number += question.follows_id is None  # a follow-up shares the number of the question before it
        answer = newest.get(question.pk)
        found.append(Answer(number, question, answer, is_open=answer is None or answer.pk in own))
    return found


def _may_follow(interview: Interview, found: list[Answer]) -> bool:
    """Whether a follow-up question may still come: they are enabled, and an answer is being analyzed."""
    if not interview.position.follow_ups or interview.state != Interview.State.OPENED:
        return False
    there_are = Question.objects.filter(position=interview.position_id).exclude(follows=None).exists()
    if not there_are or Purpose.TRANSCRIPT not in consent.granted(interview):
        return False
    answered = [answer.recording for answer in found if answer.is_here and not answer.is_follow_up]
    newest = [latest_run(recording) for recording in answered if recording is not None]
    return any(run is not None and run.is_active for run in newest)


def _texts() -> dict[str, str]:
    """The texts that upload.js shows; it fills in the words in braces."""
    return {
        "starting": _("Starting …"),
        "sending": _("Sent: {percent} %"),
        "speed": _("{speed} MB a second"),
        "seconds_left": _("less than a minute left"),
        "minutes_left": _("about {minutes} min left"),
        "paused": _("Paused at {percent} %. Nothing is lost."),
        "waiting": _("The connection is lost. Trying again in {seconds} s. Nothing is lost."),
        "room": _("There is no room on the server just now. Trying again in {seconds} s. Nothing is lost."),
        "done": _("The video has been received."),
        "cancelled": _("The upload has been canceled, and what was sent has been deleted."),
        "other_file": _("This is another file. Please choose “{name}” ({size} MB), or cancel the upload first."),
        "too_large": _("This file is larger than {limit} MB. Please choose a smaller one."),
        "empty": _("This file is empty. Please choose another one."),
        "one_more": _("An optional follow-up question has appeared. You may skip it."),
        "failed": _("Something went wrong. Please reload the page and try again."),
    }


@require_safe
def answers(request: HttpRequest) -> HttpResponse:
    """The questions with the state of each answer; a video is uploaded here."""
    interview = access.candidate_interview(request)
    if not consent.receipts(interview).exists():
        return redirect("candidate:notice")
    for recording in interview.recordings.filter(state=State.UPLOADING):
        receive_upload.finish(recording=recording)  # has an effect only if the server died right after the last byte
    found, granted = answers_of(request, interview), consent.granted(interview)
    return page(
        request,
        "answers.html",
        interview,
        answers=found,
        missing=sum(not answer.is_here and not answer.is_follow_up for answer in found),
        may_follow=_may_follow(interview, found),
        may_hand_in=all(answer.is_open for answer in found if answer.is_here),
        may_upload=receive_upload.may_upload(interview),
        may_be_recorded=Purpose.RECORDING in granted,
        limit_bytes=settings.MAX_UPLOAD_BYTES,
        may_add_transcript=interview.state == Interview.State.OPENED and Purpose.TRANSCRIPT in granted,
        upload={"texts": _texts(), "limit_bytes": settings.MAX_UPLOAD_BYTES},
        step=4 if interview.state == Interview.State.OPENED else None,
        section="answers",
    )


@require_POST
def delete_answer(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Delete one video and everything computed from it or written about it."""
    recording = access.candidate_recording(request, pk)
    try:
        delete_recording(recording=recording)
        messages.success(request, _("The video and all results based on it have been deleted."))
    except UploadRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("candidate:answers")


@require_POST
def add_transcript(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Use the candidate's own transcript instead of speech recognition."""
    recording = access.candidate_recording(request, pk)
    file = request.FILES.get("transcript")
    try:
        if file is None or (file.size or 0) > adding.MOST_BYTES:  # checked before it is read
            raise adding.wrong_file()
        adding.add_transcript(recording=recording, content=file.read(), file_name=file.name or "")
        messages.success(request, _("Your transcript has been added. The answer is being analyzed again with it."))
    except adding.TranscriptRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("candidate:answers")


@require_POST
def hand_in(request: HttpRequest) -> HttpResponse:
    """Submit the answers."""
    interview = access.candidate_may_hand_in(request)
    try:
        submit(interview=interview)
    except recordings.NotComplete as refusal:
        messages.error(request, str(refusal))
        return redirect("candidate:answers")
    messages.success(request, _("Your answers have been submitted. Thank you."))
    return redirect("candidate:status")
