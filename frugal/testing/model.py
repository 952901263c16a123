"""The contract of a model factory, checked with a task's inputs."""

from __future__ import annotations

import copy
import json
import tempfile
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from frugal.contract import Batch, Model, Task
from frugal.exporting import export
from frugal.models.forward import call_network, network_inputs
from frugal.models.saving import load_model, save_model
from frugal.testing import tiny

NEIGHBOUR_TOLERANCE = 1e-5


def check_model(factory: Model, *, task: Task | None = None, batch: Batch | None = None) -> None:
    """AssertionError unless what `factory` builds keeps its promises.

    The outputs fit for one sample and for many, a sample does not depend on its neighbours, every parameter learns, the
    network can be built again from `.hparams` and from disk, and it exports with parity.

    Args:
        task: whose inputs the network takes; the tiny one (28x28 characters) without.
        batch: two or more samples of that task.
    """
    task, batch = task or tiny.task(), batch or tiny.batch(6)
    model = _seeded(factory, task).eval()
    inputs = network_inputs(task, task.front(), batch)
    _check_outputs(model, task, batch)
    _check_gradients(_seeded(factory, task).train(), task, batch)
    _check_rebuilt(model, inputs)
    with tempfile.TemporaryDirectory(prefix="frugal-model-") as folder:
        _check_saved(model, inputs, Path(folder) / "saved")
        export(model, task, Path(folder) / "artefact", samples=batch)


def _check_outputs(model: nn.Module, task: Task, batch: Batch) -> None:
    with torch.no_grad():
        together = call_network(model, task, task.front(), batch)
    assert isinstance(together, Tensor), "in evaluation mode the network returns more than one output"
    assert together.shape[0] == len(batch.ids), "the first axis of the outputs is not the batch"
    assert together.shape[-1] == task.num_outputs, f"{together.shape[-1]} outputs instead of {task.num_outputs}"
    assert torch.isfinite(together).all(), "the outputs are not finite"
    for index in range(len(together)):
        alone = _answer(model, network_inputs(task, task.front(), _alone(batch, index)))[0]
        own = together[index][: len(alone)] if batch.lengths else together[index]
        far = (alone - own).abs().max().item()
        assert far <= NEIGHBOUR_TOLERANCE, f"sample {index} alone differs by {far:.3g} from the same sample in a batch"


def _alone(batch: Batch, index: int) -> Batch:
    """One sample of `batch`, without the padding of its last axis."""
    inputs = {name: tensor[index : index + 1] for name, tensor in batch.inputs.items()}
    for name, lengths in batch.lengths.items():
        inputs[name] = inputs[name][..., : int(lengths[index])]
    return Batch(inputs=inputs, targets=None, ids=batch.ids[index : index + 1])


def _check_gradients(model: nn.Module, task: Task, batch: Batch) -> None:
    answer = call_network(model, task, task.front(), batch)
    outputs = answer if isinstance(answer, tuple) else (answer,)
    loss = torch.stack([task.loss(output, batch) for output in outputs]).sum()
    loss.backward()  # type: ignore[no-untyped-call]
    idle = [name for name, p in model.named_parameters() if p.requires_grad and p.grad is None]
    assert not idle, f"parameters that no gradient reaches: {idle}"


def _check_rebuilt(model: nn.Module, inputs: tuple[Tensor, ...]) -> None:
    hparams: Any = getattr(model, "hparams", None)
    assert isinstance(hparams, dict), "the network does not keep its factory's arguments in .hparams"
    assert json.loads(json.dumps(hparams)) == hparams, f"the arguments do not survive JSON: {hparams}"
    rebuilt = type(model)(**copy.deepcopy(hparams)).eval()
    rebuilt.load_state_dict(model.state_dict())
    assert torch.equal(_answer(rebuilt, inputs), _answer(model, inputs)), ".hparams build another network"


def _check_saved(model: nn.Module, inputs: tuple[Tensor, ...], folder: Path) -> None:
    save_model(model, folder)
    loaded = load_model(folder, factory=type(model))
    assert torch.equal(_answer(loaded, inputs), _answer(model, inputs)), (
        "the network loaded from disk answers otherwise"
    )


def _seeded(factory: Model, task: Task) -> nn.Module:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return factory(num_outputs=task.num_outputs)


def _answer(model: nn.Module, inputs: tuple[Tensor, ...]) -> Tensor:
    with torch.no_grad():
        outputs: Tensor = model(*inputs)
    return outputs
