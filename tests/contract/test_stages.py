"""Every stage of configs/stage keeps its promises; saving a YAML there enrols it."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from frugal.contract import Workbench
from frugal.stages.distil_logits import DistilLogits
from frugal.stages.finetune import Finetune
from frugal.stages.prune_structured import PruneStructured
from frugal.testing import check_stage, tiny, tiny_lines
from frugal.testing.configured import configured, group_files

TINY: dict[str, dict[str, Any]] = {
    "low_rank": {"energy": 0.6},
    "prune_magnitude": {"steps": 2, "epochs": 1},
    "prune_structured": {"epochs": 1},
    "adapt_writer": {"epochs": 1},
    "distil_ctc": {"epochs": 1},
    "distil_features": {"epochs": 1},
    "distil_logits": {"epochs": 1},
    "distil_sequence": {"epochs": 1, "sure": 0.2},
    "finetune": {"epochs": 1},
    "quantise_aware": {"epochs": 1},
}
"""Arguments that make a stage quick; one that is not named here is taken as its YAML says."""
LINES = {
    "distil_ctc": False,
    "distil_features": True,
    "distil_logits": True,
    "distil_sequence": False,
    "low_rank": True,
    "prune_magnitude": True,
    "prune_structured": True,
    "quantise_aware": True,
}
"""Stages that are tried on lines, and whether characters are something for them as well."""

pytestmark = pytest.mark.trains


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> nn.Module:
    return tiny.trained(tmp_path_factory.mktemp("trained"))


@pytest.fixture(scope="module")
def line_network(tmp_path_factory: pytest.TempPathFactory) -> nn.Module:
    return tiny_lines.trained(tmp_path_factory.mktemp("trained"))


@pytest.mark.parametrize(
    "path", [path for path in group_files("stage") if LINES.get(path.stem, True)], ids=lambda path: path.stem
)
def test_stage(path: Path, network: nn.Module) -> None:
    check_stage(configured(path, **TINY.get(path.stem, {})), network=network)


@pytest.mark.parametrize("name", sorted(LINES))
def test_stage_on_lines_of_different_widths(name: str, line_network: nn.Module) -> None:
    (path,) = (path for path in group_files("stage") if path.stem == name)
    check_stage(configured(path, **TINY[name]), network=line_network, on=tiny_lines)


@pytest.mark.parametrize(
    "stage",
    [
        PruneStructured(macs_ratio=0.4, importance="taylor", share="ranked", steps=2),
        DistilLogits(epochs=1, student=partial(tiny.network, width=4)),
        Finetune(epochs=1, student=partial(tiny.network, width=4)),
    ],
    ids=["prune_taylor", "distil_student", "finetune_student"],
)
def test_stage_with_other_arguments(stage: Any, network: nn.Module) -> None:
    check_stage(stage, network=network)


class _ChangesItsInput:
    def __call__(self, model: nn.Module, workbench: Workbench) -> nn.Module:
        with torch.no_grad():
            next(model.parameters()).mul_(2)
        return model


class _Unseeded:
    def __call__(self, model: nn.Module, workbench: Workbench) -> nn.Module:
        return tiny.network().eval()


def test_a_stage_that_changes_its_input_is_caught() -> None:
    with pytest.raises(AssertionError, match="changed the weights"):
        check_stage(_ChangesItsInput(), network=tiny.network())


def test_a_stage_that_draws_from_the_global_generator_is_caught() -> None:
    with pytest.raises(AssertionError, match="same seed"):
        check_stage(_Unseeded(), network=tiny.network())
