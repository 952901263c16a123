"""Write what a pass made of an artefact: the new model, its contract, parity samples and card. Knows no method.

`parity.npz` keeps the inputs of the artefact that the pass was given and holds what the new model answers to them, so
that another machine can check itself; how far that lies from the given artefact's answers goes into `contract.json`,
and, where layers are integer, the share of int8 weights, what stayed float, and why.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from frugal.contract import Arrays, Artefact, InputError, Samples
from frugal.runtime.artefact import open_artefact, opset, sha256, write_json
from frugal.runtime.compact import compact
from frugal.runtime.feeds import stacked_feeds
from frugal.runtime.precision import float_nodes, precision
from frugal.runtime.session import answer_singly, open_session
from frugal.runtime.weights import weigh

if TYPE_CHECKING:
    import onnx

PARITY_SAMPLES = 64
REASONS = {
    "front": "turns the raw input into the network's input",
    "between": "has no integer form in onnxruntime",
    "tail": "follows the last layer with weights: rounding would change answers and save nothing",
    "LSTM": "QuantizeLinear pairs know no LSTM: int8_hybrid and int8_dynamic do",
    "GRU": "onnxruntime has no integer GRU",
    "RNN": "onnxruntime has no integer RNN",
}
"""Why a node stays float, by its place or, before that, by its operator."""


def write_artefact(
    model: onnx.ModelProto,
    source: Artefact,
    target: Path,
    samples: Samples,
    *,
    method: str,
    reasons: Mapping[str, str] | None = None,
) -> Artefact:
    """The artefact at `target`: `model`, cleaned, with everything else as in `source`.

    Args:
        samples: parity inputs where `source` (a bare ONNX file) has none of its own.
        method: the pass with its settings; joins the contract's list `passes`.
        reasons: why a node is float, by its operator or its place (front, between, tail), where the method has a
            reason of its own.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise InputError(f"{target} exists already", allowed="a new or empty folder")
    target.mkdir(parents=True, exist_ok=True)
    clean = compact(model)
    path = target / "model.onnx"
    path.write_bytes(clean.SerializeToString(deterministic=True))
    inputs, before = parity_pairs(source, samples)
    after = answer_singly(open_session(path), inputs)
    contract = {
        **source.contract,
        **_integers(clean, reasons or {}),
        "opset": opset(clean),
        "ir_version": clean.ir_version,
        "passes": [*source.contract.get("passes", []), method],
        "parity": compared(before, after),
        "model_sha256": sha256(path),
    }
    arrays = {f"in.{name}": inputs[name] for name in sorted(inputs)}
    arrays |= {f"out.{name}": after[name] for name in sorted(after)}
    np.savez_compressed(target / "parity.npz", **arrays)  # type: ignore[arg-type]
    write_json(target / "contract.json", contract)
    _write_card(source, target, contract, path.stat().st_size)
    return open_artefact(target)


def _integers(model: onnx.ModelProto, reasons: Mapping[str, str]) -> dict[str, Any]:
    """The contract's keys about integers; none where weights and arithmetic are floats."""
    found, share = precision(model), round(weigh(model).int8_weight_share, 4)
    if found == "float32":
        return {"int8_weight_share": share} if share else {}
    return {"precision": found, "int8_weight_share": share, "kept_float": kept_float(model, reasons)}


def kept_float(model: onnx.ModelProto, reasons: Mapping[str, str]) -> list[dict[str, Any]]:
    """What computes with floats, by operator and reason: [{"operator", "nodes", "why"}]."""
    known = {**REASONS, **reasons}
    grouped: dict[tuple[str, str], list[str]] = {}
    for node in float_nodes(model):
        why = known.get(node.operator, known[node.place])
        grouped.setdefault((node.operator, why), []).append(node.name)
    return [{"operator": operator, "nodes": nodes, "why": why} for (operator, why), nodes in grouped.items()]


def parity_pairs(source: Artefact, samples: Samples) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """The parity inputs of `source` and what it answers to them."""
    stored = source.path / "parity.npz"
    if source.model_name == "model.onnx" and stored.is_file():
        with np.load(stored, allow_pickle=False) as file:
            inputs = {name.removeprefix("in."): file[name] for name in file.files if name.startswith("in.")}
    else:
        if not samples.calibration:
            raise InputError(
                "no samples", allowed="an artefact with parity.npz, or calibration samples", remedy="--data"
            )
        inputs = stacked_feeds(samples.calibration[:PARITY_SAMPLES])
    return inputs, answer_singly(open_session(source.model_path), inputs)


def compared(before: Arrays, after: Arrays) -> dict[str, Any]:
    """Largest absolute difference of any float output, and the share of samples whose decisions are all the same.

    A decision is the largest entry of the last axis; for floats without classes, the number rounded to an integer;
    integers are decisions themselves.

    >>> compared({"p": np.array([[0.9, 0.1]])}, {"p": np.array([[0.75, 0.25]])})
    {'max_abs': 0.15, 'equal_decisions': 1.0, 'samples': 1}
    """
    floats = [name for name in before if before[name].dtype.kind == "f"]
    far = max((float(np.abs(after[name].astype(np.float64) - before[name]).max()) for name in floats), default=0.0)
    equal = [
        (_decisions(after[name]) == _decisions(before[name])).reshape(len(before[name]), -1).all(axis=1)
        for name in before
    ]
    same = np.logical_and.reduce(equal)
    return {"max_abs": round(far, 9), "equal_decisions": float(same.mean()), "samples": len(same)}


def _decisions(outputs: np.ndarray) -> np.ndarray:
    if outputs.dtype.kind != "f":
        return outputs
    has_classes = outputs.ndim > 1 and outputs.shape[-1] > 1
    decisions: np.ndarray = outputs.argmax(axis=-1) if has_classes else np.rint(outputs)
    return decisions


def _write_card(source: Artefact, target: Path, contract: Mapping[str, Any], size_bytes: int) -> None:
    """The source's card with its heading, the facts about the new model, and nothing that no longer holds."""
    old, parity = source.path / "card.md", contract["parity"]
    heading = old.read_text(encoding="utf-8").partition("\n")[0] if old.is_file() else f"# {source.model_name}"
    lines = [
        heading,
        "",
        f"Task: {contract.get('task') or 'not stated'}, {len(contract.get('labels') or [])} labels, "
        f"precision {contract.get('precision', 'not stated')}, {size_bytes / 1000:.1f} kB.",
        f"Made from an exported artefact by: {'; '.join(contract['passes'])}.",
        f"Against the artefact before the last of these: largest difference {parity['max_abs']:.2g}, "
        f"{100 * parity['equal_decisions']:.1f} % equal decisions on {parity['samples']} samples.",
        f"Needs {contract.get('min_runtime', 'onnxruntime')} or newer. How to feed it: contract.json.",
        "",
    ]
    (target / "card.md").write_text("\n".join(lines), encoding="utf-8")
