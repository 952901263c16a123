"""The hash of what makes a step: arguments, the source of the plug-ins used, package versions, what came before.

Editing one line of a plug-in changes the fingerprint of exactly the steps that use it. Knows no step.
"""

from __future__ import annotations

import ast
import dataclasses
import functools
import hashlib
import importlib.metadata
import importlib.util
import inspect
import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

NOT_HASHED = {"root", "download"}
"""Constructor arguments that say where the data is: its content has a fingerprint of its own."""
PACKAGES = (
    "frugal-ml",
    "lightning",
    "numpy",
    "onnx",
    "onnxruntime",
    "onnxscript",
    "onnxslim",
    "torch",
    "torch-pruning",
    "torchvision",
)

FOREIGN = {package.replace("-", "_") for package in PACKAGES}


def digest(*parts: Any) -> str:
    """sha256 over the JSON of the parts, in order."""
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def describe(thing: Any) -> Any:
    """`thing` as plain JSON values: what it is and its arguments, the same in every process.

    Objects are described by their constructor's parameters, kept under the same names (as dataclasses do).

    >>> describe(functools.partial(round, ndigits=2))
    {'call': 'builtins.round', 'arguments': {'ndigits': 2}}
    """
    if thing is None or isinstance(thing, (bool, int, float, str)):
        return thing
    if isinstance(thing, Mapping):
        return {str(key): describe(value) for key, value in thing.items()}
    if isinstance(thing, (list, tuple)):
        return [describe(item) for item in thing]
    if isinstance(thing, (set, frozenset)):
        return sorted(str(item) for item in thing)
    if isinstance(thing, Path):
        return str(thing)
    if isinstance(thing, functools.partial):
        arguments = {key: describe(value) for key, value in thing.keywords.items()}
        return {"call": _name(thing.func), "arguments": arguments} | (
            {"args": describe(thing.args)} if thing.args else {}
        )
    if inspect.isroutine(thing) or inspect.isclass(thing):
        return _name(thing)
    return {"type": _name(type(thing)), "arguments": _arguments(thing)}


def versions() -> dict[str, str]:
    """Installed versions of the packages that decide a result."""
    found = {}
    for package in PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def sources(*things: Any) -> dict[str, str]:
    """sha256 of every source file that the things are defined in or import, within their own packages."""
    modules: dict[str, str] = {}
    for module in sorted(_modules_of(things)):
        _collect(module, modules)
    return modules


def _arguments(thing: Any) -> dict[str, Any]:
    if dataclasses.is_dataclass(thing):
        names: Iterable[str] = (f.name for f in dataclasses.fields(thing))
    else:
        names = (name for name in inspect.signature(type(thing).__init__).parameters if name != "self")
    kept = {}
    for name in names:
        if name in NOT_HASHED:
            continue
        if hasattr(thing, name):
            kept[name] = describe(getattr(thing, name))
        elif hasattr(thing, f"_{name}"):
            kept[name] = describe(getattr(thing, f"_{name}"))
    return kept


def _name(thing: Any) -> str:
    return f"{thing.__module__}.{thing.__qualname__}"


def _modules_of(things: Iterable[Any]) -> set[str]:
    """Names of the modules that define the things and, recursively, their arguments."""
    found: set[str] = set()
    for thing in things:
        if isinstance(thing, Mapping):
            found |= _modules_of(thing.values())
        elif isinstance(thing, (list, tuple)):
            found |= _modules_of(thing)
        elif isinstance(thing, functools.partial):
            found |= _modules_of((thing.func, *thing.args, *thing.keywords.values()))
        elif inspect.isroutine(thing) or inspect.isclass(thing):
            found.add(thing.__module__)
        elif hasattr(thing, "__dict__"):
            found.add(type(thing).__module__)
            if dataclasses.is_dataclass(thing):
                found |= _modules_of(getattr(thing, f.name) for f in dataclasses.fields(thing))
    return found


def _collect(module: str, modules: dict[str, str]) -> None:
    package = module.partition(".")[0]
    if module in modules or module == package == "frugal" or not _is_ours(package):
        return
    spec = importlib.util.find_spec(module)
    if spec is None or not spec.origin or not spec.origin.endswith(".py"):
        return
    source = Path(spec.origin).read_bytes()
    modules[module] = hashlib.sha256(source).hexdigest()
    for name in _imported(source):
        if name.partition(".")[0] == package:
            _collect(name, modules)


def _is_ours(package: str) -> bool:
    """Packages of the index that are hashed by version, and Python itself, are not read."""
    return package not in FOREIGN and package not in sys.stdlib_module_names


def _imported(source: bytes) -> set[str]:
    names: set[str] = set()
    tree = ast.parse(source)
    for_types_only = {id(inner) for node in ast.walk(tree) if _is_for_types(node) for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if id(node) in for_types_only:
            continue
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names |= {node.module} | {
                f"{node.module}.{alias.name}" for alias in node.names if _exists(node.module, alias.name)
            }
    return names


def _is_for_types(node: ast.AST) -> bool:
    """`if TYPE_CHECKING:` names what annotations speak of; nothing in it runs."""
    return isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")


def _exists(package: str, name: str) -> bool:
    try:
        return importlib.util.find_spec(f"{package}.{name}") is not None
    except (ModuleNotFoundError, ValueError):
        return False
