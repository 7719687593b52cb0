"""Long pauses, and fillers and restarts close together."""

from __future__ import annotations

import pytest

from analysis.moments.kinds import hesitation
from analysis.speech.said import Said
from analysis.types import Moment

from .. import rules
from ..speech.sounds import heard, said, words


def found(spoken: Said) -> list[Moment]:
    return rules.found(hesitation, said=spoken)


def fluent(*pauses_s: float, each_s: float = 4.0, usual_s: float = 0.5) -> Said:
    """Stretches of speech of `each_s` with the usual pause between, and these at the end."""
    spans, at = [], 1.0
    for pause_s in (*[usual_s] * 12, *pauses_s):
        spans.append((at, at + each_s))
        at += each_s + pause_s
    spans.append((at, at + each_s))
    return said(heard(at + each_s + 2, *spans))


def test_a_long_pause_is_found_at_its_time_against_the_own_usual() -> None:
    (moment,) = found(fluent(2.5))
    start_ms = 1000 + 12 * 4500 + 4000
    assert abs(moment.span.start_ms - start_ms) < 200 and abs(moment.span.end_ms - start_ms - 2500) < 200
    assert moment.values["duration_s"] == pytest.approx(2.5, abs=0.1)
    assert moment.evidence[0].baseline == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize("pause_s", [0.5, 1.2])
def test_ordinary_pauses_are_none(pause_s: float) -> None:
    assert found(fluent(pause_s)) == []


def test_who_always_pauses_that_long_hesitates_no_more_than_usual() -> None:
    assert found(fluent(2.2, usual_s=2.0)) == []


def test_silence_before_the_first_and_after_the_last_word_is_no_pause() -> None:
    assert found(said(heard(60, (20, 24), (24.5, 30)))) == []


def test_many_fillers_close_together_are_found_with_their_words() -> None:
    calm = words("so we went on with the plan and nobody minded at all " * 8)
    after = calm[-1].span.end_ms
    spoken = said(
        None,
        (*calm, *words("um and uh we we had er a plan", after + 400), *words("and then we went on", after + 9000)),
    )
    (moment,) = found(spoken)
    assert moment.values["count"] == 4 and moment.values["words"] == ["um", "uh", "we", "er"]
    assert abs(moment.span.start_ms - after - 400) <= 200


def test_who_always_uses_fillers_does_not_stand_out() -> None:
    assert found(said(None, words("um so we uh went er on with um the plan and " * 12))) == []


def test_no_speech_no_moment() -> None:
    assert found(said(heard(20))) == found(said(None)) == []


def test_a_minute_holds_four_at_most() -> None:
    spans, at = [], 1.0
    for number in range(40):
        spans.append((at, at + 2))
        at += 2 + (3 if number % 5 == 4 else 0.4)
    moments = found(said(heard(at + 5, *spans)))
    starts = [moment.span.start_ms for moment in moments]
    assert moments and all(sum(a <= b < a + 60_000 for b in starts) <= 4 for a in starts)
