"""Open what was exported: an artefact folder, or a stranger's bare ONNX file with the contract that it implies.

Runs no model, unpickles nothing and imports no code that a file names; whether onnxruntime accepts the graph is
`session.open_session`'s question.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from frugal.contract import Artefact, InputError, Port, Signature

if TYPE_CHECKING:
    import onnx

CONTRACT_SCHEMA = 1
UNKNOWN_RANK = "..."
"""The only entry of the shape of a stranger's input that states no shape at all."""
_NOT_ONNX = {b"\x80": "a pickle", b"PK": "a zip archive (a PyTorch checkpoint?)", b"\x1f\x8b": "a gzip archive"}


def open_artefact(path: Path) -> Artefact:
    """The artefact in folder `path`; raises InputError when it has no readable contract or no ONNX model."""
    path = Path(path)
    if not path.is_dir():
        raise InputError(f"{path} is not a folder", allowed="an artefact folder with contract.json and model.onnx")
    artefact = Artefact(path=path, contract=_read_contract(path / "contract.json"))
    graph = parse_onnx(artefact.model_path).graph
    for kind, values in (("inputs", _input_values(graph)), ("outputs", list(graph.output))):
        declared = [str(port["name"]) for port in artefact.contract[kind]]
        present = [value.name for value in values]
        if set(declared) != set(present):
            raise InputError(
                f"{path}: contract.json names the {kind} {declared}", allowed=f"{present} as in model.onnx"
            )
    return artefact


def from_onnx(path: Path) -> Artefact:
    """A bare ONNX file as an artefact: names, dtypes and shapes are its own, everything else is unknown."""
    path = Path(path)
    model = parse_onnx(path)
    contract: dict[str, Any] = {
        "schema": CONTRACT_SCHEMA,
        "task": None,
        "decoder": None,
        "inputs": [_port(value) for value in _input_values(model.graph)],
        "outputs": [_port(value) for value in model.graph.output],
        "labels": None,
        "time_stride": None,
        "reference_shape": {},
        "opset": opset(model),
        "ir_version": model.ir_version,
    }
    return Artefact(path=path.parent, contract=contract, model_name=path.name)


def parse_onnx(path: Path) -> onnx.ModelProto:
    """The parsed ONNX file without its external data; raises InputError for anything else, without running it."""
    import onnx
    from google.protobuf.message import DecodeError

    allowed = "an ONNX file with a graph"
    if not path.is_file():
        raise InputError(f"{path} is not there" if not path.exists() else f"{path} is not a file", allowed=allowed)
    if path.stat().st_size == 0:
        raise InputError(f"{path} is empty", allowed=allowed)
    with path.open("rb") as file:
        head = file.read(4)
    for magic, what in _NOT_ONNX.items():
        if head.startswith(magic):
            raise InputError(f"{path} is {what}, not ONNX (it was not opened)", allowed=allowed)
    try:
        model = onnx.load(str(path), load_external_data=False)
    except (DecodeError, ValueError, RuntimeError, OSError) as error:
        raise InputError(f"{path} is truncated or not ONNX", allowed=allowed) from error
    if not model.graph.node or not model.opset_import or not model.graph.output:
        raise InputError(f"{path} is truncated or not ONNX", allowed=allowed)
    return model


def opset(model: onnx.ModelProto) -> int:
    """The version of the standard operator set that the model asks for."""
    return max((entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx")), default=0)


def signature_of(artefact: Artefact) -> Signature:
    """The inputs and outputs that the contract states, as records."""

    def ports(entries: Sequence[Mapping[str, Any]]) -> tuple[Port, ...]:
        return tuple(
            Port(
                name=entry["name"],
                dtype=entry["dtype"],
                shape=tuple(entry["shape"]),
                polarity=entry.get("polarity"),
                range=tuple(entry["range"]) if entry.get("range") else None,
            )
            for entry in entries
        )

    return Signature(inputs=ports(artefact.contract["inputs"]), outputs=ports(artefact.contract["outputs"]))


def sha256(path: Path) -> str:
    """The hexadecimal digest of a file."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_json(path: Path, data: Any) -> None:
    """Write beside and move into place, so that no reader ever sees half a file. NaN and Infinity are refused."""
    text = json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise InputError(f"cannot write {path} ({error.strerror})", allowed="a folder that may be written") from error
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        temporary.chmod(0o644)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _read_contract(path: Path) -> dict[str, Any]:
    allowed = "the contract.json of an artefact"
    if not path.is_file():
        raise InputError(f"{path} is not there", allowed=allowed, remedy="give the model.onnx file itself")
    try:
        contract = json.loads(path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path} is not JSON", allowed=allowed) from error
    if not isinstance(contract, dict) or not _has_ports(contract):
        raise InputError(f"{path} lacks inputs and outputs with name, dtype and shape", allowed=allowed)
    if contract.get("schema", CONTRACT_SCHEMA) != CONTRACT_SCHEMA:
        raise InputError(
            f"{path} has schema {contract['schema']}", allowed=str(CONTRACT_SCHEMA), remedy="a newer frugal"
        )
    return contract


def _has_ports(contract: Mapping[str, Any]) -> bool:
    def is_port(entry: Any) -> bool:
        return isinstance(entry, dict) and {"name", "dtype", "shape"} <= entry.keys()

    lists = [contract.get("inputs"), contract.get("outputs")]
    return all(isinstance(entries, list) and entries and all(map(is_port, entries)) for entries in lists)


def _input_values(graph: onnx.GraphProto) -> list[onnx.ValueInfoProto]:
    initialisers = {tensor.name for tensor in graph.initializer}  # old exporters list weights as inputs too
    return [value for value in graph.input if value.name not in initialisers]


def _port(value: onnx.ValueInfoProto) -> dict[str, Any]:
    import onnx

    tensor = value.type.tensor_type
    dims: list[int | str] | None = None
    if tensor.HasField("shape"):
        dims = [
            dim.dim_value if dim.HasField("dim_value") else dim.dim_param or f"{value.name}_{axis}"
            for axis, dim in enumerate(tensor.shape.dim)
        ]
    known = value.type.HasField("tensor_type") and tensor.elem_type
    dtype = _dtype_name(onnx.TensorProto.DataType.Name(tensor.elem_type)) if known else "unknown"
    return {"name": value.name, "dtype": dtype, "shape": dims if dims is not None else [UNKNOWN_RANK]}


def _dtype_name(onnx_name: str) -> str:
    names = {"FLOAT": "float32", "DOUBLE": "float64"}
    return names.get(onnx_name, onnx_name.lower())
