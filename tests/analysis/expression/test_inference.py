from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from analysis.expression import weights_file
from analysis.expression.calibration import probabilities
from analysis.expression.inference import BATCH, ExpressionClassifier, on_torch
from analysis.expression.network import Mirrored
from analysis.expression.preprocessing import normalise


def test_each_face_gets_seven_probabilities_that_sum_to_one(
    shipped: ExpressionClassifier, faces: NDArray[np.uint8]
) -> None:
    probs = shipped.predict(faces)
    assert probs.shape == (len(faces), 7) and probs.dtype == np.float32
    assert (probs >= 0).all()
    assert np.allclose(probs.sum(axis=1), 1, atol=1e-5)


def test_no_faces_give_no_rows(shipped: ExpressionClassifier) -> None:
    assert shipped.predict(np.empty((0, 48, 48), dtype=np.uint8)).shape == (0, 7)


@pytest.mark.parametrize(
    "wrong",
    [
        np.zeros((48, 48), dtype=np.uint8),
        np.zeros((1, 44, 48), dtype=np.uint8),
        np.zeros((1, 48, 48, 1), dtype=np.uint8),
        np.zeros((1, 48, 48), dtype=np.float32),
    ],
)
def test_another_shape_or_type_is_refused(shipped: ExpressionClassifier, wrong: np.ndarray) -> None:
    with pytest.raises(ValueError, match="uint8"):
        shipped.predict(wrong)


def test_a_faces_probabilities_do_not_depend_on_its_company(
    shipped: ExpressionClassifier, faces: NDArray[np.uint8]
) -> None:
    together = shipped.predict(faces)
    assert len(faces) > BATCH
    alone = np.concatenate([shipped.predict(faces[i : i + 1]) for i in range(len(faces))])
    assert np.allclose(together, alone, atol=0.01)  # 0 in float32; in bf16 another order of sums may round otherwise


def test_the_same_faces_give_the_same_bytes(shipped: ExpressionClassifier, faces: NDArray[np.uint8]) -> None:
    first = shipped.predict(faces)
    again = ExpressionClassifier.load(threads=2).predict(faces)
    assert first.tobytes() == shipped.predict(faces).tobytes() == again.tobytes()


def test_a_read_only_view_of_a_frame_is_accepted(shipped: ExpressionClassifier, faces: NDArray[np.uint8]) -> None:
    frame = np.zeros((2, 96, 96), dtype=np.uint8)
    frame[:, ::2, ::2] = faces[:2]
    frame.flags.writeable = False
    assert np.array_equal(shipped.predict(frame[:, ::2, ::2]), shipped.predict(faces[:2]))


def test_the_fast_engine_gives_torchs_answer(shipped: ExpressionClassifier, faces: NDArray[np.uint8]) -> None:
    network, info = weights_file.read(weights_file.SHIPPED)
    with torch.inference_mode():
        exact = probabilities(Mirrored(network)(normalise(torch.tensor(faces))).numpy(), info.temperature)
    assert np.abs(shipped.predict(faces) - exact).max() < 0.03  # bf16 keeps three digits


def test_the_engine_of_a_graphics_card_gives_torchs_answer_on_any_device(
    shipped: ExpressionClassifier, faces: NDArray[np.uint8], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where there is no CUDA device, the same code runs on the processor: all but the device is tested."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    monkeypatch.setattr("analysis.expression.inference.on_torch", lambda network, _: on_torch(network, device))
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    monkeypatch.setattr("torch.cuda.get_device_name", lambda: "a card")
    on_card = ExpressionClassifier.load()
    assert on_card.engine_name == "torch, a card" and shipped.engine_name.startswith("OpenVINO, ")
    assert np.abs(on_card.predict(faces) - shipped.predict(faces)).max() < 0.03
