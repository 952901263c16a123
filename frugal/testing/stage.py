"""The contract of a stage, PyTorch -> PyTorch, checked on one of the tiny experiments."""

from __future__ import annotations

import copy
import tempfile
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from frugal.contract import Stage, Workbench
from frugal.models.forward import network_inputs
from frugal.models.saving import load_model, save_model
from frugal.testing import tiny


def check_stage(stage: Stage, *, network: nn.Module | None = None, on: Any = tiny) -> None:
    """AssertionError unless `stage` keeps its promises; takes seconds, give it few epochs.

    The network that it is given stays as it was; the result is another one with the task's outputs, depends on the
    workbench's seed alone, can be saved and loaded again, and exports with parity.

    Args:
        network: what the stage is given instead of the trained tiny network; takes the same inputs.
        on: the experiment, `frugal.testing.tiny` (characters) or `frugal.testing.tiny_lines`.
    """
    with tempfile.TemporaryDirectory(prefix="frugal-stage-") as name:
        folder = Path(name)
        before = network if network is not None else on.trained(folder / "trained")
        untouched = copy.deepcopy(before)
        results = [_applied(stage, before, on.workbench(folder / f"call-{seed}", before), seed) for seed in (1, 2)]
        _check_unchanged(before, untouched)
        _check_result(results[0], before, on)
        _check_equal(results[0], results[1])
        _check_saved(results[0], folder / "saved", on)
        on.artefact(results[0], folder / "artefact")


def _applied(stage: Stage, model: nn.Module, workbench: Workbench, global_seed: int) -> nn.Module:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(global_seed)  # a stage that draws from the global generator shows here
        return stage(model, workbench)


def _check_unchanged(model: nn.Module, before: nn.Module) -> None:
    assert _same_state(model, before), "the stage changed the weights of the network that it was given"
    assert model.training == before.training, "the stage changed the mode of the network that it was given"
    assert _history(model) == _history(before), "the stage changed the rewrites of the network that it was given"
    grads = [name for name, parameter in model.named_parameters() if parameter.grad is not None]
    assert not grads, f"the stage left gradients on the network that it was given: {grads}"


def _check_result(result: nn.Module, given: nn.Module, on: Any) -> None:
    assert result is not given, "the stage returned the network that it was given instead of a new one"
    assert not _same_state(result, given), "the stage changed nothing"
    outputs = _outputs(result, on)
    expected = (len(on.batch().ids), *outputs.shape[1:-1], on.task().num_outputs)  # of any number of steps
    assert tuple(outputs.shape) == expected, f"outputs {tuple(outputs.shape)} instead of {expected}"
    assert torch.isfinite(outputs).all(), "the outputs are not finite"


def _check_equal(first: nn.Module, second: nn.Module) -> None:
    assert _same_state(first, second), (
        "the same seed gave another result: draw from a generator seeded by the workbench"
    )


def _check_saved(model: nn.Module, folder: Path, on: Any) -> None:
    save_model(model, folder)
    loaded = load_model(folder, factory=type(model))
    assert torch.equal(_outputs(loaded, on), _outputs(model, on)), (
        "the network saved and loaded again answers differently"
    )
    assert _history(loaded) == _history(model), "the rewrites of the network do not survive saving"


def _outputs(model: nn.Module, on: Any) -> Tensor:
    task, quiet = on.task(), copy.deepcopy(model).eval()
    with torch.no_grad():
        outputs: Tensor = quiet(*network_inputs(task, task.front(), on.batch()))
    return outputs


def _same_state(one: nn.Module, other: nn.Module) -> bool:
    left, right = one.state_dict(), other.state_dict()
    return left.keys() == right.keys() and all(torch.equal(left[name], right[name]) for name in left)


def _history(model: nn.Module) -> list[object]:
    return list(getattr(model, "rewrites", []))
