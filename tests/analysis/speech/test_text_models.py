"""Models of MODEL_DIR that read sentences: real files through the real runtime, made by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from analysis.config import PipelineConfig
from analysis.pipeline import Analysis
from analysis.speech.point_matching import BY_MEANING, quotes
from analysis.speech.text_models import (
    EMBEDDINGS,
    SENTIMENT,
    BadTextModel,
    SentenceEncoder,
    SentimentClassifier,
)
from analysis.types import Outcome, Stage

from ..media import write_video
from .sounds import said, words

onnx = pytest.importorskip("onnx", reason="onnx makes the models of these tests")
from .tiny_texts import classifier, encoder  # noqa: E402 - after the check

MEANS = {"listened": (1, 0), "heard": (1, 0), "asked": (0.8, 0.6), "shipped": (0, 1), "released": (0, 1)}
FEELS = {"schön": (0, 4), "wonderful": (0, 4), "furchtbar": (4, 0), "awful": (4, 0)}


def test_sentences_that_mean_the_same_lie_near_each_other(tmp_path: Path) -> None:
    encode = SentenceEncoder(encoder(tmp_path / EMBEDDINGS, MEANS))
    found = encode(["We listened", "they HEARD us all the time", "It shipped", "nothing of it"] * 9)
    assert found.shape == (36, 2)
    assert found[0] @ found[1] == pytest.approx(1) and found[0] @ found[2] == pytest.approx(0)
    assert np.linalg.norm(found[3]) == 0  # words that it does not know
    assert encode([]).shape[0] == 0


def test_a_point_is_found_by_its_meaning(tmp_path: Path) -> None:
    encode = SentenceEncoder(encoder(tmp_path / EMBEDDINGS, MEANS))
    ((quote,),) = quotes(["listened"], ["It shipped.", "They heard me."], "en", encode)
    assert (quote.first, quote.method) == (1, BY_MEANING)


@pytest.mark.parametrize("labels", [("NEGATIVE", "POSITIVE"), ("negative", "positive"), ("1 star", "5 stars")])
def test_sentiment_is_the_mean_place_of_the_labels(tmp_path: Path, labels: tuple[str, str]) -> None:
    tones = SentimentClassifier(classifier(tmp_path / SENTIMENT, FEELS, labels))
    good, bad, neither = tones(["Das war schön", "it was awful", "it was"])
    assert good > 0.9 and bad < -0.9 and neither == 0
    assert tones([]) == []


def test_a_model_is_asked_in_every_language_and_the_dictionary_is_not(tmp_path: Path) -> None:
    from analysis.speech.said import understood
    from analysis.types import Transcript

    tones = SentimentClassifier(classifier(tmp_path / SENTIMENT, FEELS, ("negative", "positive")))
    german = Transcript(words("Das war schön. Es war furchtbar."), "uploaded", "de")
    assert [sentence.sentiment for sentence in understood(german, None).sentences] == [None, None]
    found = understood(german, None, tones)
    first, second = (sentence.sentiment for sentence in found.sentences)
    assert found.by_model and first is not None and second is not None and first > 0.9 and second < -0.9
    assert not said(None, words("That was wonderful.")).by_model


@pytest.mark.parametrize("broken", ["model.onnx", "tokenizer.json", "config.json"])
def test_a_damaged_model_says_what_is_wrong(tmp_path: Path, broken: str) -> None:
    folder = classifier(tmp_path / SENTIMENT, FEELS, ("negative", "positive"))
    (folder / broken).write_text("nothing of the kind")
    with pytest.raises(BadTextModel):
        SentimentClassifier(folder)


def test_labels_of_something_else_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadTextModel, match="is no label of sentiment"):
        SentimentClassifier(classifier(tmp_path / SENTIMENT, FEELS, ("joy", "anger")))


def test_a_model_that_does_not_answer_as_it_says_is_refused(tmp_path: Path) -> None:
    folder = classifier(tmp_path / SENTIMENT, FEELS, ("negative", "positive"))
    (folder / "config.json").write_text('{"id2label": {"0": "negative", "1": "neutral", "2": "positive"}}')
    with pytest.raises(BadTextModel, match="does not answer with its 3 labels"):
        SentimentClassifier(folder)


def test_a_model_that_wants_what_nobody_gives_is_refused(tmp_path: Path) -> None:
    folder = encoder(tmp_path / EMBEDDINGS, MEANS)
    model = onnx.load(str(folder / "model.onnx"))
    model.graph.input[0].name = model.graph.node[0].input[1] = "position_ids"
    onnx.save(model, str(folder / "model.onnx"))
    with pytest.raises(BadTextModel, match="does not answer"):
        SentenceEncoder(folder)


def _analysed(folder: Path, model_dir: Path) -> Outcome:
    transcript = folder / "words.srt"
    transcript.write_text("1\n00:00:00,000 --> 00:00:01,000\nDas war schön\n")
    config = PipelineConfig(plan=frozenset({Stage.TRANSCRIPT, Stage.SPEECH}), model_dir=str(model_dir))
    analysis = Analysis(write_video(folder / "talk.mp4", sound=True), config, transcript=transcript)
    for _ in analysis:
        pass
    return analysis.outcome()


def test_the_pipeline_uses_it_and_names_its_weights(tmp_path: Path) -> None:
    model = classifier(tmp_path / "models" / SENTIMENT, FEELS, ("negative", "positive"))
    outcome = _analysed(tmp_path, model.parent)
    assert outcome.sentences[0].sentiment is not None and outcome.sentences[0].sentiment > 0.9
    assert SENTIMENT in outcome.manifest["weights"]  # type: ignore[operator]


def test_a_damaged_one_leaves_the_rest_and_says_so(tmp_path: Path) -> None:
    model = classifier(tmp_path / "models" / SENTIMENT, FEELS, ("negative", "positive"))
    (model / "model.onnx").write_bytes(b"no")
    outcome = _analysed(tmp_path, model.parent)
    assert outcome.sentences and "no model that can be read" in str(outcome.manifest["engines"])
