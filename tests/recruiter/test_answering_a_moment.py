"""Confirm, dismiss with a reason, undo; colleagues see each other's answers."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from hiring.review import services
from hiring.review.models import Verdict
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def moment(run):
    return run.moments.first()


def _answer(desk, moment, **data):
    return desk.post(reverse("recruiter:verdict", args=[moment.pk]), data)


def test_the_card_says_rule_baseline_threshold_and_model(desk, moment):
    html = desk.get(reverse("recruiter:moment", args=[moment.pk])).content.decode()
    for part in (
        "rises within 1.5 s to at least 35%",
        "81%",
        "baseline 6%",
        "threshold 40%",
        "expression abc",
        "<polyline",
    ):
        assert part in html


def test_confirming_needs_no_reason(desk, moment, reviewer):
    assert _answer(desk, moment, answer="confirmed").status_code == 200
    assert Verdict.objects.get().answer == "confirmed"


def test_dismissing_without_a_reason_is_refused_and_nothing_is_kept(desk, moment):
    answer = _answer(desk, moment, answer="dismissed", reason="  ")
    assert answer.status_code == 422
    assert "why you dismiss" in answer.content.decode()
    assert not Verdict.objects.exists()


def test_dismissing_with_a_reason_updates_card_row_and_count(desk, moment):
    html = _answer(desk, moment, answer="dismissed", reason="A cough").content.decode()
    assert "You dismissed this." in html
    assert 'hx-swap-oob="true"' in html
    assert "1 of 2 reviewed" in html


def test_a_second_answer_replaces_the_first(desk, moment):
    _answer(desk, moment, answer="confirmed")
    _answer(desk, moment, answer="dismissed", reason="On second thoughts")
    assert Verdict.objects.get().answer == "dismissed"


def test_undo_takes_only_ones_own_answer_back(desk, moment):
    other = factories.make_user()
    services.give_verdict(moment=moment, reviewer=other, answer="confirmed", reason="")
    _answer(desk, moment, answer="confirmed")
    desk.post(reverse("recruiter:undo_verdict", args=[moment.pk]))
    assert Verdict.objects.get().reviewer == other


def test_a_colleagues_answer_and_reason_are_shown(desk, moment):
    other = factories.make_user(name="Omar Overmann")
    services.give_verdict(moment=moment, reviewer=other, answer="dismissed", reason="He coughed")
    html = desk.get(reverse("recruiter:moment", args=[moment.pk])).content.decode()
    assert "Omar Overmann" in html
    assert "He coughed" in html


def test_an_answer_without_the_forms_token_is_refused(reviewer, moment):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(reviewer, backend="django.contrib.auth.backends.ModelBackend")
    assert _answer(strict, moment, answer="confirmed").status_code == 403
    assert not Verdict.objects.exists()
