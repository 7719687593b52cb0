"""Delete everything: a tick and a button, nothing left, a certificate that names nobody."""

import pytest
from django.test import Client

from hiring.positions.models import Interview
from hiring.recordings import keys, vault
from hiring.recordings.models import Recording
from hiring.retention.models import ErasureCertificate
from tests import factories
from tests.candidate.conftest import video_bytes

pytestmark = pytest.mark.django_db
DELETE = "/interview/delete/"


def test_without_the_tick_nothing_is_deleted(candidate, interview):
    answer = candidate.post(DELETE)
    assert answer.status_code == 400 and "tick the box" in answer.content.decode()
    interview.refresh_from_db()
    assert interview.state != Interview.State.ERASED


def test_nothing_is_left_in_vault_uploads_keys_or_rows(tus, candidate, interview, settings):
    factories.make_complete_run(factories.make_ready_recording(interview))
    recording = tus.start(interview.position.questions.last(), 10_000)
    tus.patch(recording, 0, video_bytes(10_000)[:6000])
    candidate.post(DELETE, {"sure": "on"})
    interview.refresh_from_db()
    assert (interview.state, interview.candidate_name, interview.candidate_email) == ("erased", "", "")
    assert not Recording.objects.exists()
    assert vault.names(interview.pk) == []
    assert list(settings.UPLOAD_DIR.iterdir()) == []
    with pytest.raises(keys.KeyGone):
        keys.get(interview.pk)


def test_the_certificate_is_shown_to_this_browser_alone_and_names_nobody(candidate, interview):
    factories.make_ready_recording(interview)
    answer = candidate.post(DELETE, {"sure": "on"})
    certificate = ErasureCertificate.objects.get()
    assert answer["Location"] == f"/interview/erased/{certificate.pk}/"
    page = candidate.get(answer["Location"]).content.decode()
    assert str(certificate.pk) in page and interview.reference in page and "destroyed" in page
    assert "Ada Candidate" not in page and "ada@example.org" not in page
    assert Client().get(answer["Location"]).status_code == 404


def test_the_session_ends_here_and_everywhere(candidate, interview):
    elsewhere = Client()
    factories.sign_in_candidate(elsewhere, interview)
    candidate.post(DELETE, {"sure": "on"})
    assert candidate.get("/interview/status/").status_code == 404
    assert elsewhere.get("/interview/status/").status_code == 404


def test_the_link_of_an_erased_interview_is_unknown(candidate, interview):
    candidate.post(DELETE, {"sure": "on"})
    assert candidate.get(f"/i/{interview.token}/").status_code == 404
