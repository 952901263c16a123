"""PyTorch network -> artefact folder: front, network and tail in one ONNX graph, with its contract and parity proof.

Knows torch.onnx and onnxslim; knows no particular task or network.
"""

from __future__ import annotations

import contextlib
import copy
import io
import logging
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import nn

from frugal.contract import Arrays, Artefact, Batch, Port, Task
from frugal.fingerprint import versions
from frugal.recurrent_export import translations, with_traceable_recurrence
from frugal.runtime.artefact import open_artefact, sha256, write_json
from frugal.runtime.compact import IR_VERSION, compact
from frugal.runtime.feeds import stacked_feeds
from frugal.runtime.session import open_session
from frugal.torch_predictor import Deployed

if TYPE_CHECKING:
    import onnx

OPSET = 18
TOLERANCE = 1e-3
"""Largest absolute difference of outputs between PyTorch and onnxruntime that a float export may show; a task that has
reason to allow more says so with an attribute `parity_tolerance`."""
PARITY_SAMPLES = 64
RAGGED_SAMPLES = 8
"""Samples of different shapes, lines of text for instance: each is padded to the largest."""
MIN_RUNTIME = "onnxruntime 1.16"


class ParityError(RuntimeError):
    """The exported graph does not answer as the network does: a broken claim, exit code 1."""


@dataclass(frozen=True, kw_only=True)
class Parity:
    """How far an artefact's outputs lie from its origin's on real samples."""

    max_abs: float
    equal_decisions: float
    samples: int

    def to_json(self) -> dict[str, Any]:
        return {"max_abs": self.max_abs, "equal_decisions": self.equal_decisions, "samples": self.samples}


def export(
    model: nn.Module,
    task: Task,
    out: Path | str,
    *,
    samples: Batch | None = None,
    about: Mapping[str, Any] | None = None,
) -> Artefact:
    """Write `model` as an artefact folder at `out` and prove that onnxruntime answers as PyTorch does.

    Args:
        samples: real inputs for the parity proof; random ones in the declared ranges without.
        about: further keys of `contract.json` (recipe, seed, made_by_hash, licence).

    Raises:
        ParityError: an output differs by more than the tolerance.
    """
    out = Path(out)
    out.mkdir(parents=True, exist_ok=True)
    deployed = Deployed(copy.deepcopy(model), task).eval()
    inputs = _inputs(task, samples)
    proto = simplified(_traced(deployed, task, inputs))
    (out / "model.onnx").write_bytes(proto.SerializeToString(deterministic=True))
    with torch.no_grad():
        answer = deployed(*(torch.from_numpy(array) for array in inputs.values()))
    outputs = answer if isinstance(answer, tuple) else (answer,)
    expected = {port.name: o.numpy() for port, o in zip(task.signature.outputs, outputs, strict=True)}
    _write_contract(out, task, about or {})
    artefact = open_artefact(out)
    parity = compare(artefact, task, inputs, expected)
    tolerance = float(getattr(task, "parity_tolerance", TOLERANCE))
    if not parity.max_abs <= tolerance:
        raise ParityError(f"the exported graph differs from the network by {parity.max_abs:.3g}; allowed: {tolerance}")
    _write_parity(out / "parity.npz", inputs, expected)
    write_json(out / "contract.json", {**artefact.contract, "parity": {**parity.to_json(), "tolerance": tolerance}})
    write_card(artefact, parity)
    return open_artefact(out)


def parity_batch(batches: Sequence[Batch]) -> Batch:
    """Samples for the parity proof: `PARITY_SAMPLES` of one shape, or a few ragged ones, padded by their edges."""
    feeds = [{name: tensor.numpy() for name, tensor in batch.inputs.items()} for batch in batches]
    shapes = {tuple(array.shape[1:] for array in feed.values()) for feed in feeds}
    most = PARITY_SAMPLES if len(shapes) == 1 else RAGGED_SAMPLES
    arrays = {name: array[:most] for name, array in stacked_feeds(feeds[:most]).items()}
    inputs = {name: torch.from_numpy(array) for name, array in arrays.items()}
    ids = [sample for batch in batches for sample in batch.ids]
    return Batch(inputs=inputs, targets=None, ids=tuple(ids[: len(next(iter(arrays.values())))]))


def compare(artefact: Artefact, task: Task, inputs: Arrays, expected: Arrays) -> Parity:
    """Largest absolute difference to the expected outputs, and share of samples with the same decision."""
    actual = open_session(artefact.model_path)(inputs)
    differences = [
        np.abs(actual[name].astype(np.float64) - array).max()
        for name, array in expected.items()
        if array.dtype.kind == "f"  # decisions (indices) are compared as decisions
    ]
    decided, meant = task.decode(actual), task.decode(expected)
    equal = [a.value == b.value for a, b in zip(decided, meant, strict=True)]
    return Parity(max_abs=float(max(differences)), equal_decisions=float(np.mean(equal)), samples=len(equal))


def simplified(model: onnx.ModelProto) -> onnx.ModelProto:
    """Constants and batch normalisation folded (onnxslim), names short, nothing but what inference needs."""
    import onnxslim

    with contextlib.redirect_stdout(io.StringIO()):
        slim: onnx.ModelProto = onnxslim.slim(model)
    return compact(slim)


def read_parity(artefact: Artefact) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """The stored inputs and expected outputs of an artefact."""
    with np.load(artefact.path / "parity.npz", allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    inputs = {name.removeprefix("in."): array for name, array in arrays.items() if name.startswith("in.")}
    outputs = {name.removeprefix("out."): array for name, array in arrays.items() if name.startswith("out.")}
    return inputs, outputs


def write_card(artefact: Artefact, parity: Parity) -> None:
    """`card.md`: what the artefact is, in a few lines for people."""
    contract = artefact.contract
    lines = [
        f"# {contract.get('recipe') or contract['task']}",
        "",
        f"Task: {contract['task']}, {len(contract['labels'] or [])} labels, precision {contract['precision']}, "
        f"{artefact.size_bytes / 1000:.1f} kB.",
        f"Parity with the network it was exported from: largest difference {parity.max_abs:.2g}, "
        f"{100 * parity.equal_decisions:.1f} % equal decisions on {parity.samples} samples.",
        f"Needs {contract['min_runtime']} or newer. How to feed it: contract.json.",
        "",
    ]
    (artefact.path / "card.md").write_text("\n".join(lines), encoding="utf-8")


def _inputs(task: Task, samples: Batch | None) -> dict[str, np.ndarray]:
    if samples is not None:
        return {name: tensor[:PARITY_SAMPLES].cpu().numpy() for name, tensor in samples.inputs.items()}
    generator = np.random.default_rng(0)
    return {port.name: _random(port, generator) for port in task.signature.inputs}


def _random(port: Port, generator: np.random.Generator) -> np.ndarray:
    shape = [2 if index == 0 else (d if isinstance(d, int) else 64) for index, d in enumerate(port.shape)]
    low, high = port.range or (0.0, 1.0)
    drawn = generator.uniform(low, high, size=shape)
    return drawn.round().astype(port.dtype) if np.dtype(port.dtype).kind in "iu" else drawn.astype(port.dtype)


def _traced(deployed: nn.Module, task: Task, inputs: Arrays) -> onnx.ModelProto:
    # Batch sizes 0 and 1 would be specialised away: the example has at least two samples.
    example = tuple(torch.from_numpy(np.concatenate([array, array])[:2]) for array in inputs.values())
    ports = task.signature.inputs
    shapes = tuple(_dynamic_axes(port) for port in ports)
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")  # the exporter's own deprecations; the outcome is proved by parity
        logging.getLogger("torch.onnx").setLevel(logging.ERROR)
        program = torch.onnx.export(
            with_traceable_recurrence(deployed),
            example,
            dynamo=True,
            custom_translation_table=translations(),
            opset_version=OPSET,
            dynamic_shapes=(shapes,),
            input_names=[port.name for port in ports],
            output_names=[port.name for port in task.signature.outputs],
            external_data=False,
            verbose=False,
        )
    assert program is not None
    model: onnx.ModelProto = program.model_proto
    _name_axes(model, task)
    return model


def _dynamic_axes(port: Port) -> dict[int, Any]:
    return {axis: torch.export.Dim.DYNAMIC for axis, size in enumerate(port.shape) if isinstance(size, str)}


def _name_axes(model: onnx.ModelProto, task: Task) -> None:
    """The exporter calls dynamic dimensions s0, s77: give them the names that the signature states."""
    for values, ports in ((model.graph.input, task.signature.inputs), (model.graph.output, task.signature.outputs)):
        for value, port in zip(values, ports, strict=True):
            for dim, size in zip(value.type.tensor_type.shape.dim, port.shape, strict=True):
                if isinstance(size, str):
                    dim.dim_param = size


def _write_contract(out: Path, task: Task, about: Mapping[str, Any]) -> None:
    def ports(entries: tuple[Port, ...]) -> list[dict[str, Any]]:
        return [
            {
                "name": port.name,
                "dtype": port.dtype,
                "shape": list(port.shape),
                "polarity": port.polarity,
                "range": None if port.range is None else list(port.range),
            }
            for port in entries
        ]

    contract = {
        "schema": 1,
        **task.contract(),
        "inputs": ports(task.signature.inputs),
        "outputs": ports(task.signature.outputs),
        "opset": OPSET,
        "ir_version": IR_VERSION,
        "min_runtime": MIN_RUNTIME,
        "precision": "float32",
        "recipe": None,
        "seed": None,
        "versions": versions(),
        "made_by_hash": None,
        "licence": {"weights": "not stated", "sources": []},
        **about,
        "model_sha256": sha256(out / "model.onnx"),
    }
    write_json(out / "contract.json", contract)


def _write_parity(path: Path, inputs: Arrays, outputs: Arrays) -> None:
    arrays = {f"in.{name}": array for name, array in inputs.items()}
    arrays |= {f"out.{name}": array for name, array in outputs.items()}
    np.savez_compressed(path, **arrays)  # type: ignore[arg-type]
