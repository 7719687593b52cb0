"""What reviewers see of the parts of a face, its candidate sees too, in their language, and can take along."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from django.urls import reverse

from hiring.audit.models import Event
from hiring.runs.models import Explanation
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def moment(candidate, interview):
    run = factories.make_complete_run(factories.make_ready_recording(interview))
    return run.moments.get(kind="expression_shift")


def page_of(client, moment) -> str:
    return client.get(f"/interview/results/{moment.run.recording_id}/").content.decode()


def test_the_parts_stand_beside_the_moment_in_words_and_as_a_picture(candidate, moment):
    page = page_of(candidate, moment)
    assert page.count("Mouth 30 %, Eyes 20 %, Cheeks 15 %, Nose 10 %, Brows 5 %, Elsewhere 20 %") == 2
    assert reverse("candidate:explanation", args=[moment.pk]) in page
    assert "says nothing about what the person felt" in page
    assert page.count("What the model looked at") == 1, "the other moment rests on no expression"


@pytest.mark.parametrize(
    ("language", "words"), [("de", "Mund 30 %, Augen 20 %"), ("es", "Boca 30 %, Ojos 20 %"), ("fr", "Bouche 30 %")]
)
def test_the_parts_are_named_in_the_candidates_language(candidate, moment, language, words):
    candidate.post(reverse("candidate:language"), {"language": language, "next": "/"})
    assert words in page_of(candidate, moment)


def test_the_picture_is_served_to_its_candidate_and_is_no_look_of_a_reviewer(candidate, moment):
    answer = candidate.get(reverse("candidate:explanation", args=[moment.pk]))
    assert (answer.status_code, answer["Content-Type"], answer.getvalue()) == (200, "image/png", factories.PNG)
    assert answer["Cache-Control"] == "private, no-store"
    assert not Event.objects.filter(action="viewed.recording").exists()


def test_another_candidates_picture_is_not_there(candidate, moment):
    other = factories.make_complete_run(factories.make_ready_recording()).moments.get(kind="expression_shift")
    assert candidate.get(reverse("candidate:explanation", args=[other.pk])).status_code == 404


def test_a_moment_without_an_explanation_has_no_picture(candidate, moment):
    moment.explanation.delete()
    assert "the model looked at" not in page_of(candidate, moment)
    assert candidate.get(reverse("candidate:explanation", args=[moment.pk])).status_code == 404


def test_the_copy_of_everything_holds_the_picture_and_its_figures(candidate, moment):
    answer = candidate.post("/interview/download/")
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    shift, other = json.loads(archive.read("answer-1/moments.json"))
    assert other["explanation"] is None
    assert shift["explanation"]["regions"] == Explanation.objects.get().regions
    assert archive.read(f"answer-1/{shift['explanation']['picture']}") == factories.PNG
