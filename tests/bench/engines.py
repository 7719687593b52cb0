"""The expression network in every engine that is installed: time of a face on one core, and accuracy.

`python -m tests.bench.engines`. FER-2013's PublicTest measures, its Training calibrates int8. Torch, ONNX Runtime and
OpenVINO are the product's own; `onnx` (to write the file that ONNX Runtime reads) and `nncf` (to make int8) are not:
a line says where they are missing.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import openvino
import torch
from numpy.typing import NDArray

from analysis.cpu import Precision, compiled, precision
from analysis.expression import weights_file
from analysis.expression.network import Mirrored
from analysis.expression.preprocessing import CROP_PX, normalise

DATA = Path(__file__).resolve().parent.parent.parent.parent / "shared" / "data" / "fer2013_train_valid.npz"
BATCH, CALIBRATION, ROUNDS = 32, 1024, 5

#: (32, 1, 48, 48) normalised faces -> (32, 7) logits.
Engine = Callable[[NDArray[np.float32]], NDArray[np.float32]]


def _torch(network: torch.nn.Module, dtype: torch.dtype) -> Engine:
    def run(faces: NDArray[np.float32]) -> NDArray[np.float32]:
        with torch.inference_mode(), torch.autocast("cpu", dtype, enabled=dtype != torch.float32):
            return np.asarray(network(torch.from_numpy(faces)).float().numpy())

    return run


def _onnxruntime(network: torch.nn.Module) -> Engine:
    import onnx  # noqa: F401 - torch's exporter needs it
    import onnxruntime

    file = io.BytesIO()
    torch.onnx.export(network, (torch.zeros(BATCH, 1, CROP_PX, CROP_PX),), file, input_names=["faces"], dynamo=False)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(file.getvalue(), options, providers=["CPUExecutionProvider"])
    return lambda faces: np.asarray(session.run(None, {"faces": faces})[0])


def _openvino(model: openvino.Model, wanted: Precision) -> Engine:
    request = compiled(model, 1, wanted).create_infer_request()
    return lambda faces: np.array(request.infer([faces])[0])


def _int8(model: openvino.Model, faces: NDArray[np.float32]) -> Engine:
    import nncf

    batches = [faces[start : start + BATCH] for start in range(0, CALIBRATION, BATCH)]
    quantised = nncf.quantize(model, nncf.Dataset(batches), subset_size=len(batches))
    return _openvino(quantised, "f32")


def _line(name: str, make: Callable[[], Engine], faces: NDArray[np.float32], labels: NDArray[np.int64]) -> None:
    try:
        engine = make()
    except ImportError as error:
        print(f"{name:<24}{error.name} is not installed")
        return
    whole = len(faces) // BATCH * BATCH
    answers = [engine(faces[start : start + BATCH]) for start in range(0, whole, BATCH)]
    right = float((np.concatenate(answers).argmax(axis=1) == labels[:whole]).mean())
    times = []
    for _ in range(ROUNDS):
        started_s = time.process_time()
        for start in range(0, 10 * BATCH, BATCH):
            engine(faces[start : start + BATCH])
        times.append((time.process_time() - started_s) / (10 * BATCH))
    print(f"{name:<24}{1000 * min(times):>8.2f} ms a face{100 * right:>8.2f} % right", flush=True)


def measure() -> None:
    if not DATA.exists():
        print("\nengines: FER-2013 is not here")
        return
    torch.set_num_threads(1)
    with np.load(DATA) as data:
        test, train = data["split"] == 1, np.flatnonzero(data["split"] == 0)[::28][:CALIBRATION]
        faces = normalise(torch.from_numpy(data["images"][test])).numpy()
        calibration = normalise(torch.from_numpy(data["images"][train])).numpy()
        labels = data["labels"][test].astype(np.int64)
    network = Mirrored(weights_file.read(weights_file.SHIPPED)[0]).eval()
    shape = openvino.PartialShape([BATCH, 1, CROP_PX, CROP_PX])
    model = openvino.convert_model(network, example_input=torch.zeros(2, 1, CROP_PX, CROP_PX), input=[shape])
    print(
        f"\nthe expression network, batches of {BATCH}, one thread, {len(faces) // BATCH * BATCH} faces of PublicTest"
    )
    _line("torch, float32", lambda: _torch(network, torch.float32), faces, labels)
    _line("torch, bf16", lambda: _torch(network, torch.bfloat16), faces, labels)
    _line("ONNX Runtime, float32", lambda: _onnxruntime(network), faces, labels)
    _line("OpenVINO, float32", lambda: _openvino(model, "f32"), faces, labels)
    if precision("bf16") == "bf16":
        _line("OpenVINO, bf16", lambda: _openvino(model, "bf16"), faces, labels)
    else:
        print("OpenVINO, bf16          not on this processor")
    _line("OpenVINO, int8", lambda: _int8(model, calibration), faces, labels)


if __name__ == "__main__":
    measure()
