"""A reviewer on the team of one handed-in interview with a finished analysis."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from hiring.accounts.models import User
from hiring.positions.models import Interview
from hiring.recordings.models import Recording
from hiring.runs.models import AnalysisRun
from tests import factories


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def hand_in(interview: Interview) -> Interview:
    interview.state, interview.submitted_at = Interview.State.SUBMITTED, timezone.now()
    interview.save(update_fields=["state", "submitted_at"])
    return interview


def handed_in_recording(reviewer: User, **interview: Any) -> Recording:
    position = factories.make_position(reviewer)
    return factories.make_ready_recording(hand_in(factories.make_interview(position, **interview)))


@pytest.fixture
def reviewer(db) -> User:
    return factories.make_user(name="Rita Reviewer")


@pytest.fixture
def desk(reviewer: User) -> Client:
    return signed_in(reviewer)


@pytest.fixture
def run(reviewer: User) -> AnalysisRun:
    return factories.make_complete_run(handed_in_recording(reviewer))


@pytest.fixture
def outsider(db) -> Client:
    return signed_in(factories.make_user())
