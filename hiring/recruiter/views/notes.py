"""Notes at a time in the recording, as fragments."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from hiring import access
from hiring.accounts.requests import SignedIn
from hiring.recordings.models import Recording
from hiring.review import selectors, services


class NoteForm(forms.Form):
    at_ms = forms.IntegerField(min_value=0, max_value=2**53)
    text = forms.CharField(max_length=2000)


def _list(request: SignedIn, recording: Recording, problem: str = "", text: str = "") -> HttpResponse:
    page = {"recording": recording, "notes": selectors.notes(recording), "problem": problem, "text": text}
    return render(request, "recruiter/_notes.html", page, status=422 if problem else 200)


@require_POST
@login_required
def add(request: SignedIn, pk: UUID) -> HttpResponse:
    recording, form = access.recording_for(request.user, pk), NoteForm(request.POST)
    if not form.is_valid():
        sentence = _("Please write a note of 2,000 characters or fewer.")
        return _list(request, recording, sentence, request.POST.get("text", ""))
    try:
        services.add_note(recording=recording, author=request.user, **form.cleaned_data)
    except services.NotAllowed as error:
        return _list(request, recording, str(error), form.cleaned_data["text"])
    return _list(request, recording)


@require_POST
@login_required
def delete(request: SignedIn, pk: UUID) -> HttpResponse:
    note = access.note_for(request.user, pk)
    recording = access.recording_for(request.user, note.recording_id)
    typed = request.POST.get("text", "")  # text of the next note, so deleting this one does not lose it
    try:
        services.delete_note(note=note, actor=request.user)
    except services.NotAllowed as error:
        return _list(request, recording, str(error), typed)
    return _list(request, recording, text=typed)
