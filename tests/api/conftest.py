"""A recruiter with a token, a colleague of another team, and an analysed recording between them."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from hiring.accounts import services as accounts
from hiring.accounts.models import User
from hiring.positions.models import Interview, Position
from hiring.recordings.models import Recording
from hiring.runs.models import AnalysisRun
from tests import factories


@dataclass(frozen=True)
class Team:
    recruiter: User
    position: Position
    interview: Interview
    recording: Recording
    run: AnalysisRun


def handed_in(interview: Interview) -> Interview:
    Interview.objects.filter(pk=interview.pk).update(state=Interview.State.SUBMITTED, submitted_at=timezone.now())
    interview.refresh_from_db()
    return interview


def client_of(user: User) -> APIClient:
    client = APIClient()
    token = accounts.issue_token(user=user, name="Tests", actor=user.as_actor())
    client.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    return client


@pytest.fixture
def team(db) -> Team:
    recruiter = factories.make_user()
    position = factories.make_position(recruiter)
    interview = handed_in(factories.make_interview(position))
    recording = factories.make_ready_recording(interview)
    return Team(recruiter, position, interview, recording, factories.make_complete_run(recording))


@pytest.fixture
def api(team: Team) -> APIClient:
    return client_of(team.recruiter)


@pytest.fixture
def outsider(db) -> APIClient:
    """A recruiter on no team."""
    return client_of(factories.make_user())
