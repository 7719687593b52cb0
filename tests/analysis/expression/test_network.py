from __future__ import annotations

import pytest
import torch

from analysis.expression.network import ExpressionNet, NetworkConfig, count_parameters


def test_logits_have_one_row_a_face_and_seven_columns() -> None:
    network = ExpressionNet(NetworkConfig()).eval()
    assert network(torch.zeros(3, 1, 48, 48)).shape == (3, 7)


def test_the_default_network_stays_small() -> None:
    assert 300_000 <= count_parameters(ExpressionNet(NetworkConfig())) <= 1_000_000


def test_every_stage_halves_the_picture_once() -> None:
    network = ExpressionNet(NetworkConfig(widths=(4, 8, 12), blocks=(1, 2, 1), squeeze=2)).eval()
    assert network.stages(network.stem(torch.zeros(2, 1, 48, 48))).shape == (2, 12, 6, 6)


def test_a_configuration_survives_a_journey_through_lists() -> None:
    config = NetworkConfig(widths=(4, 8), blocks=(1, 1))
    assert NetworkConfig.from_mapping({**config.as_mapping(), "widths": [4, 8], "blocks": [1, 1]}) == config


def test_widths_without_blocks_are_refused() -> None:
    with pytest.raises(ValueError, match="one number of blocks"):
        NetworkConfig(widths=(4, 8), blocks=(1,))
