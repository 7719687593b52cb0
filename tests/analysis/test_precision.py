"""Each network runs in the precision that was chosen for it, whatever OpenVINO would take on this processor."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from openvino import Type

from analysis import cpu, manifest
from analysis.cpu import precision
from analysis.expression.inference import ExpressionClassifier
from analysis.faces.engine import Engine
from analysis.landmarks.stage import LandmarkStage


class OtherProcessor:
    """Stands for openvino.Core on a processor that computes in these precisions itself."""

    def __init__(self, *able: str) -> None:
        self._able = [*able, "INT8", "BIN"]

    def __call__(self) -> OtherProcessor:
        return self

    def get_property(self, device: str, name: str) -> list[str]:
        assert (device, name) == ("CPU", "OPTIMIZATION_CAPABILITIES")
        return self._able


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """on("FP32") -> networks are now compiled for such a processor."""

    def make(*able: str) -> None:
        precision.cache_clear()
        monkeypatch.setattr(cpu.openvino, "Core", OtherProcessor(*able))

    yield make
    precision.cache_clear()


@pytest.mark.parametrize(
    ("able", "f16", "bf16"),
    [
        (("FP32",), "f32", "f32"),  # AVX2
        (("WINOGRAD", "FP32"), "f32", "f32"),  # AVX-512, with or without VNNI
        (("BF16", "WINOGRAD", "FP32"), "f32", "bf16"),  # AVX-512 with bf16 and no float16: never bf16 instead of it
        (("BF16", "WINOGRAD", "FP32", "FP16"), "f16", "bf16"),  # AMX
    ],
)
def test_what_a_processor_lacks_becomes_float32_and_nothing_else(
    on: Callable[..., None], able: tuple[str, ...], f16: str, bf16: str
) -> None:
    on(*able)
    assert (precision("f32"), precision("f16"), precision("bf16")) == ("f32", f16, bf16)


def test_openvino_takes_what_was_chosen(shared: Callable[[str], Path]) -> None:
    folder = shared("models/face_landmarker.task").parent
    assert LandmarkStage(folder, threads=1).engine_name == f"OpenVINO, {precision('f16')}"


def test_expression_and_faces_are_in_theirs() -> None:
    if (name := ExpressionClassifier.load(threads=1).engine_name).startswith("OpenVINO"):  # no CUDA device
        assert name == f"OpenVINO, {precision('bf16')}"
    request = Engine("onet", (-1, 3, 48, 48), threads=1)._request
    assert request.get_compiled_model().get_property("INFERENCE_PRECISION_HINT") == Type.f32


def test_the_manifest_names_instructions_of_this_processor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = tmp_path / "cpuinfo"
    listed.write_text("processor : 0\nflags : fpu avx2 avx512f avx512_vnni sse\n\nprocessor : 1\nflags : fpu\n")
    monkeypatch.setattr(manifest, "_CPU", listed)
    assert manifest.processor() == "avx2 avx512f avx512_vnni"
    listed.unlink()
    assert manifest.processor() == ""
