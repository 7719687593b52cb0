"""The recipe for a training: one TOML file, one frozen value, one hash."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from analysis.expression.network import NetworkConfig

#: The recipe of the shipped weights.
DEFAULT_RECIPE = Path(__file__).parent / "recipe.toml"


class BadRecipe(Exception):
    """The recipe cannot be used; `str(error)` is one sentence that names the file."""


@dataclass(frozen=True, slots=True)
class OptimisationConfig:
    """Warm-up, then half a cosine, gradient clipping and a moving average of the weights.

    method: "adamw", or "sgd" with Nesterov momentum.
    """

    method: str = "adamw"
    learning_rate: float = 3e-3
    momentum: float = 0.9
    weight_decay: float = 0.03
    warm_up_epochs: float = 2.0
    clip_norm: float = 2.0
    average_decay: float = 0.998

    def __post_init__(self) -> None:
        if self.method not in ("adamw", "sgd"):
            raise ValueError(f"method is adamw or sgd, not {self.method!r}")


@dataclass(frozen=True, slots=True)
class LabelConfig:
    """votes_share: share of the target taken from FER+ votes. class_power: how strongly rare classes count.

    weight: of the expression loss; 0 learns only the auxiliary task, to start another training from.
    """

    votes_share: float = 0.5
    class_power: float = 0.3
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class AugmentConfig:
    """Probabilities are 0..1, sizes fractions of the crop's side, brightness and contrast fractions of one."""

    flip: float = 0.5
    rotate_deg: float = 12.0
    scale: float = 0.12
    shift: float = 0.08
    brightness: float = 0.35
    contrast: float = 0.3
    gamma: float = 0.0  # natural logarithm of the largest exponent
    blur: float = 0.15
    noise: float = 0.0
    noise_levels: float = 10.0  # of 255
    erase: float = 0.3
    erase_side: float = 0.35
    mixup: float = 0.0  # probability per batch
    cutmix: float = 0.0  # probability per batch


@dataclass(frozen=True, slots=True)
class SizeConfig:
    """Train on smaller pictures first, which is faster: `early_px` until `part` of the epochs is done."""

    early_px: int = 48
    part: float = 0.0


@dataclass(frozen=True, slots=True)
class AuxiliaryConfig:
    """A second task from the same pixels: the blendshape coefficients that another model reads off the face.

    weight: of its loss next to the expression loss; 0 leaves the task out. It needs `train --targets FILE`.
    """

    weight: float = 0.0


@dataclass(frozen=True, slots=True)
class TransferConfig:
    """Where to start. weights: a checkpoint or exported weights; "" starts from random values.

    frozen: "stem", "stages" or both joined by "+", which learn nothing for the first `frozen_epochs`.
    """

    weights: str = ""
    frozen: str = ""
    frozen_epochs: int = 0

    def __post_init__(self) -> None:
        if unknown := set(self.frozen_parts) - {"stem", "stages"}:
            raise ValueError(f"only stem and stages can be frozen, not {', '.join(sorted(unknown))}")

    @property
    def frozen_parts(self) -> tuple[str, ...]:
        return tuple(part for part in self.frozen.split("+") if part)


@dataclass(frozen=True, slots=True)
class TrainConfig:
    """Everything that determines a training's result, apart from the dataset and the machine."""

    seed: int = 20260101
    epochs: int = 50
    batch: int = 128
    precision: str = "bf16"
    held_out: float = 0.05  # share of Training
    network: NetworkConfig = field(default_factory=NetworkConfig)
    optimisation: OptimisationConfig = field(default_factory=OptimisationConfig)
    labels: LabelConfig = field(default_factory=LabelConfig)
    augment: AugmentConfig = field(default_factory=AugmentConfig)
    size: SizeConfig = field(default_factory=SizeConfig)
    auxiliary: AuxiliaryConfig = field(default_factory=AuxiliaryConfig)
    transfer: TransferConfig = field(default_factory=TransferConfig)

    def __post_init__(self) -> None:
        if self.precision not in ("bf16", "float32"):
            raise ValueError(f"precision is bf16 or float32, not {self.precision!r}")
        if self.epochs < 1 or self.batch < 2 or not 0 < self.held_out < 1:
            raise ValueError("epochs >= 1, batch >= 2 and 0 < held_out < 1 are needed")

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> TrainConfig:
        """Unknown names raise ValueError, so that a typo never trains something else."""
        unknown = set(values) - {each.name for each in fields(cls)}
        if unknown:
            raise ValueError(f"unknown names: {', '.join(sorted(unknown))}")
        sections: dict[str, Callable[..., Any]] = {
            "network": lambda **section: NetworkConfig.from_mapping(section),
            "optimisation": OptimisationConfig,
            "labels": LabelConfig,
            "augment": AugmentConfig,
            "size": SizeConfig,
            "auxiliary": AuxiliaryConfig,
            "transfer": TransferConfig,
        }
        made: dict[str, Any] = {
            name: sections[name](**value) if name in sections else value for name, value in values.items()
        }
        return cls(**made)

    def as_mapping(self) -> dict[str, Any]:
        return asdict(self)


def read_toml(path: Path) -> dict[str, Any]:
    """Raises BadRecipe."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadRecipe(f"The recipe {path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadRecipe(f"The recipe {path} is not usable: {error}.") from error


def read_recipe(path: Path, *changes: Mapping[str, Any]) -> TrainConfig:
    """The recipe in a TOML file, with changes in the same format applied to it one by one. Raises BadRecipe."""
    values = read_toml(path)
    try:
        for change in changes:
            values = overlaid(values, change)
        return TrainConfig.from_mapping(values)
    except (TypeError, ValueError) as error:
        raise BadRecipe(f"The recipe {path} is not usable: {error}.") from error


def overlaid(values: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """`values` with `change` applied to it, section by section."""
    merged = dict(values)
    for name, value in change.items():
        merged[name] = overlaid(merged.get(name, {}), value) if isinstance(value, Mapping) else value
    return merged


def training_sha256(config: TrainConfig, dataset_sha256: str) -> str:
    """SHA-256 over recipe and dataset: two weights with the same hash came from the same training."""
    about = {"config": config.as_mapping(), "dataset_sha256": dataset_sha256}
    return hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()
