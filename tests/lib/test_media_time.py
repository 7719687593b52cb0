"""Media time as people read it."""

from hypothesis import given
from hypothesis import strategies as st

from hiring.lib.media_time import clock, clock_tenths, span


def test_examples():
    assert [clock(ms) for ms in (0, 999, 61_000, 3_600_000)] == ["00:00", "00:00", "01:01", "1:00:00"]
    assert clock_tenths(61_450) == "01:01.4"


@given(st.integers(0, 100 * 3_600_000))
def test_the_clock_can_be_read_back(ms):
    seconds = 0
    for part in clock(ms).split(":"):
        seconds = seconds * 60 + int(part)
    assert seconds == ms // 1000


def test_a_span_never_begins_where_it_ends():
    assert span(3_000, 7_900) == "00:03–00:07"
    assert span(1_200, 1_800) == "00:01.2–00:01.8"
    assert span(1_210, 1_260) == "00:01.2"
