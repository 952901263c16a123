"""The contract of a pass, ONNX -> ONNX, checked on an artefact. Needs no torch."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from frugal.contract import Artefact, Pass, Samples
from frugal.runtime.artefact import open_artefact, opset, parse_onnx, sha256
from frugal.runtime.compact import IR_VERSION
from frugal.runtime.counting import Counts, count, load_whole
from frugal.runtime.precision import float_nodes, precision
from frugal.runtime.session import answer_singly, open_session
from frugal.runtime.weights import weigh

OWN_TOLERANCE = 1e-5
"""What two sessions of the same file may differ by on one machine."""
SHARE_DIGITS = 1e-4
"""The contract states shares to four digits."""


def check_pass(pass_: Pass, artefact: Artefact, samples: Samples) -> None:
    """AssertionError unless `pass_` keeps its promises on `artefact`.

    The artefact stays as it was; the new one has a true contract, opens in a fresh session, lies within the declared
    tolerance, holds its own answers as parity samples, and has the same bytes every time. One with integer layers has
    really smaller initialisers and says what stayed float.
    """
    with tempfile.TemporaryDirectory(prefix="frugal-pass-") as name:
        before = _digests(artefact.path)
        first = pass_(artefact, Path(name) / "first", samples)
        second = pass_(artefact, Path(name) / "second", samples)
        assert _digests(artefact.path) == before, "the pass changed the artefact that it was given"
        assert first.model_path.read_bytes() == second.model_path.read_bytes(), "two calls gave different bytes"
        _check_contract(open_artefact(first.path), artefact)
        _check_parity(first, artefact, pass_.tolerance)
        _check_clean(first)
        _check_smaller(first, artefact)
        _check_stated_precision(first)


def _check_contract(new: Artefact, old: Artefact) -> None:
    stated, session = new.contract, open_session(new.model_path)
    assert stated["model_sha256"] == sha256(new.model_path), "model_sha256 is not that of model.onnx"
    assert {port["name"] for port in stated["inputs"]} == set(session.inputs), (
        "the contract's inputs are not the model's"
    )
    assert {port["name"] for port in stated["outputs"]} == set(session.outputs), "nor are its outputs"
    for key in ("schema", "task", "decoder", "inputs", "outputs", "labels", "time_stride", "reference_shape"):
        assert stated.get(key) == old.contract.get(key), f"the pass changed {key} of the contract"
    model = parse_onnx(new.model_path)
    assert stated["opset"] == opset(model), "the contract states another opset than the model's"
    assert stated["ir_version"] == model.ir_version, "the contract states another ir_version than the model's"
    assert opset(model) == opset(parse_onnx(old.model_path)), "the pass changed the opset"
    assert model.ir_version <= IR_VERSION, f"ir_version {model.ir_version} is newer than {IR_VERSION}"
    missing = [name for name in ("card.md", "parity.npz") if not (new.path / name).is_file()]
    assert not missing, f"the new artefact lacks {missing}"


def _check_parity(new: Artefact, old: Artefact, tolerance: float) -> None:
    with np.load(new.path / "parity.npz", allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    inputs = {name.removeprefix("in."): array for name, array in arrays.items() if name.startswith("in.")}
    stated = {name.removeprefix("out."): array for name, array in arrays.items() if name.startswith("out.")}
    answers, reference = (answer_singly(open_session(each.model_path), inputs) for each in (new, old))
    assert stated.keys() == answers.keys(), "parity.npz does not hold every output"
    for name, answer in answers.items():
        own = float(np.abs(answer - stated[name]).max())
        assert own <= OWN_TOLERANCE, f"parity.npz differs by {own:.3g} from what the new model answers on {name}"
        if answer.dtype.kind != "f":
            continue  # a decision moves by whole steps: `equal_decisions` counts those
        far = float(np.abs(answer.astype(np.float64) - reference[name]).max())
        assert far <= tolerance, f"{name} differs by {far:.3g} from the given artefact; declared tolerance: {tolerance}"


def _check_clean(new: Artefact) -> None:
    model = parse_onnx(new.model_path)
    talkative = [n.name for n in model.graph.node if n.doc_string or n.metadata_props]
    assert not talkative, f"nodes with doc strings or metadata: {talkative}"
    assert not (model.metadata_props or model.producer_version or model.doc_string), "the model has metadata"


def _check_smaller(new: Artefact, old: Artefact) -> None:
    if new.contract.get("precision") == "int8" and old.contract.get("precision") != "int8":
        after, before = _counts(new).weight_bytes, _counts(old).weight_bytes
        assert after < before / 2, f"int8 initialisers take {after} bytes, the float ones took {before}"
        assert new.size_bytes < old.size_bytes, f"model.onnx grew from {old.size_bytes} to {new.size_bytes} bytes"


def _check_stated_precision(new: Artefact) -> None:
    model, stated = load_whole(new.model_path), new.contract
    found = precision(model)
    if found == "float32":
        assert stated.get("precision") not in ("int8", "mixed"), f"no layer is integer: {stated['precision']}"
        return
    assert stated["precision"] == found, f"precision {stated['precision']} of a model whose layers are {found}"
    share = weigh(model).int8_weight_share
    assert abs(stated["int8_weight_share"] - share) < SHARE_DIGITS, "int8_weight_share is not that of the initialisers"
    named = {name for entry in stated["kept_float"] for name in entry["nodes"]}
    assert named == {node.name for node in float_nodes(model)}, "kept_float does not name the nodes that stayed float"
    assert all(entry["why"] for entry in stated["kept_float"]), "an entry of kept_float lacks its reason"


def _counts(artefact: Artefact) -> Counts:
    shapes = {name: tuple(shape) for name, shape in artefact.contract["reference_shape"].items()}
    return count(artefact.model_path, shapes)


def _digests(folder: Path) -> dict[str, str]:
    return {path.name: sha256(path) for path in sorted(folder.iterdir()) if path.is_file()}
