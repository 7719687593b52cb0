"""Where the end of a file could not be read, the candidate is told the same as the reviewer."""

from __future__ import annotations

from django.test import Client

from hiring.recordings.models import Recording
from tests import factories


def test_the_candidate_reads_how_much_of_the_file_is_missing(db):
    recording = factories.make_ready_recording()
    factories.make_complete_run(recording)
    client = Client()
    factories.sign_in_candidate(client, recording.interview)
    page = f"/interview/results/{recording.pk}/"
    assert "of this file are missing" not in client.get(page).content.decode()
    Recording.objects.filter(pk=recording.pk).update(missing_ms=7_400)
    assert "The last 7.4 s of this file are missing" in client.get(page).content.decode()
    assert "The last 7.4 s of this file are missing" in client.get("/interview/answers/").content.decode()
