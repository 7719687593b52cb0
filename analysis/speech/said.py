"""Everything that was heard in a recording, for the rules: the words, the sentences, and what it sounds like."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from analysis.speech.disfluency import marked, pauses, unclear
from analysis.speech.point_matching import topics
from analysis.speech.sentences import Tones, language_of, sentences
from analysis.speech.sound import Sound
from analysis.types import UNCLEAR, Sentence, Span, Topic, Transcript, Word


@dataclass(frozen=True)
class Said:
    """sound: None if the recording has none that can be read. by_model: whether a model gave the sentiment."""

    transcript: Transcript
    sentences: tuple[Sentence, ...]
    sound: Sound | None
    topics: tuple[Topic, ...] = ()
    by_model: bool = False

    @cached_property
    def spans(self) -> list[Span]:
        """Stretches of speech."""
        return [] if self.sound is None else self.sound.spans()

    @cached_property
    def pauses(self) -> list[Span]:
        """Silences between them."""
        return pauses(self.spans)

    @property
    def words(self) -> tuple[Word, ...]:
        return self.transcript.words

    def quote(self, span: Span, most: int = 80) -> str:
        """The words that lie in a span, cut to `most` characters."""
        text = " ".join(
            word.text for word in self.words if word.span.start_ms < span.end_ms and word.span.end_ms > span.start_ms
        ).strip()
        return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def understood(transcript: Transcript, sound: Sound | None, tones: Tones | None = None) -> Said:
    """A transcript with its marks, with a row for speech in which no word was recognized, and its sentences.

    tones: a model for their sentiment, if there is one.
    """
    language = transcript.language or language_of(transcript.words)
    words = list(marked(transcript.words, language))
    if sound is not None and transcript.source != "none":
        words += [Word(span, "", mark=UNCLEAR) for span in unclear(sound.spans(), words)]
        words.sort(key=lambda word: word.span.start_ms)
    whole = replace(transcript, words=tuple(words), language=language)
    about = topics((word.text for word in whole.words), language)
    return Said(whole, sentences(whole.words, language, tones), sound, about, tones is not None)
