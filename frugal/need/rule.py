"""A rule that somebody wrote down: a Python function from an image to an answer.

The file is the user's own and is run as code; nothing else names code to frugal.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from frugal.contract import InputError, Prediction
from frugal.need.problem import Problem


@dataclass(frozen=True, kw_only=True)
class Rule:
    """`place` is FILE.py:function; the function takes uint8 (H, W) and returns a label or a text."""

    place: str
    kind: str = "rule"

    @property
    def name(self) -> str:
        return f"rule-{self._parts()[1]}"

    def unfit(self, problem: Problem) -> str:
        return ""

    def size_bytes(self) -> int:
        """Bytes of the file that holds the rule."""
        return self._parts()[0].stat().st_size

    def answers(self, images: Sequence[np.ndarray]) -> list[Prediction]:
        function = self._function
        found = []
        for number, image in enumerate(images):
            try:
                found.append(Prediction(value=str(function(image)), confidence=1.0))
            except Exception as error:  # whatever the user's own code raises
                what = f"--rule {self.place}: item {number}: {type(error).__name__}: {error}"
                raise InputError(what, allowed="a function that takes uint8 (H, W) and returns a label") from error
        return found

    def _parts(self) -> tuple[Path, str]:
        file, _, name = self.place.rpartition(":")
        if not name.isidentifier() or Path(file).suffix != ".py" or not Path(file).is_file():
            raise InputError(f"--rule {self.place}", allowed="FILE.py:function", remedy="--rule rules.py:answer")
        return Path(file), name

    @cached_property
    def _function(self) -> Callable[[np.ndarray], Any]:
        file, name = self._parts()
        spec = importlib.util.spec_from_file_location(file.stem, file)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        try:
            spec.loader.exec_module(module)
        except Exception as error:  # whatever the user's own code raises
            raise InputError(f"--rule {file} cannot be run ({type(error).__name__}: {error})") from error
        function = getattr(module, name, None)
        if not callable(function):
            raise InputError(f"--rule {self.place}: {file} has no function {name}", allowed="a function of the file")
        return function  # type: ignore[no-any-return]
