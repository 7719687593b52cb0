"""The status page shows the run's own columns, polls while something moves, and stops."""

import pytest

from analysis.types import Progress, Step
from hiring.recordings import services as recordings
from hiring.runs import lease
from hiring.runs import services as runs
from hiring.runs.models import AnalysisRun
from tests import factories
from tests.candidate.conftest import video_bytes
from tests.recruiter.conftest import hand_in

pytestmark = pytest.mark.django_db
NOW = "/interview/status/now/"


def polls(page: str) -> bool:
    return 'hx-trigger="every 2s"' in page


def test_a_waiting_video_waits_and_the_page_polls(tus, candidate, question):
    tus.upload(question, video_bytes(5000))
    page = candidate.get(NOW).content.decode()
    assert "Waiting to be analyzed" in page and polls(page)


def test_a_running_one_shows_its_step_and_percent_in_every_tab(tus, candidate, question):
    recording = tus.upload(question, video_bytes(5000))
    run = lease.claim(recording.runs.get().pk)
    lease.heartbeat(run, Progress(Step.FRAMES, 4200, 10_000))
    for page in (candidate.get(NOW), candidate.get("/interview/status/")):
        text = page.content.decode()
        assert "Analyzing the video · 42 %" in text and '<progress max="100" value="42"' in text


def test_when_all_is_done_the_page_stops_polling(candidate, interview):
    factories.make_complete_run(factories.make_ready_recording(interview))
    page = candidate.get(NOW).content.decode()
    assert "1 of 2 answers are ready." in page and not polls(page)


def test_a_failed_analysis_says_that_the_video_is_safe_and_nothing_technical(candidate, interview):
    recording = factories.make_ready_recording(interview)
    run = lease.claim(runs.queue(recording=recording).pk)
    lease.fail(run=run, step="frames", sentence="ValueError in module")
    page = candidate.get(NOW).content.decode()
    assert "Your video is safe" in page and "ValueError" not in page and not polls(page)


def _stopped(recording) -> None:
    lease.fail(run=lease.claim(runs.queue(recording=recording).pk), step="probe", sentence="It broke off.")


def test_before_handing_in_the_team_is_not_said_to_watch(candidate, interview):
    _stopped(factories.make_ready_recording(interview))
    assert "the team can watch it once you submit." in candidate.get(NOW).content.decode()
    hand_in(interview)
    assert "and the team can watch it." in candidate.get(NOW).content.decode()


def test_a_video_that_was_never_checked_is_not_said_to_be_watched(tus, candidate, question, interview):
    _stopped(tus.upload(question, video_bytes(5000)))
    for _ in range(2):
        page = candidate.get(NOW).content.decode()
        assert "the team can watch it" not in page and "Your video is safe" in page
        assert "once the analysis has been started again" in page and not polls(page)
        hand_in(interview)


def test_an_analysis_that_waits_for_room_says_that_it_continues_by_itself(tus, candidate, question):
    recording = tus.upload(question, video_bytes(5000))
    lease.give_back(run=lease.claim(recording.runs.get().pk), step="probe", sentence="No room.")
    page = candidate.get(NOW).content.decode()
    assert "the analysis continues by itself" in page and "No room" not in page and polls(page)


def test_a_refused_video_says_why_and_links_to_the_upload(tus, candidate, question):
    recording = tus.upload(question, video_bytes(5000))
    AnalysisRun.objects.all().delete()
    recordings.refuse(recording=recording, code="no_video", sentence="raw")
    page = candidate.get(NOW).content.decode()
    assert "has sound but no picture" in page and f"#answer-{question.pk}" in page


def test_the_page_works_without_javascript(candidate):
    assert "<noscript>" in candidate.get("/interview/status/").content.decode()


def test_the_page_loads_htmx_from_here_and_has_no_inline_script(candidate):
    response = candidate.get("/interview/status/")
    page = response.content.decode()
    assert "vendor/htmx" in page and "onclick" not in page and "style=" not in page
    assert "script-src 'self'" in response["Content-Security-Policy"]
