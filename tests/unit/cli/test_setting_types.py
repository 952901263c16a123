"""A setting of the wrong type is refused before anything is built, by its key and with what is allowed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest

from frugal.cli.setting_types import check_settings
from frugal.contract import InputError


@dataclass
class Step:
    """Stands for whatever a configuration builds."""

    epochs: int = 3
    rate: float = 0.1
    widths: Sequence[int] = (8, 16)
    shares: Mapping[str, Sequence[Sequence[float]]] = field(default_factory=dict)
    mode: Literal["fast", "small"] = "fast"
    limit: int | None = None
    out: Path = Path()
    maker: Callable[[], Any] | None = None
    anything: Any = None
    is_last: bool = False


def step(**settings: Any) -> dict[str, Any]:
    return {"_target_": f"{__name__}.Step", **settings}


@pytest.mark.parametrize(
    "settings",
    [
        {"epochs": 5, "rate": 1, "widths": [4], "shares": {"main": [[0, 0.5], [3, 1]]}, "mode": "small", "limit": None},
        {"out": "runs/x", "maker": {"_target_": "torch.nn.Linear", "_partial_": True}, "anything": [1, "a"]},
        {"nobody_knows": "x", "_partial_": True},
    ],
)
def test_what_fits_passes(settings: dict[str, Any]) -> None:
    check_settings({"stages": [step(**settings)], "name": "x"})


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"epochs": "many"}, "epochs=many; allowed: a whole number; try: stages[0].epochs=3"),
        ({"epochs": 2.5}, "epochs=2.5; allowed: a whole number; try: stages[0].epochs=3"),
        ({"rate": "fast"}, "rate=fast; allowed: a number; try: stages[0].rate=0.1"),
        ({"widths": 3}, "widths=3; allowed: a list, each a whole number"),
        ({"widths": ["a"]}, "widths=['a']; allowed: a list, each a whole number"),
        ({"shares": 1}, "shares=1; allowed: a group of settings"),
        ({"mode": "tiny"}, "mode=tiny; allowed: fast, small; try: stages[0].mode=fast"),
        ({"limit": "x"}, "limit=x; allowed: a whole number, or null; try: stages[0].limit=null"),
        ({"epochs": None}, "epochs=null; allowed: a whole number; try: stages[0].epochs=3"),
        ({"maker": 3}, "maker=3; allowed: a factory (_target_, _partial_: true), or null; try: stages[0].maker=null"),
        ({"is_last": "x"}, "is_last=x; allowed: true or false; try: stages[0].is_last=false"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError) as caught:
        check_settings({"stages": [step(**settings)]})
    assert str(caught.value) == f"stages[0].{said}"


def test_a_target_that_is_not_there_is_left_to_who_builds_it() -> None:
    check_settings({"_target_": "no.such.thing", "epochs": "x"})
