"""The contract of a task, checked on one batch of its data."""

from __future__ import annotations

import json
import math
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

from frugal.contract import Batch, Prediction, Task
from frugal.models.forward import network_inputs

Perfect = Callable[[Task, Batch], Tensor]


def one_hot_logits(task: Task, batch: Batch) -> Tensor:
    """Logits (B, C) of a network that is sure of every class index in `batch.targets`."""
    return 10.0 * functional.one_hot(batch.targets, task.num_outputs).to(torch.float32)


def check_task(task: Task, batch: Batch, *, perfect: Perfect = one_hot_logits) -> None:
    """AssertionError unless `task` keeps its promises on `batch` (two samples or more).

    The loss is finite and falls when a linear map of the prepared inputs is trained on the batch; perfect outputs
    decode to the truths, and the truths score no error; the contract's own keys are JSON.

    Args:
        perfect: outputs of a network without fault, in the task's form; the default is that of a classifier.
    """
    _check_signature(task, batch)
    _check_loss(task, batch, perfect(task, batch))
    predictions, truths = _decoded(task, perfect(task, batch)), task.truths(batch)
    values = [prediction.value for prediction in predictions]
    assert values == list(truths), f"perfect outputs decode to {values}, not to {truths}"
    assert all(0 <= p.confidence <= 1 for p in predictions), "a confidence lies outside [0, 1]"
    sure = [Prediction(value=truth, confidence=1.0) for truth in truths]
    tallies = task.score(sure, truths)
    assert len(tallies) == len(truths), f"{len(tallies)} tallies for {len(truths)} samples"
    assert all(tally.errors == 0 and tally.total > 0 for tally in tallies), "the truth itself scores errors"
    for name, further in task.breakdown(sure, truths).items():
        assert all(tally.errors == 0 for tally in further), f"the truth itself scores errors in {name}"


def _check_signature(task: Task, batch: Batch) -> None:
    names = [port.name for port in task.signature.inputs]
    assert set(names) <= set(batch.inputs), f"the signature asks for {names}, the batch has {list(batch.inputs)}"
    json.dumps(task.contract(), allow_nan=False)
    missing = {"task", "decoder", "labels", "time_stride", "reference_shape"} - task.contract().keys()
    assert not missing, f"contract() lacks {sorted(missing)}"
    shapes = task.contract()["reference_shape"]
    assert set(shapes) == set(names), f"reference_shape names {sorted(shapes)}, the signature {names}"


def _check_loss(task: Task, batch: Batch, ideal: Tensor) -> None:
    prepared = torch.cat([x.flatten(1) if x.ndim > 1 else x[:, None] for x in _prepared(task, batch)], dim=1)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        linear = nn.Linear(prepared.shape[1], ideal[0].numel())
    optimiser = torch.optim.Adam(linear.parameters(), lr=1e-2)
    losses = []
    for _ in range(20):
        loss = task.loss(linear(prepared).reshape(ideal.shape), batch)
        assert loss.ndim == 0, f"the loss has shape {tuple(loss.shape)} instead of being one number"
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        losses.append(loss.item())
    assert all(math.isfinite(loss) for loss in losses), f"the loss is not finite: {losses}"
    assert losses[-1] < losses[0], f"the loss does not fall on one batch: {losses[0]} to {losses[-1]}"
    perfect = task.loss(ideal, batch).item()
    assert perfect < losses[0], f"perfect outputs have a loss of {perfect}, random ones {losses[0]}"


def _prepared(task: Task, batch: Batch) -> tuple[Tensor, ...]:
    return network_inputs(task, task.front(), batch)


def _decoded(task: Task, outputs: Tensor) -> list[Prediction]:
    answer = task.tail()(outputs)
    named = zip(task.signature.outputs, answer if isinstance(answer, tuple) else (answer,), strict=True)
    return task.decode({port.name: tensor.numpy() for port, tensor in named})
