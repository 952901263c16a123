"""The records that travel through frugal and the protocols that are plugged in.

Knows no plug-in, no file format and, at run time, neither torch nor numpy: they appear in annotations only.

Shapes: `B` batch, `T` steps, `C` classes, `H` height, `W` width, `N` points.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor, nn

Arrays = Mapping[str, "np.ndarray"]


class InputError(ValueError):
    """Something that the user gave cannot be used: one line that says what, what is allowed and the remedy.

    >>> str(InputError("ratio=1.5", allowed="[0, 1)", remedy="ratio=0.9 removes 90 %"))
    'ratio=1.5; allowed: [0, 1); try: ratio=0.9 removes 90 %'
    """

    def __init__(self, given: str, *, allowed: str = "", remedy: str = "") -> None:
        parts = [given]
        if allowed:
            parts.append(f"allowed: {allowed}")
        if remedy:
            parts.append(f"try: {remedy}")
        super().__init__("; ".join(parts))


@dataclass(frozen=True, kw_only=True)
class Port:
    """One named input or output at the model's edge; a symbolic dimension is a string."""

    name: str
    dtype: str
    shape: tuple[int | str, ...]
    polarity: str | None = None
    range: tuple[float, float] | None = None


@dataclass(frozen=True, kw_only=True)
class Signature:
    """What goes into an artefact and what comes out, in order."""

    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]


@dataclass(frozen=True, kw_only=True)
class Metric:
    """How error is counted: `name` is printed (error_rate, cer), `unit` is what one count is of (character, line)."""

    name: str
    unit: str


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Some samples as the device would hand them over, and the truth about them.

    Attributes:
        inputs: name -> tensor, first axis B; raw device input (uint8 images, pen points).
        targets: what is to be predicted, in the task's own form (class indices (B,), texts ...).
        ids: one stable identifier per sample.
        groups: writer or speaker per sample; None where nobody recorded them.
        lengths: name -> (B,) true lengths of padded inputs; empty where nothing is padded.
    """

    inputs: dict[str, Tensor]
    targets: Any
    ids: tuple[str, ...]
    groups: tuple[str, ...] | None = None
    lengths: dict[str, Tensor] = field(default_factory=dict)


@dataclass(frozen=True)
class Tally:
    """The score of one sample: `errors` out of `total`. One per sample, so that writers can be told apart."""

    errors: float
    total: float


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """What a reader says about one item: `value` is a label, text or number; `confidence` lies in [0, 1]."""

    value: Any
    confidence: float
    alternatives: tuple[tuple[Any, float], ...] = ()
    spans: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Artefact:
    """A folder that runs without us: `model.onnx`, `contract.json`, `parity.npz`, `card.md`."""

    path: Path
    contract: Mapping[str, Any]
    model_name: str = "model.onnx"
    """Another name only for a stranger's bare ONNX file, whose folder is no artefact."""

    @property
    def model_path(self) -> Path:
        return self.path / self.model_name

    @property
    def size_bytes(self) -> int:
        """Bytes of the ONNX file."""
        return self.model_path.stat().st_size


@dataclass(frozen=True, kw_only=True)
class Energy:
    """What a meter read while some work ran.

    Attributes:
        joules: None when the meter cannot know; then `reason` says why. Never 0 for unknown.
        factor: 95 % calibration factor of the meter, >= 1: the truth lies in [joules / factor, joules * factor].
        method: A external instrument, B on-chip counter, C CPU time x power, D MACs x device, E textbook.
        cpu_s, wall_s: seconds of this process's CPU time and of the clock.
        scope: what the figure covers, in words ("CPU package", "CPU share incl. idle share").
    """

    joules: float | None
    factor: float
    method: str
    cpu_s: float
    wall_s: float
    scope: str = ""
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Samples:
    """What a pass may look at: calibration inputs (each a feed of batch size 1) and, if known, the task's own error."""

    calibration: Sequence[Arrays]
    evaluate: Callable[[Artefact], float] | None = None


class Task(Protocol):
    """What is learnt. Knows labels and loss; knows no network, no Lightning, no file."""

    @property
    def num_outputs(self) -> int: ...
    @property
    def signature(self) -> Signature: ...
    @property
    def metric(self) -> Metric: ...
    def contract(self) -> dict[str, Any]:
        """The task's own keys of `contract.json`: task, decoder, labels, time_stride, reference_shape."""
        ...

    def loss(self, outputs: Tensor, batch: Batch) -> Tensor: ...
    def front(self) -> nn.Module:
        """Raw device inputs, in signature order -> what the model takes; traced into the graph."""
        ...

    def tail(self) -> nn.Module:
        """Model output -> what a phone wants, in signature order; traced into the graph."""
        ...

    def decode(self, outputs: Arrays) -> list[Prediction]: ...
    def truths(self, batch: Batch) -> list[Any]: ...
    def score(self, predictions: Sequence[Prediction], truths: Sequence[Any]) -> list[Tally]: ...
    def breakdown(self, predictions: Sequence[Prediction], truths: Sequence[Any]) -> dict[str, list[Tally]]:
        """Further scores under their names (case_folded, wer, accents); empty where there are none."""
        ...


Model = Callable[..., "nn.Module"]
"""A factory `(num_outputs=..., **arguments) -> nn.Module` that keeps its arguments in `.hparams`."""


class Workbench(Protocol):
    """All that a stage may ask for; hides Lightning, loaders and seeds."""

    @property
    def task(self) -> Task: ...
    @property
    def example(self) -> Batch:
        """A few training samples (B >= 2)."""
        ...

    @property
    def reference(self) -> nn.Module:
        """The network as trained, before any stage: the default teacher."""
        ...

    @property
    def seed(self) -> int: ...
    def calibration(self, n: int) -> list[Batch]:
        """Batches with at least `n` training samples in all, not augmented."""
        ...

    def finetune(
        self,
        model: nn.Module,
        *,
        epochs: int,
        learning_rate: float | None = None,
        extra_loss: Callable[[Tensor, Batch], Tensor] | None = None,
        task_weight: float = 1.0,
        after_step: Callable[[nn.Module], None] | None = None,
    ) -> nn.Module:
        """A trained copy of `model`; loss = task_weight * task.loss + extra_loss(outputs, batch)."""
        ...

    def evaluate(self, model: nn.Module) -> float:
        """The error (share of 1) on the data set held out for selection."""
        ...


class Stage(Protocol):
    """PyTorch -> PyTorch: a frozen dataclass of hyper-parameters that is called. Never changes `model`."""

    def __call__(self, model: nn.Module, workbench: Workbench) -> nn.Module: ...


class Pass(Protocol):
    """ONNX -> ONNX: writes a new artefact folder at `target`. Never changes `artefact`.

    Told from a Stage by its `tolerance`.
    """

    @property
    def tolerance(self) -> float:
        """Largest absolute difference of outputs that this method declares acceptable on the parity samples."""
        ...

    def __call__(self, artefact: Artefact, target: Path, samples: Samples) -> Artefact: ...


class Meter(Protocol):
    """One energy source. When it cannot read, it says why; it never answers 0."""

    name: str
    method: str
    min_block_s: float
    """Shortest block that the source resolves."""

    def unavailable(self) -> str | None:
        """Why this meter cannot read here, or None."""
        ...

    def measure(self, work: Callable[[], None]) -> Energy: ...


class Predictor(Protocol):
    """An opened artefact: named inputs with batch axis -> named outputs."""

    def __call__(self, inputs: Arrays) -> Arrays: ...


class Host(Protocol):
    """Where an artefact runs here: opens and meters it."""

    name: str
    meter: Meter

    def open(self, artefact: Artefact) -> Predictor: ...
