"""The "why" card shows which parts of the face carried an expression, to the team alone."""

from __future__ import annotations

import io
import os
import time

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from hiring.actions.delete_recording import delete_recording
from hiring.actions.erase import erase
from hiring.audit.models import Event
from hiring.policy.rules import Purpose
from hiring.recordings import vault
from hiring.review.wording import region_percents
from hiring.runs.models import Explanation, Moment
from hiring.worker.sweep import sweep
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def moment(run) -> Moment:
    return run.moments.get(kind="expression_shift")


def card(desk: Client, moment: Moment) -> str:
    return desk.get(reverse("recruiter:moment", args=[moment.pk])).content.decode()


def picture(desk: Client, moment: Moment):
    return desk.get(reverse("recruiter:explanation", args=[moment.pk]))


def test_the_card_shows_the_picture_the_parts_and_what_they_do_not_tell(desk, moment):
    html = card(desk, moment)
    assert reverse("recruiter:explanation", args=[moment.pk]) in html
    assert "Mouth 30 %, Eyes 20 %, Cheeks 15 %, Nose 10 %, Brows 5 %, Elsewhere 20 %" in html, "as alternative text"
    for name, percent in (("Mouth", 30), ("Elsewhere", 20)):
        assert f"<span>{name}</span>" in html and f'<span class="percent">{percent} %</span>' in html
    assert f'data-seek="{moment.explanation.at_ms}"' in html
    assert "It does not show why a face moved" in html


def test_a_moment_that_rests_on_no_expression_says_nothing_of_it(desk, run):
    html = card(desk, run.moments.get(kind="nobody_visible"))
    assert "the network looked" not in html


def test_where_there_is_no_explanation_the_card_says_so(desk, moment):
    moment.explanation.delete()
    html = card(desk, moment)
    assert "There is no picture of what the model looked at for this moment." in html and "<img" not in html
    assert picture(desk, moment).status_code == 404


def test_the_picture_is_served_to_the_team_privately_and_the_look_is_written_down(desk, moment, reviewer):
    answer = picture(desk, moment)
    assert (answer.status_code, answer["Content-Type"], answer.getvalue()) == (200, "image/png", factories.PNG)
    assert answer["Cache-Control"] == "private, no-store"
    event = Event.objects.get(action="viewed.recording")
    assert (event.actor_id, event.object_id) == (str(reviewer.pk), str(moment.run.recording_id))


def test_who_is_not_on_the_team_gets_404_and_leaves_no_look(outsider, moment):
    assert picture(outsider, moment).status_code == 404
    assert not Event.objects.filter(action="viewed.recording").exists()


def test_in_the_vault_the_picture_is_encrypted(moment, settings):
    path = settings.VAULT_DIR / str(moment.run.recording.interview_id) / moment.explanation.picture_file
    assert b"PNG" not in path.read_bytes()


def test_percents_add_up_to_a_hundred_the_greatest_first():
    shares = {"brows": 0.123, "eyes": 0.2349, "nose": 0.1147, "cheeks": 0.0777, "mouth": 0.2349, "elsewhere": 0.2148}
    found = region_percents(shares)
    assert sum(percent for _, percent in found) == 100
    assert [name for name, _ in found] == ["eyes", "mouth", "brows", "nose", "cheeks", "elsewhere"]


def test_the_database_refuses_an_explanation_of_a_moment_that_rests_on_no_expression(run):
    other = run.moments.get(kind="nobody_visible")
    with pytest.raises(DatabaseError, match="does not rest on expression"), transaction.atomic():
        Explanation.objects.create(moment=other, at_ms=0, expression="happy", regions={"mouth": 1.0})


def test_withdrawing_expression_removes_the_picture(moment):
    interview, name = moment.run.recording.interview, moment.explanation.picture_file
    assert name in vault.names(interview.pk)
    factories.change_consent(interview, [Purpose.RECORDING, Purpose.TRANSCRIPT])
    assert name not in vault.names(interview.pk) and not Explanation.objects.exists()


def test_deleting_the_recording_removes_the_picture(moment):
    interview, name = moment.run.recording.interview, moment.explanation.picture_file
    delete_recording(recording=moment.run.recording)
    assert name not in vault.names(interview.pk) and not Explanation.objects.exists()


def test_erasing_the_interview_removes_the_picture_and_its_row(moment):
    interview = moment.run.recording.interview
    erase(interview=interview, actor=interview.as_actor(), reason="candidate")
    assert vault.names(interview.pk) == [] and not Explanation.objects.exists()


def test_the_sweep_leaves_pictures_that_a_moment_names_and_removes_others(moment, settings):
    interview_id, name = moment.run.recording.interview_id, moment.explanation.picture_file
    orphan = vault.store(interview_id, io.BytesIO(factories.PNG), "png")
    two_days_ago = time.time() - 2 * 24 * 60 * 60
    for path in (settings.VAULT_DIR / str(interview_id)).iterdir():
        os.utime(path, (two_days_ago, two_days_ago))
    assert sweep()["orphans"] == 1
    assert name in vault.names(interview_id) and orphan not in vault.names(interview_id)
