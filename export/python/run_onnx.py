"""Read an artefact with numpy and onnxruntime alone: copy this one file, frugal is not needed.

    python run_onnx.py ARTEFACT letter.png digits.npy      label and confidence of every item, one line each
    python run_onnx.py ARTEFACT --check                    does this machine answer as the artefact promises?

ARTEFACT is a folder with model.onnx, contract.json and parity.npz (see CONTRACT.md). An item is a .npy array (one item,
or many with the item axis first), a .npz with one array per input, or an image (needs pillow). Every item runs by
itself, so that no item changes another's result. Exit code 0 done, 1 the check fails, 2 bad input.

Knows classification and ctc (greedy); of any other decoder it prints the raw outputs. Tried with onnxruntime 1.16 and
newer.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

Arrays = dict[str, np.ndarray]
TOLERANCE = 1e-3
"""Largest absolute difference of outputs that --check lets pass."""


class InputError(ValueError):
    """Something given on the command line cannot be used."""


def main() -> int:
    arguments = _parser().parse_args()
    try:
        contract = read_contract(arguments.artefact)
        session = open_model(arguments.artefact / "model.onnx", arguments.threads)
        if arguments.check:
            return check(arguments.artefact, contract, session, tolerance_of(contract, arguments.tolerance))
        if not arguments.files:
            raise InputError("no file to read; allowed: .npy, .npz or an image; try: --check")
        constants = dict(_constant(text) for text in arguments.set)
        for file in arguments.files:
            feeds = read_items(file, contract, constants, invert=arguments.invert)
            for number, feed in enumerate(feeds):
                name = str(file) if len(feeds) == 1 else f"{file}[{number}]"
                print("\t".join([name, *describe(run(session, feed), contract, arguments.top)]))
    except InputError as error:
        print("error: " + " ".join(str(error).split()), file=sys.stderr)
        return 2
    return 0


def read_contract(artefact: Path) -> dict[str, Any]:
    """contract.json, checked as far as this file uses it."""
    path = artefact / "contract.json"
    try:
        contract = json.loads(path.read_text(encoding="utf-8"))
        for port in contract["inputs"] + contract["outputs"]:
            np.dtype(port["dtype"]), port["name"], len(port["shape"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path} cannot be used ({error}); allowed: the folder of an artefact") from error
    if contract.get("schema") != 1:
        raise InputError(f"{path} has schema {contract.get('schema')}; allowed: 1; try: a newer run_onnx.py")
    return contract


def open_model(path: Path, threads: int) -> Any:
    """An onnxruntime session on the CPU that does not spin while it waits."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    if not path.is_file():
        raise InputError(f"{path} is not there; allowed: the folder of an artefact")
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's exceptions share no base class but this
        raise InputError(f"onnxruntime {onnxruntime.__version__} does not open {path} ({error})") from error


def run(session: Any, feed: Arrays) -> Arrays:
    """One item (arrays without batch axis) -> named outputs with batch axis 1."""
    names = [output.name for output in session.get_outputs()]
    try:
        values = session.run(names, {name: np.ascontiguousarray(array[None]) for name, array in feed.items()})
    except Exception as error:  # as above
        raise InputError(f"the model does not run on this item ({error})") from error
    return dict(zip(names, values))  # noqa: B905 - strict= needs Python 3.10


def read_items(file: Path, contract: dict[str, Any], constants: dict[str, float], *, invert: bool) -> list[Arrays]:
    """The items in a file, each with one array per input; `constants` fill inputs that the file does not hold."""
    arrays = _load(file, contract, invert=invert)
    known = [port["name"] for port in contract["inputs"]]
    for name in [*arrays, *constants]:
        if name not in known:
            raise InputError(f"input {name}; allowed: {', '.join(known)}")
    length = len(next(iter(arrays.values())))
    for port in contract["inputs"]:
        if port["name"] not in arrays:
            if port["name"] not in constants or len(port["shape"]) > 1:
                raise InputError(f"{file} lacks the input {port['name']}; try: --set {port['name']}=NUMBER, or an .npz")
            arrays[port["name"]] = np.full(length, constants[port["name"]], dtype=port["dtype"])
        _check_port(arrays[port["name"]], port, length, file)
    return [{name: array[index] for name, array in arrays.items()} for index in range(length)]


def describe(outputs: Arrays, contract: dict[str, Any], top: int) -> list[str]:
    """Label, confidence and next labels of a classifier; text and confidence of a line; else the raw outputs."""
    if contract.get("decoder") == "ctc":
        return _line(outputs, contract.get("labels") or [])
    if contract.get("decoder") != "classification":
        return [f"{name}={json.dumps(array.tolist())}" for name, array in outputs.items()]
    scores = outputs[contract["outputs"][0]["name"]][0]  # (C,) softmax probabilities
    labels = contract.get("labels") or []
    if scores.shape != (len(labels),):
        raise InputError(f"the model gives scores of shape {scores.shape} for {len(labels)} labels in contract.json")
    order = np.argsort(-scores, kind="stable")[: max(top, 1)]
    cells = [(labels[index], f"{float(np.clip(scores[index], 0, 1)):.4f}") for index in order]
    return [cells[0][0], cells[0][1], " ".join(f"{label}:{share}" for label, share in cells[1:])]


def _line(outputs: Arrays, labels: list[str]) -> list[str]:
    """The text that the graph's own greedy decoding begins character by character, and its path's probability."""
    if not {"ids", "scores"} <= set(outputs):
        raise InputError(f"the model gives {sorted(outputs)}; allowed for the decoder ctc: ids and scores")
    text = "".join(labels[index] for index in outputs["ids"][0] if index >= 0)
    path = outputs["scores"][0].max(axis=-1)  # (T,) probability of each step's best class
    return [text.strip(), f"{float(np.exp(np.log(np.clip(path, 1e-12, 1)).sum())):.2g}"]


def tolerance_of(contract: dict[str, Any], asked: float | None) -> float:
    """What was asked for, what the contract states, or the usual one."""
    stated = (contract.get("parity") or {}).get("tolerance", TOLERANCE)
    return float(stated if asked is None else asked)


def check(artefact: Path, contract: dict[str, Any], session: Any, tolerance: float) -> int:
    """Compare hash and outputs with what the artefact promises; 0 when both hold, else 1."""
    digest = hashlib.sha256((artefact / "model.onnx").read_bytes()).hexdigest()
    same_file = digest == contract.get("model_sha256")
    print(f"model.onnx: sha256 {digest[:16]}... {'as' if same_file else 'NOT as'} in contract.json")
    stored = _open_npz(artefact / "parity.npz")
    feeds = {name[3:]: array for name, array in stored.items() if name.startswith("in.")}
    expected = {name[4:]: array for name, array in stored.items() if name.startswith("out.")}
    if not feeds or not expected or len({array.shape[:1] or (0,) for array in stored.values()} | {(0,)}) != 2:
        raise InputError(
            f"{artefact / 'parity.npz'} lacks samples; allowed: in.<input> and out.<output> of equal length"
        )
    count = len(next(iter(feeds.values())))
    answers = [run(session, {name: array[index] for name, array in feeds.items()}) for index in range(count)]
    largest, equal = 0.0, 1.0
    for name, array in expected.items():
        found = np.concatenate([answer[name] for answer in answers]) if name in answers[0] else np.empty(0)
        if found.shape != array.shape:
            raise InputError(f"output {name} has shape {found.shape}; parity.npz expects {array.shape}")
        if array.dtype.kind != "f":  # indices are decisions: nearly equal is not equal
            equal = min(equal, float((found == array).reshape(count, -1).all(axis=1).mean()))
            continue
        difference = np.abs(found.astype(np.float64) - array).max()
        largest = float(max(largest, difference)) if np.isfinite(difference) else float("inf")
        if contract.get("decoder") == "classification" and name == contract["outputs"][0]["name"]:
            equal = float((found.argmax(1) == array.argmax(1)).mean())
    holds = largest <= tolerance
    print(f"parity: {count} samples, largest difference {largest:.3g} {'<=' if holds else '>'} {tolerance:.3g} allowed")
    print(f"equal decisions: {100 * equal:.1f} %")
    return 0 if same_file and holds else 1


def _load(file: Path, contract: dict[str, Any], *, invert: bool) -> Arrays:
    """Arrays with the item axis first, by input name."""
    first = contract["inputs"][0]
    if not file.is_file():
        raise InputError(f"{file} is not there; allowed: .npy, .npz or an image")
    if file.suffix.lower() == ".npz":
        arrays = _open_npz(file)
        inputs = {name[3:]: array for name, array in arrays.items() if name.startswith("in.")} or arrays
        if not inputs or any(not array.ndim for array in inputs.values()):
            raise InputError(f"{file} holds no items; allowed: one array per input, item axis first")
        return inputs
    if file.suffix.lower() != ".npy":
        return {first["name"]: _image(file, first, invert=invert)[None]}
    try:
        array = np.load(file, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise InputError(f"{file} is no .npy array ({error})") from error
    return {first["name"]: array[None] if array.ndim == len(first["shape"]) - 1 else array}


def _open_npz(file: Path) -> Arrays:
    import zipfile

    try:
        with file.open("rb") as opened, np.load(opened, allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}
    except (OSError, ValueError, AttributeError, EOFError, zipfile.BadZipFile) as error:
        raise InputError(f"{file} is no .npz with plain arrays ({error})") from error


def _image(file: Path, port: dict[str, Any], *, invert: bool) -> np.ndarray:
    """A picture as uint8 (H, W), fitted into a fixed size with its proportions kept, padded with black or white."""
    try:
        from PIL import Image, ImageOps
    except ImportError as error:
        raise InputError(f"{file} needs pillow; allowed without it: .npy and .npz; try: pip install pillow") from error
    try:
        with Image.open(file) as opened:
            picture = opened.convert("L")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise InputError(f"{file} is no image that pillow opens ({error}); allowed: .npy, .npz or an image") from error
    picture = ImageOps.invert(picture) if invert else picture
    dark_ground = "on black" in str(port.get("polarity"))
    pixels = np.asarray(picture)
    edge = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    if port.get("polarity") and (np.median(edge) < 128) != dark_ground:
        print(f"note: {file} does not look like {port['polarity']}; try: --invert", file=sys.stderr)
    sizes = port["shape"][1:]
    if len(sizes) == 2 and all(isinstance(size, int) for size in sizes) and pixels.shape != tuple(sizes):
        fitted = ImageOps.pad(picture, (sizes[1], sizes[0]), color=0 if dark_ground else 255)
        pixels = np.asarray(fitted)
    return pixels


def _check_port(array: np.ndarray, port: dict[str, Any], length: int, file: Path) -> None:
    sizes = port["shape"][1:]
    given = f"{file}, input {port['name']}: {array.dtype} {array.shape[1:]}"
    allowed = f"{port['dtype']} {tuple(sizes)}, {port.get('polarity') or 'no polarity'}"
    fits = array.ndim == len(port["shape"]) and all(
        isinstance(size, str) or size == found
        for size, found in zip(sizes, array.shape[1:])  # noqa: B905
    )
    if len(array) != length or array.dtype != np.dtype(port["dtype"]) or not fits:
        raise InputError(f"{given}, {len(array)} items; allowed: {allowed}, {length} items")
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise InputError(f"{given} with NaN or infinity; allowed: finite numbers")


def _constant(text: str) -> tuple[str, float]:
    name, _, number = text.partition("=")
    try:
        return name, float(number)
    except ValueError as error:
        raise InputError(f"--set {text}; allowed: NAME=NUMBER") from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Read an artefact with numpy and onnxruntime alone.")
    parser.add_argument("artefact", type=Path, help="folder with model.onnx and contract.json")
    parser.add_argument("files", type=Path, nargs="*", help=".npy, .npz or image files")
    parser.add_argument("--check", action="store_true", help="compare with parity.npz; exit 1 on a difference")
    parser.add_argument("--tolerance", type=float, help="for --check (default: the contract's, else 0.001)")
    parser.add_argument("--invert", action="store_true", help="swap dark and light of images")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=NUMBER", help="an input with one number")
    parser.add_argument("--top", type=int, default=5, help="labels to print per item (default 5)")
    parser.add_argument("--threads", type=int, default=1, help="threads of onnxruntime (default 1)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
