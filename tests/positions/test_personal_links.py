"""A personal link opens once, and only its hash is kept."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from hiring.positions import services as positions
from hiring.positions.models import Invitation
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def interview(db):
    return factories.make_interview(opened=False, granted=None)


def _refusal(token: str) -> str:
    with pytest.raises(positions.LinkRefused) as refused:
        positions.redeem(token=token)
    return refused.value.reason


def test_a_link_opens_its_interview(interview):
    opened = positions.redeem(token=interview.token).interview
    assert opened.pk == interview.pk and opened.state == "opened"


def test_a_link_opens_once(interview):
    positions.redeem(token=interview.token)
    assert _refusal(interview.token) == "used"


def test_an_expired_link_does_not_open(interview):
    long_ago = timezone.now() - timedelta(days=30)
    Invitation.objects.update(created_at=long_ago, expires_at=long_ago + timedelta(days=1))
    assert _refusal(interview.token) == "expired"


def test_a_revoked_link_does_not_open(interview):
    positions.revoke_links(interview=interview, actor=factories.SYSTEM)
    assert _refusal(interview.token) == "revoked"


def test_a_made_up_link_does_not_open(interview):
    assert _refusal("x" * 43) == "unknown"


def test_a_new_link_closes_the_old_one(interview):
    token = positions.new_link(interview=interview, actor=factories.SYSTEM)
    assert _refusal(interview.token) == "revoked"
    assert positions.redeem(token=token).interview_id == interview.pk


def test_the_token_itself_is_nowhere_in_the_database(interview):
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            assert not any(interview.token in str(value) for row in cursor.fetchall() for value in row), table


@pytest.mark.django_db(transaction=True)
def test_of_fifty_at_once_exactly_one_opens():
    interview = factories.make_interview(opened=False, granted=None)
    results, barrier = [], threading.Barrier(50)

    def attempt():
        barrier.wait()
        try:
            positions.redeem(token=interview.token)
            results.append("opened")
        except positions.LinkRefused as refused:
            results.append(refused.reason)
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["opened"] + ["used"] * 49
