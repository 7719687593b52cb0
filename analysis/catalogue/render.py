"""Renders codes and values as text in any language: rows hold no prose; readers see nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from analysis.catalogue.kind import KindOfMoment, Unit
from analysis.catalogue.signals import SIGNALS
from analysis.text import gettext_noop as _

#: How many words of a list are quoted.
_QUOTED = 6
_TONES = {"positive": _("positive"), "negative": _("negative")}
_AMOUNTS = {
    Unit.DEGREES: _("{number}°"),
    Unit.MILLISECONDS: _("{number} ms"),
    Unit.SECONDS: _("{number} s"),
    Unit.PERCENT: _("{number}%"),
    Unit.GRAY_LEVELS: _("{number} gray levels"),
    Unit.PER_SECOND: _("{number} per second"),
    Unit.PER_10_SECONDS: _("{number} in 10 s"),
    Unit.PER_MINUTE: _("{number} per minute"),
    Unit.LUFS: "{number} LUFS",
    Unit.LOUDNESS_UNITS: "{number} LU",
    Unit.DECIBELS: "{number} dB",
}
# This many digits are all that a reader can use of a value in this unit.
_DIGITS = {Unit.DEGREES: 0, Unit.MILLISECONDS: 0, Unit.SECONDS: 1, Unit.PER_MINUTE: 0, Unit.PER_SECOND: 2}
_MOST_KEPT = _("At most {max_per_min} of these per minute are kept: those farthest from the baseline.")


class Renderer:
    """Text in one language.

    translate: translates an English text into the reader's language; by default returns it unchanged. number: formats
    a number for that language.
    """

    def __init__(self, translate: Callable[[str], str] = str, number: Callable[[float], str] = str) -> None:
        self._translate, self._write = translate, number

    def sentence(self, kind: KindOfMoment, code: str, values: Mapping[str, Any]) -> str:
        """What happened. Raises KeyError if there is no such sentence or a value is missing."""
        words = {name: self._word(name, value) for name, value in values.items()}
        return self._translate(kind.sentences[code]).format_map(words)

    def rule(self, kind: KindOfMoment, code: str, config: Mapping[str, float]) -> str:
        """The rule behind a sentence, with the thresholds that it was found with."""
        words = {name: self._threshold(name, value) for name, value in config.items()}
        text = self._translate(kind.rule_of(code)).format_map(words)
        return f"{text} {self._translate(_MOST_KEPT).format_map(words)}" if "max_per_min" in config else text

    def amount(self, value: float, unit: Unit) -> str:
        """A value with its unit."""
        if unit == Unit.PROBABILITY:
            value, unit = round(100 * value), Unit.PERCENT
        if unit == Unit.MILLISECONDS and value >= 1000:
            value, unit = value / 1000, Unit.SECONDS
        number = self._number(round(value, _DIGITS[unit]) if unit in _DIGITS else value)
        return self._translate(_AMOUNTS[unit]).format(number=number) if unit in _AMOUNTS else number

    def _number(self, value: float) -> str:
        """With at most three decimals, and none for a whole number."""
        value = round(value, 3)
        return self._write(int(value) if value == int(value) else value)

    def _threshold(self, name: str, value: float) -> str:
        """A configuration value, whose name includes its unit."""
        if name.endswith("_ms"):
            return self.amount(value, Unit.MILLISECONDS)
        if name.endswith(("_prob", "_share")):
            return self.amount(value, Unit.PROBABILITY)
        return self.amount(value, Unit.DEGREES if name.endswith("_deg") else Unit.COUNT)

    def _word(self, name: str, value: Any) -> str:
        """A value of a sentence."""
        if name == "expression":
            return self._translate(str(value))
        if name == "movements":
            return ", ".join(self._translate(SIGNALS[code].label) for code in value)
        if name == "words":
            return self._list(value)
        if name == "quote":
            return self._quoted(str(value))
        if name == "tone":
            return self._translate(_TONES[value])
        if name == "at_ms":
            return _clock(value)
        if name.endswith("percent"):
            return self.amount(value, Unit.PERCENT)
        return self._number(value) if isinstance(value, int | float) else str(value)

    def _quoted(self, text: str) -> str:
        return self._translate(_("“{text}”")).format(text=text)

    def _list(self, words: Sequence[str]) -> str:
        return ", ".join(map(self._quoted, words[:_QUOTED])) + (" …" if len(words) > _QUOTED else "")


def _clock(at_ms: int) -> str:
    """m:ss.t, as a player shows it."""
    tenths = at_ms // 100
    return f"{tenths // 600}:{tenths // 10 % 60:02}.{tenths % 10}"
