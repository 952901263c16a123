"""Low rank: a layer whose weights nearly lie in few directions becomes two thin ones.

Truncated singular value decomposition of linear layers: Xue, Li, Gong, "Restructuring of deep neural network acoustic
models with singular value decomposition", Interspeech 2013. Convolutions as the same kernel to fewer channels, then a
1x1 convolution: Zhang, Zou, He, Sun, "Accelerating very deep convolutional networks for classification and detection",
2015 (arXiv:1505.06798). Deviation: the weights themselves are approximated, not the layer's responses.

Recurrent layers stay whole: `nn.LSTM` and ONNX's LSTM have no place for a factorised matrix. Knows no data set and no
Lightning.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import torch
from torch import Tensor, nn

from frugal.contract import InputError, Workbench
from frugal.models.forward import network_inputs
from frugal.models.macs import Prices, mac_prices, total
from frugal.models.rewrites import can_be_factorised, factorise, factors, history, replace
from frugal.strengths import Strengths

Ranks = dict[str, int]


@dataclass(frozen=True, kw_only=True)
class LowRank:
    """Factorise linear and convolutional layers wherever two thin layers cost less than the one they stand in for.

    Give one of `energy` and `macs_ratio`, each in (0, 1).

    Attributes:
        energy: share of each layer's squared singular values to keep.
        macs_ratio: share of the network's multiply-accumulates that may stay; finds the highest such energy.
        epochs: epochs of recovery; 0 leaves it to the stage that follows.
        learning_rate: of the recovery; None takes the workbench's own.
    """

    energy: float | None = None
    macs_ratio: float | None = None
    epochs: int = 0
    learning_rate: float | None = None

    strengths: ClassVar = Strengths(
        role="shrink", settings=tuple({"energy": None, "macs_ratio": round(0.85**n, 2)} for n in range(1, 7))
    )

    def __post_init__(self) -> None:
        if (self.energy is None) == (self.macs_ratio is None):
            raise InputError("both or neither of energy and macs_ratio", allowed="one of them", remedy="energy=0.9")
        target = self.macs_ratio if self.energy is None else self.energy
        if target is None or not 0 < target < 1:
            raise InputError(f"a low-rank target of {target}", allowed="(0, 1)", remedy="energy=0.9")
        if self.epochs < 0:
            raise InputError(f"epochs={self.epochs}", allowed=">= 0", remedy="epochs=0")

    def __call__(self, model: nn.Module, workbench: Workbench) -> nn.Module:
        """A copy of `model` with factorised layers; its `.rewrites` tell how to build it again.

        Raises:
            InputError: there is nothing to gain, or `macs_ratio` cannot be reached.
        """
        inputs = network_inputs(workbench.task, workbench.task.front(), workbench.example)
        result = copy.deepcopy(model).cpu().eval()
        prices = mac_prices(result, inputs)
        matrices = _matrices(result, prices)
        ranks = self._ranks(matrices, total(result, prices))
        if not ranks:
            raise InputError(
                f"a {type(model).__name__} in which no layer becomes cheaper as two at energy={self.energy}",
                allowed="linear and convolutional layers of low rank; recurrent ones stay whole",
                remedy="a lower energy",
            )
        for name, rank in ranks.items():
            replace(result, name, truncated(result.get_submodule(name), rank))
        result.rewrites = [*history(model), factorise(ranks)]  # type: ignore[assignment]
        if self.epochs:
            result = workbench.finetune(result, epochs=self.epochs, learning_rate=self.learning_rate)
        return result.train(model.training)

    def _ranks(self, matrices: Matrices, whole: int) -> Ranks:
        """Layer -> rank, for every layer that becomes cheaper; `whole` is what the network costs."""
        if self.macs_ratio is None:
            return _gaining(matrices, self.energy or 1.0)
        to_save = whole * (1 - self.macs_ratio)
        most = _saved(matrices, _gaining(matrices, 0.0))
        if most < to_save:
            raise InputError(
                f"macs_ratio={self.macs_ratio}",
                allowed=f"at least {1 - most / whole:.3f}: rank 1 throughout, recurrent layers whole",
                remedy="a higher macs_ratio, or prune_structured",
            )
        low, high = 0.0, 1.0
        for _ in range(20):
            middle = (low + high) / 2
            enough = _saved(matrices, _gaining(matrices, middle)) >= to_save
            low, high = (middle, high) if enough else (low, middle)
        return _gaining(matrices, low)


@dataclass(frozen=True)
class Matrix:
    """The weights of a layer as (outputs, inputs x kernel), and the multiply-accumulates of each of its numbers."""

    weights: Tensor
    price: int

    @cached_property
    def energies(self) -> Tensor:
        """The share of the squared singular values in the first 1, 2, 3 ... of them."""
        squares = torch.linalg.svdvals(self.weights).square()
        shares: Tensor = squares.cumsum(0) / squares.sum()
        return shares

    def rank(self, energy: float) -> int:
        """The smallest rank that keeps so much of the energy."""
        return min(int((self.energies < energy).sum()) + 1, len(self.energies))

    def saved(self, rank: int) -> int:
        """Multiply-accumulates that two layers of this rank save; negative where they cost more."""
        return self.price * (self.weights.numel() - rank * sum(self.weights.shape))


Matrices = dict[str, Matrix]


def _matrices(model: nn.Module, prices: Prices) -> Matrices:
    """Every layer that runs and can be factorised."""
    layers = {name: layer for name, layer in model.named_modules() if f"{name}.weight" in prices}
    return {
        name: Matrix(_matrix(layer), prices[f"{name}.weight"])
        for name, layer in layers.items()
        if can_be_factorised(layer)
    }


def _matrix(layer: nn.Module) -> Tensor:
    """(outputs, inputs x kernel)"""
    return layer.get_parameter("weight").detach().flatten(1)


def _gaining(matrices: Matrices, energy: float) -> Ranks:
    """The ranks at `energy` of the layers that become cheaper."""
    ranks = {name: matrix.rank(energy) for name, matrix in matrices.items()}
    return {name: rank for name, rank in ranks.items() if matrices[name].saved(rank) > 0}


def _saved(matrices: Matrices, ranks: Ranks) -> int:
    return sum(matrices[name].saved(rank) for name, rank in ranks.items())


def truncated(layer: nn.Module, rank: int) -> nn.Sequential:
    """Two layers whose product is the best approximation of the layer's weights of that rank (Eckart, Young 1936)."""
    left, values, right = torch.linalg.svd(_matrix(layer), full_matrices=False)
    roots = values[:rank].sqrt()  # half of the scale to each
    pair = factors(layer, rank)
    with torch.no_grad():
        first, second = pair[0].get_parameter("weight"), pair[1].get_parameter("weight")
        first.copy_((roots[:, None] * right[:rank]).reshape(first.shape))
        second.copy_((left[:, :rank] * roots).reshape(second.shape))
        if layer.bias is not None:
            pair[1].get_parameter("bias").copy_(layer.get_parameter("bias"))
    return pair.train(layer.training)
