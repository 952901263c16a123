"""A PyTorch network as a predictor: batch in, named numpy outputs out, as an opened artefact would answer.

Knows front, model and tail; knows no training.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from frugal.contract import Arrays, Batch, Task


class Deployed(nn.Module):
    """Front, network and tail in one module: what the ONNX graph computes; inputs in signature order."""

    def __init__(self, model: nn.Module, task: Task) -> None:
        super().__init__()
        self.front = task.front()
        self.model = model
        self.tail = task.tail()

    def forward(self, *inputs: Tensor) -> Tensor | tuple[Tensor, ...]:
        seen = self.front(*inputs)
        outputs = self.model(*seen) if isinstance(seen, tuple) else self.model(seen)
        answer: Tensor | tuple[Tensor, ...] = self.tail(outputs)
        return answer


def predict_with(model: nn.Module, task: Task) -> Callable[[Batch], Arrays]:
    """`model`, in evaluation mode, as `evaluate` wants it; the training mode is put back after each batch."""
    deployed = Deployed(model, task)
    names = [port.name for port in task.signature.outputs]

    def predict(batch: Batch) -> Arrays:
        was_training = model.training
        deployed.eval()
        with torch.no_grad():
            answer = deployed(*batch.inputs.values())
        model.train(was_training)
        outputs = answer if isinstance(answer, tuple) else (answer,)
        return {name: output.float().cpu().numpy() for name, output in zip(names, outputs, strict=True)}

    return predict
