"""What a result was made from and with, so that it can be reproduced: input, configuration, weights, versions."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from platform import python_version

from analysis.config import PipelineConfig
from analysis.types import Stage, StageState
from analysis.video.decode import Ending

_PACKAGES = (
    *("av", "numpy", "opencv-python-headless", "torch", "openvino", "facenet-pytorch", "pyarrow"),
    *("pocketsphinx", "faster-whisper", "onnxruntime", "swift-f0", "vaderSentiment", "simplemma"),
)
# By their Linux names: those that decide which kernels and which precision the models use.
_INSTRUCTIONS = (
    *("avx2", "avx_vnni", "avx512f", "avx512_vnni", "avx512_bf16", "avx512_fp16"),
    *("amx_tile", "amx_bf16", "amx_fp16"),
)
_CPU = Path("/proc/cpuinfo")


def versions() -> dict[str, str]:
    """Versions of Python and of every package whose numbers end up in a result; read without importing any."""
    found = {"python": python_version()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def processor() -> str:
    """The processor's instruction sets that last digits depend on; empty if Linux does not list them."""
    try:
        lines = _CPU.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    has = next((line.split() for line in lines if line.startswith("flags")), [])
    return " ".join(name for name in _INSTRUCTIONS if name in has)


def build(
    *,
    config: PipelineConfig,
    sha256: str,
    ending: Ending,
    stages: Mapping[Stage, StageState],
    weights: Mapping[str, str],
    engines: Mapping[str, str],
    stage_seconds: Mapping[str, float],
    explanations: Mapping[str, object],
    frames_from_savepoint: int = 0,
) -> dict[str, object]:
    """The manifest. Everything but `measured` is the same for the same input, configuration, versions and processor.

    explanations: how many moments have one, and why others do not; empty if no expression was read.
    frames_from_savepoint: how many frames were not analyzed again because an earlier attempt had saved them.
    """
    return {
        "input_sha256": sha256,
        "config_fingerprint": config.fingerprint(),
        "plan": sorted(str(stage) for stage in config.plan),
        "stages": {str(stage): str(stages[stage]) for stage in Stage},
        "seed": config.seed,
        "weights": dict(weights),
        "engines": dict(engines),
        "processor": processor(),
        "explanations": dict(explanations),
        "versions": versions(),
        "complete": ending.complete,
        "missing_ms": ending.missing_ms,
        "damaged_packets": ending.damaged_packets,
        "measured": {
            "stage_seconds": {name: round(seconds, 3) for name, seconds in stage_seconds.items()},
            "decoder_peak_rss_mb": round(ending.peak_rss_mb, 1),
            "frames_from_savepoint": frames_from_savepoint,
        },
    }
