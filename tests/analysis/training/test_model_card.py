"""The model card: every figure in its place, and no card with a hole."""

from __future__ import annotations

import copy
import json
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from analysis.expression import weights_file
from analysis.expression.network import ExpressionNet, NetworkConfig
from analysis.expression.weights_file import WeightsInfo
from analysis.training import card
from analysis.training.card import BadFigures, read_figures, render
from analysis.training.datasets import Dataset
from analysis.training.evaluate import details, figures
from analysis.training.plots import draw_calibration
from analysis.training.robustness import CONDITIONS
from analysis.types import EXPRESSIONS, NOT_SURE

TINY = NetworkConfig(widths=(4, 8), blocks=(1, 1), squeeze=2, dropout=0.0)
TRAINING = {
    "config": {"seed": 7, "network": {"widths": [4, 8]}, "something": {"new": {"deep": 0.25}}},
    "dataset_sha256": "d" * 64,
    "dropped_duplicates": 1234,
    "epochs_done": 3,
    "seconds": 125,
    "machine": {"device": "cpu"},
}
INFO = WeightsInfo("tiny", TINY, 1.25, 0.4, TRAINING, "r" * 64, "t" * 64)


@cache
def _measured() -> dict[str, Any]:
    random = np.random.default_rng(1)
    labels = random.integers(0, 7, 300)
    probs = random.dirichlet(np.ones(7), 300).astype(np.float32)
    probs[np.arange(300), labels] += 0.6
    probs /= probs.sum(axis=1, keepdims=True)
    votes = np.zeros((300, 10), dtype=np.uint8)
    votes[:, 1] = 10
    costs = {"params": 1_234_567, "weights_bytes": 5_600_000, "ms_per_face": 0.789}
    return {**figures(probs, labels, votes), **costs, **details(probs, labels, votes, 0.4)}


def measured() -> dict[str, Any]:
    return copy.deepcopy(_measured())


def all_figures() -> dict[str, Any]:
    condition = {
        "accuracy": 0.6,
        "low": 0.55,
        "high": 0.65,
        "ece": 0.021,
        "coverage": 0.8,
        "accuracy_of_answers": None,
    }
    return {
        "weights_sha256": "w" * 64,
        "dataset_sha256": "m" * 64,
        "measured_on": "2026-11-22",
        "measured": measured(),
        "robustness": {
            **{name: dict(condition) for name in CONDITIONS},
            "blur, 2.0 px": {**condition, "accuracy": 0.421},
        },
    }


TRIAL = {
    **{"accuracy": 0.6612, "macro_recall": 0.631, "nll": 0.925, "ferplus_accuracy": 0.808},
    **{"params": 699_119, "mmacs": 33.4, "ms_per_face": 0.12, "minutes": 12.4},
}
TRIALS = {
    "setting": "Short trainings, one seed each.",
    "ablation": [{"name": "no flip", "what": "flip 0", **TRIAL}],
    "sizes": [{"name": "32-64-128", "what": "", **TRIAL}],
}


def interval(value: float) -> dict[str, float]:
    return {"value": value, "low": value - 0.01, "high": value + 0.01}


def audit(**changes: Any) -> dict[str, Any]:
    def group(of: dict[str, str], happy: float) -> dict[str, Any]:
        predicted = {name: interval(0.05) for name in (*EXPRESSIONS, NOT_SURE)} | {"happy": interval(happy)}
        rates = {"detection_rate": interval(0.98), "readable_rate": interval(0.97)}
        return {"of": of, "n": 1000, **rates, "predicted": predicted, "accuracy": None}

    less = {"of": {"sex": "male"}, "difference": -0.156, "low": -0.198, "high": -0.112, "ratio": 0.75, "clear": True}
    chance = {**less, "difference": -0.001, "low": -0.01, "high": 0.008, "ratio": None, "clear": False}
    both = {"by": ["sex", "age"], "best": {"sex": "female", "age": "60+"}}
    found = {
        "made_at": "2026-11-21T15:00:00+00:00",
        "weights_sha256": "w" * 64,
        "dataset": {"name": "made-up faces", "images": 2000, "unreadable": 3, "sha256": "f" * 64},
        "labelled": False,
        "confidence": 0.95,
        "dimensions": {"sex": ["female", "male"]},
        "groups": [
            group({"sex": "female"}, 0.631),
            group({"sex": "male"}, 0.475),
            group({"sex": "male", "age": "60+"}, 0.111),
        ],
        "comparisons": [
            {"measure": "predicted:happy", "by": ["sex"], "best": {"sex": "female"}, "groups": [less]},
            {"measure": "detection_rate", "by": ["sex"], "best": {"sex": "female"}, "groups": [chance]},
            {"measure": "predicted:sad", **both, "groups": [{**less, "of": {"sex": "male", "age": "0-17"}}]},
        ],
        "notes": ["These faces are made up."],
    }
    return found | changes


FACES = Dataset(np.random.default_rng(3).integers(0, 255, (14, 48, 48), np.uint8), np.arange(14) % 7, sha256="n" * 64)


def rows_of(text: str) -> list[list[str]]:
    return [
        [cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")
    ]


def test_every_figure_is_in_the_card_with_its_interval() -> None:
    figures_, found = all_figures(), render(INFO, all_figures(), TRIALS, None)
    of, ends = figures_["measured"], figures_["measured"]["intervals"]
    rows = rows_of(found)
    accuracy = f"{of['accuracy']:.1%} ({ends['accuracy'][0] * 100:.1f} to {ends['accuracy'][1] * 100:.1f})"
    assert ["accuracy, FER-2013 labels", accuracy] in rows
    assert ["time of a face on one core, in batches of 32", "0.79 ms"] in rows
    assert "5.6 MB, 1,234,567 parameters" in found and "Measured on 2026-11-22" in found
    for name, counts in zip(EXPRESSIONS, of["confusion"]["counts"], strict=True):
        recall, (low, high) = of["per_class_recall"][name], ends["per_class_recall"][name]
        assert [name, str(sum(counts)), f"{recall:.3f} ({low:.3f} to {high:.3f})"] in rows
        assert [name, *map(str, counts)] in rows
    assert "a probability of 0.400 for the likeliest expression" in " ".join(found.split())
    for point in of["coverage"]:
        assert any(row[:2] == [f"{point['coverage']:.1%}", f"{point['threshold']:.3f}"] for row in rows)
    assert ["blur, 2.0 px", "42.1% (55.0 to 65.0)", "0.021", "80.0%", "not measured"] in rows
    assert ["no flip", "flip 0", "66.1%", "0.631", "0.925", "80.8%", "12"] in rows
    assert ["32-64-128", "699,119", "33", "66.1%", "0.631", "0.12", "12"] in rows
    assert "$" not in found


def test_whatever_the_recipe_holds_is_shown_with_the_path_to_it() -> None:
    rows = rows_of(render(INFO, all_figures(), None, None))
    assert ["`seed`", "7"] in rows and ["`network.widths`", "4, 8"] in rows
    assert ["`something.new.deep`", "0.25"] in rows
    assert ["`machine.device`", "cpu"] in rows


def test_copies_and_rare_expressions_and_the_second_task_are_named_only_where_there_were_some() -> None:
    assert "1,234 Training images are copies" in render(INFO, all_figures(), None, None)
    plain = {name: value for name, value in TRAINING.items() if name != "dropped_duplicates"}
    without = WeightsInfo("tiny", TINY, 1.25, 0.4, plain, "", "")
    found = render(without, all_figures(), None, None)
    assert "copies, or nearly" not in found and "Landmarker" not in found and "frequency" not in found
    more = WeightsInfo("tiny", TINY, 1.25, 0.4, {**plain, "auxiliary_sha256": "a", "rare": 0.5}, "", "")
    found = " ".join(render(more, all_figures(), None, None).split())
    assert "Face Landmarker" in found and "50% of the logarithm of each" in found


def paths(values: dict[str, Any], above: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """The way to every figure that the text shows; of the ways to make crops worse, inside the first alone."""
    found = []
    for name, value in values.items():
        if name == "reliability":  # the picture's alone
            continue
        found.append((*above, name))
        if isinstance(value, dict) and (above != ("robustness",) or name == "as it is"):
            found += paths(value, (*above, name))
    return found


@pytest.mark.parametrize("path", paths(all_figures()))
def test_a_figure_that_is_missing_is_an_error_and_never_a_hole(path: tuple[str, ...]) -> None:
    incomplete = all_figures()
    inside = incomplete
    for name in path[:-1]:
        inside = inside[name]
    del inside[path[-1]]
    with pytest.raises(KeyError):
        render(INFO, incomplete, TRIALS, audit())


@pytest.mark.parametrize("kind", ["ablation", "sizes"])
@pytest.mark.parametrize("name", ["name", "accuracy", "macro_recall", "minutes"])
def test_a_trial_without_a_figure_is_an_error(kind: str, name: str) -> None:
    trials = copy.deepcopy(TRIALS)
    del trials[kind][0][name]  # type: ignore[attr-defined]
    with pytest.raises(KeyError, match=name):
        render(INFO, all_figures(), trials, None)


def test_a_percentage_where_a_part_of_one_belongs_is_an_error() -> None:
    trials = copy.deepcopy(TRIALS)
    trials["ablation"][0]["accuracy"] = 66.1  # type: ignore[index]
    with pytest.raises(ValueError, match=r"66\.1 is not a part of one"):
        render(INFO, all_figures(), trials, None)


def test_no_trials_no_audit_and_no_bound_are_said() -> None:
    never_abstains = all_figures()
    never_abstains["measured"]["abstention"]["threshold"] = 0.0
    found = render(INFO, never_abstains, None, None)
    assert "Not recorded for these weights." in found
    assert "**Not audited yet.**" in found
    assert "it always answers" in found


def test_the_audit_of_these_weights_is_shown_group_by_group_with_its_clear_differences_and_notes() -> None:
    found = render(INFO, all_figures(), None, audit())
    rows = rows_of(found)
    groups = {row[0]: row for row in rows if row[1:2] == ["1,000"]}
    assert set(groups) == {"female", "male"}  # intersections stay in fairness.json
    assert groups["male"][2] == "98.0% (97.0 to 99.0)" and groups["female"][7] == "63.1% (62.1 to 64.1)"
    differences = [row for row in rows if row[1:2] == ["sex"]]
    assert differences == [["share of happy", "sex", "female", "male", "-15.6 (-19.8 to -11.2)", "0.75"]]
    text = " ".join(found.split())
    assert "Audited on 2026-11-21 with made-up faces: 2,000 images, and 3 more that could not be read" in text
    assert "It has no labels" in text and "- These faces are made up." in text


def test_an_audit_of_other_weights_counts_as_none() -> None:
    found = render(INFO, all_figures(), None, audit(weights_sha256="o" * 64))
    assert "**Not audited yet**: the last audit was of other weights." in found and "made-up faces" not in found


def test_labelled_groups_show_their_accuracy_and_a_group_that_could_not_be_read_its_absence() -> None:
    labelled = audit(labelled=True)
    labelled["groups"][0]["accuracy"] = interval(0.7)
    labelled["groups"][1]["predicted"] = None
    rows = {row[0]: row for row in rows_of(render(INFO, all_figures(), None, labelled)) if row[1:2] == ["1,000"]}
    assert rows["female"][-1] == "70.0% (69.0 to 71.0)"
    assert rows["male"][4:] == ["not measured"] * 9
    assert "It has no labels" not in render(INFO, all_figures(), None, labelled)


def test_the_card_says_what_the_weights_must_not_do() -> None:
    found = " ".join(render(INFO, all_figures(), None, None).replace("*", "").split())
    for sentence in (
        "An expression shown is not an emotion felt",
        "must not be used to score, rank, filter, accept or reject people",
        "the rights of single images are unclear",
        "Not measured on interview video yet",
        "PublicTest was used for development",
    ):
        assert sentence in found


def test_the_figure_is_a_picture_that_is_the_same_each_time(tmp_path: Path) -> None:
    for name in ("one.svg", "two.svg"):
        draw_calibration(measured(), tmp_path / name)
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()
    drawn = ElementTree.parse(tmp_path / "one.svg").getroot()
    texts = {"".join(each.itertext()) for each in drawn.iter("{http://www.w3.org/2000/svg}text")}
    assert {"How often a probability comes true", "What abstaining buys", "in use: not sure below 0.40"} <= texts


@pytest.fixture(scope="module")
def first_card(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A card of an untrained network, with all that lies beside it; measured once, because that takes seconds."""
    folder = tmp_path_factory.mktemp("card")
    weights_file.write(folder / "tiny.safetensors", ExpressionNet(TINY), INFO)
    write_card(folder)
    return folder


@pytest.fixture
def written(first_card: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(first_card, tmp_path / "weights"))


def write_card(folder: Path) -> None:
    card.write(folder / "MODEL_CARD.md", folder / "tiny.safetensors", FACES, threads=1, tried=folder / "none.json")


def test_the_card_has_its_figures_and_its_picture_beside_it(written: Path) -> None:
    found = (written / "MODEL_CARD.md").read_text(encoding="utf-8")
    kept = json.loads((written / "measured.json").read_text(encoding="utf-8"))
    assert kept["weights_sha256"] in found and kept["dataset_sha256"] == "n" * 64
    assert kept["measured"]["n"] == 14 and f"{kept['measured']['accuracy']:.1%}" in found
    assert "(calibration.svg)" in found and (written / "calibration.svg").is_file()
    assert kept["robustness"]["as it is"]["accuracy"] == kept["measured"]["accuracy"]
    assert kept["measured"]["abstention"]["threshold"] == 0.4
    _, info = weights_file.read(written / "tiny.safetensors")
    assert render(info, kept, None, None) == found  # measured.json holds every figure of the card


def test_a_damaged_audit_is_one_sentence_and_nothing_is_written(written: Path) -> None:
    before = {path.name: path.read_bytes() for path in written.iterdir()}
    for text, said in (("{", "fairness.json cannot be read"), ('{"weights_sha256": 1', "fairness.json")):
        (written / "fairness.json").write_text(text, encoding="utf-8")
        with pytest.raises(BadFigures, match=said):
            write_card(written)
    assert {path.name: path.read_bytes() for path in written.iterdir() if path.name in before} == before


def test_an_audit_with_a_hole_is_one_sentence_and_nothing_is_written(written: Path) -> None:
    before = (written / "MODEL_CARD.md").read_bytes()
    of_these = json.loads((written / "measured.json").read_text(encoding="utf-8"))["weights_sha256"]
    holed = audit(weights_sha256=of_these)
    del holed["groups"][0]["detection_rate"]
    (written / "fairness.json").write_text(json.dumps(holed), encoding="utf-8")
    with pytest.raises(BadFigures, match="detection_rate"):
        write_card(written)
    assert (written / "MODEL_CARD.md").read_bytes() == before


def test_a_list_of_figures_is_no_object(tmp_path: Path) -> None:
    (tmp_path / "list.json").write_text("[]", encoding="utf-8")
    with pytest.raises(BadFigures, match=r"list\.json cannot be read: they are no JSON object"):
        read_figures(tmp_path / "list.json")


def test_measuring_needs_nothing_that_only_developers_install() -> None:
    without = (
        "import sys; sys.modules['matplotlib'] = None; import analysis.training.__main__, analysis.training.card"
    )
    subprocess.run([sys.executable, "-c", without], check=True, cwd=Path(__file__).parents[3])


def test_a_card_without_the_drawing_library_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "analysis.training.plots", raising=False)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(BadFigures, match=r"needs matplotlib.*requirements-dev\.txt"):
        card.write(tmp_path / "MODEL_CARD.md", weights_file.SHIPPED, FACES, 1)
    assert not list(tmp_path.iterdir())
