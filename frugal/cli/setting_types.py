"""Settings against the annotations of what they are handed to, before anything is built or trained.

Knows configurations as plain dictionaries with `_target_`; the comparison itself is typeguard's. A target whose
annotations cannot be read, and a parameter without one, take anything.
"""

from __future__ import annotations

import dataclasses
import inspect
import pkgutil
import types
import typing
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal, Union

from frugal.contract import InputError
from frugal.extras import require

_WORDS = {
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    str: "a text",
    Path: "a path",
    type(None): "null",
}
_SIMPLE = (int, float, str, type(None))


def check_settings(config: Any, key: str = "") -> None:
    """Raises InputError for the first value that its target's annotations do not allow, named by its key.

    Args:
        config: a configuration, resolved, as dictionaries, lists and values.
        key: where it stands, with dots.
    """
    if isinstance(config, list):
        for place, value in enumerate(config):
            check_settings(value, f"{key}[{place}]")
    if not isinstance(config, Mapping):
        return
    parameters = _parameters(config["_target_"]) if isinstance(config.get("_target_"), str) else {}
    for name, value in config.items():
        inner = f"{key}.{name}" if key else name
        if name in parameters and not _holds_targets(value):
            _check(inner, value, parameters[name])
        check_settings(value, inner)


def _parameters(target: str) -> dict[str, inspect.Parameter]:
    """What a target takes, by name, with annotations that are no longer texts."""
    try:
        factory: Any = pkgutil.resolve_name(target)
        found = inspect.signature(factory).parameters
        if not dataclasses.is_dataclass(factory):
            return dict(inspect.signature(factory, eval_str=True).parameters)
        hints = typing.get_type_hints(factory)  # also of fields that come from a class of another module
    except Exception:  # a target that does not exist is told by who builds it; foreign annotations may be unreadable
        return {}
    return {name: found[name].replace(annotation=hint) for name, hint in hints.items() if name in found}


def _holds_targets(value: Any) -> bool:
    """Whether something is built in this value before it is handed over."""
    if isinstance(value, Mapping):
        return "_target_" in value or any(_holds_targets(inner) for inner in value.values())
    return isinstance(value, list) and any(_holds_targets(inner) for inner in value)


def _check(key: str, value: Any, parameter: inspect.Parameter) -> None:
    typeguard = require("typeguard", extra="train")
    annotation, usual = parameter.annotation, parameter.default
    if annotation is inspect.Parameter.empty or (isinstance(value, str) and Path in _parts(annotation)):
        return
    try:
        all_items = typeguard.CollectionCheckStrategy.ALL_ITEMS
        typeguard.check_type(value, annotation, collection_check_strategy=all_items)
    except typeguard.TypeCheckError as error:
        remedy = f"{key}={_shown(usual)}" if isinstance(usual, _SIMPLE) else ""
        raise InputError(f"{key}={_shown(value)}", allowed=_in_words(annotation), remedy=remedy) from error


def _shown(value: Any) -> str:
    """As it is typed on the command line."""
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _parts(annotation: Any) -> tuple[Any, ...]:
    is_union = typing.get_origin(annotation) in (Union, types.UnionType)
    return typing.get_args(annotation) if is_union else (annotation,)


def _in_words(annotation: Any) -> str:
    """`int | None` as "a whole number, or null"."""
    parts = _parts(annotation)
    if len(parts) > 1:
        typed = [part for part in parts if part in _WORDS or typing.get_origin(part)]  # no tensor can be typed
        return ", or ".join(map(_in_words, typed or parts))
    if annotation in _WORDS:
        return _WORDS[annotation]
    origin, inner = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is Literal:
        return ", ".join(map(str, inner))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return "a group of settings"
    if isinstance(origin, type) and issubclass(origin, Callable):  # type: ignore[arg-type]
        return "a factory (_target_, _partial_: true)"
    if inner:
        of = ", ".join(_in_words(part) for part in inner if part is not ...)
        return f"a list, each {of}"
    return getattr(annotation, "__name__", str(annotation))
