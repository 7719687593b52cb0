"""However a file is cut, and wherever the line drops, the bytes that arrive are the bytes that were sent."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hiring.recordings import uploads
from hiring.recordings.models import Recording
from tests.candidate.conftest import video_bytes

SIZE = 9000
VIDEO = video_bytes(SIZE)


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.integers(1, 4000), st.integers(0, 9000)), min_size=1, max_size=12))
def test_any_order_of_right_and_wrong_offsets_ends_with_the_same_bytes(tus, question, steps):
    Recording.objects.all().delete()
    recording = tus.start(question, SIZE)
    reached = 0
    for length, wrong in steps:
        if wrong != reached:
            assert tus.patch(recording, wrong, VIDEO[wrong : wrong + length]).status_code in (409, 410)
        part = VIDEO[reached : reached + length]
        if part:
            reached = int(tus.patch(recording, reached, part, checksum="sha256")["Upload-Offset"])
        assert tus.head(recording)["Upload-Offset"] == str(reached)
    if reached < SIZE:
        tus.patch(recording, reached, VIDEO[reached:])
    assert uploads.path_of(recording).read_bytes() == VIDEO


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.integers(1, 5000), max_size=6))
def test_wherever_the_line_drops_the_upload_goes_on(tus, question, cuts):
    Recording.objects.all().delete()
    recording = tus.start(question, SIZE)
    for cut in cuts:
        at = int(tus.head(recording)["Upload-Offset"])
        if at < SIZE:
            tus.patch_that_drops(recording, at, VIDEO[at : at + cut], promised=SIZE - at)
    at = int(tus.head(recording)["Upload-Offset"])
    if at < SIZE:
        assert tus.patch(recording, at, VIDEO[at:]).status_code == 204
    assert uploads.path_of(recording).read_bytes() == VIDEO
