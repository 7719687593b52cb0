"""The installation that the lists are timed on is one that the product could have made."""

from __future__ import annotations

import pytest
from django.db import connection

from hiring.accounts.models import User
from hiring.audit import checks
from hiring.audit.services import SYSTEM
from hiring.positions.models import Interview
from hiring.runs.models import AnalysisRun, Moment
from tests.bench.fill import HEAD, MOMENTS, Filler

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="fills PostgreSQL alone"),
]


def test_a_filled_installation_has_a_sound_audit_log_and_opens(client):
    Filler(80).fill()
    assert Interview.objects.count() == 80
    complete = AnalysisRun.objects.filter(state=AnalysisRun.State.COMPLETE).count()
    assert 0 < complete * MOMENTS == Moment.objects.count()
    checks.start(actor=SYSTEM, whole=True)
    assert not checks.go_on(for_s=60) and checks.latest().fault == "" and checks.latest().events > 80 * 13
    client.force_login(User.objects.get(email=HEAD), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/review/").context["box"].counts["all"] == 80
