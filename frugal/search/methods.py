"""What there is to try: the stages and passes that declare their strengths, found by the YAML that each of them has.

A method that was added with its Python file and its YAML is found without a change here. Knows no trial and no budget.
"""

from __future__ import annotations

import dataclasses
import importlib
import importlib.resources
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from frugal.contract import InputError, Pass, Stage
from frugal.strengths import Role, Strengths

STAGES, PASSES = "stage", "pass"
ANY_DIFFERENCE = 1e6
"""The tolerance of a pass that is tried: what decides is the error, not how far an output moved."""


@dataclass(frozen=True, kw_only=True)
class Method:
    """A stage or pass with its arguments; `strength` counts its settings from 0, the mildest."""

    name: str
    factory: Callable[..., Any]
    arguments: Mapping[str, Any]
    strengths: Strengths

    @property
    def role(self) -> Role:
        return self.strengths.role

    @property
    def strongest(self) -> int:
        return len(self.strengths.settings) - 1

    @property
    def all_strengths(self) -> range:
        return range(len(self.strengths.settings))

    def step(self, strength: int) -> Stage | Pass:
        """The stage or pass with that setting."""
        made: Stage | Pass = self.factory(**{**self.arguments, **self.strengths.settings[strength]})
        return made

    def told(self, strength: int) -> str:
        """Name and what the setting sets, for people: `prune_structured macs_ratio=0.33`."""
        settings = self.strengths.settings[strength]
        return " ".join([self.name, *(f"{key}={value}" for key, value in settings.items() if value is not None)])

    def only(self, strengths: Sequence[int]) -> Method:
        """The same method with these of its settings, in their order."""
        kept = Strengths(role=self.role, settings=tuple(self.strengths.settings[strength] for strength in strengths))
        return dataclasses.replace(self, strengths=kept)


def find_methods(groups: Sequence[str] = (STAGES, PASSES), *, folders: Sequence[Path] = ()) -> list[Method]:
    """Every method of the configs that ship with frugal and of `folders`, in alphabetical order.

    Args:
        groups: stage, pass or both.
        folders: folders of one's own configs, with stage/ or pass/ in them; a name that ships too is taken from here.
    """
    shipped = Path(str(importlib.resources.files("frugal.configs")))
    files = {
        (group, file.stem): file
        for folder in (shipped, *folders)
        for group in groups
        for file in sorted((folder / group).glob("*.yaml"))
    }
    found = [method for key, file in sorted(files.items()) if (method := _read(key[1], file)) is not None]
    return found


def _read(name: str, file: Path) -> Method | None:
    """The method of a YAML; None where its target declares no strengths."""
    import yaml

    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        module, _, attribute = content.pop("_target_").rpartition(".")
        factory = getattr(importlib.import_module(module), attribute)
    except (OSError, yaml.YAMLError, AttributeError, KeyError, ImportError, ValueError) as error:
        raise InputError(f"{file} ({error})", allowed="the YAML of a stage or pass, with a _target_") from error
    strengths = getattr(factory, "strengths", None)
    if not isinstance(strengths, Strengths):
        return None
    arguments = {key: value for key, value in content.items() if not _is_composed(value)}
    if "tolerance" in inspect.signature(factory).parameters:
        arguments["tolerance"] = ANY_DIFFERENCE
    return Method(name=name, factory=factory, arguments=arguments, strengths=strengths)


def _is_composed(value: Any) -> bool:
    """What only a composed configuration can say: objects, and values that point elsewhere."""
    return (isinstance(value, Mapping) and "_target_" in value) or (isinstance(value, str) and "${" in value)
