"""Starting a fairness audit, following it, reading it, taking it along."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from hiring.administration import fairness as page
from hiring.networks import fairness
from hiring.networks.models import FairnessAudit
from tests import factories
from tests.administration.conftest import text_of

pytestmark = pytest.mark.django_db
LIST = "administration:fairness_audits"


def _words(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text_of(response)).replace("\N{NO-BREAK SPACE}", " ").split())


@pytest.fixture
def pictures(settings):
    (settings.AUDIT_DIR / "pictures").mkdir(parents=True)


def test_where_no_pictures_lie_the_page_says_how_to_put_some_there(admin, settings):
    factories.make_network()
    html = text_of(admin.get(reverse(LIST)))
    assert str(settings.AUDIT_DIR) in html and "audit_network" in html and "<select" not in html


def test_an_audit_is_started_on_a_folder_chosen_by_name(admin, administrator, pictures):
    network = factories.make_network()
    response = admin.post(reverse(LIST), {"source": "pictures"})
    row = FairnessAudit.objects.get()
    assert response.url == reverse("administration:fairness_audit", args=[row.pk])
    assert (row.network, row.source, row.started_by, row.state) == (network, "pictures", administrator, "queued")
    assert "Waiting for a free worker." in _words(admin.get(response.url))


@pytest.mark.parametrize("source", ["../pictures", "/etc", "", "elsewhere"])
def test_a_name_that_is_not_offered_starts_nothing(admin, pictures, source):
    factories.make_network()
    assert "errorlist" in text_of(admin.post(reverse(LIST), {"source": source}))
    assert not FairnessAudit.objects.exists()


def test_without_a_network_nothing_is_started(admin, pictures):
    assert "as soon as one has" in text_of(admin.post(reverse(LIST), {"source": "pictures"}))
    assert not FairnessAudit.objects.exists()


def test_progress_is_polled_until_the_audit_is_over(admin):
    row = fairness.start_in_foreground(network=factories.make_network(), source="pictures")
    fairness.beat(row, 120, 240)
    page, now = (
        reverse(f"administration:{name}", args=[row.pk]) for name in ("fairness_audit", "fairness_audit_now")
    )
    assert "every 2s" in text_of(admin.get(page)) and "120 of 240" in _words(admin.get(now))
    assert "HX-Refresh" not in admin.get(now)
    fairness.fail(row=row, sentence="pictures holds no images.")
    assert admin.get(now)["HX-Refresh"] == "true"
    html = text_of(admin.get(page))
    assert "The audit failed." in html and "pictures holds no images." in html and "every 2s" not in html


def test_the_result_is_shown_with_intervals_and_clear_differences_in_words(admin):
    row = factories.make_fairness_audit()
    words = _words(admin.get(reverse("administration:fairness_audit", args=[row.pk])))
    assert "pictures: 240 images, 3 more could not be read" in words
    assert "97.5 % 93.0–99.0" in words
    assert "male Happy female −25.0 points −40.0 to −10.0 0.50 clear" in words
    assert "male Sad female −4.0 points −6.0 to −1.0 0.96 may be chance" in words
    assert "male Face found" not in words, "its interval includes zero"
    assert "The pictures cannot say everything." in words


def test_the_result_can_be_taken_along_as_json(admin):
    row = factories.make_fairness_audit()
    response = admin.get(reverse("administration:fairness_result", args=[row.pk]))
    assert response.json() == row.result
    assert (
        "attachment" in response["Content-Disposition"] and row.network.short_hash in response["Content-Disposition"]
    )


def test_there_is_nothing_to_take_along_before_the_end(admin):
    row = fairness.start_in_foreground(network=factories.make_network(), source="pictures")
    assert admin.get(reverse("administration:fairness_result", args=[row.pk])).status_code == 404


def test_a_result_of_a_later_shape_is_not_guessed_at(admin):
    row = factories.make_fairness_audit(result={"schema": 99})
    assert "shape that this version cannot show" in text_of(
        admin.get(reverse("administration:fairness_audit", args=[row.pk]))
    )


def test_right_answers_have_a_column_only_where_labels_exist():
    result = factories.fairness_result()
    unlabelled = page.shown(result)["sections"][0]
    assert "Accuracy" not in unlabelled.columns
    for group in result["groups"]:
        group["accuracy"] = {"value": 0.7, "low": 0.6, "high": 0.8, "n": 90}
    labelled = page.shown(result | {"labelled": True})["sections"][0]
    assert labelled.columns == ["Face found", "Face could be read", "Accuracy", *unlabelled.columns[2:]]


def test_groups_in_which_no_face_could_be_read_have_dashes_not_zeros():
    result = factories.fairness_result()
    result["groups"][1]["predicted"] = None
    shares = page.shown(result)["sections"][0].groups[1].shares
    assert [share.value for share in shares[2:]] == ["–"] * 8


def test_intersections_come_after_their_dimensions():
    result = factories.fairness_result()
    group = {**result["groups"][0], "of": {"sex": "female", "age": "60+"}}
    result["groups"].append(group)
    sections = page.shown(result)["sections"]
    assert [(section.title, section.is_intersection) for section in sections] == [("Sex", False), ("Sex × age", True)]
    assert sections[1].groups[0].name == "female, 60+"
