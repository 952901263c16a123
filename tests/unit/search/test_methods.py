"""What declares its strengths is found by its YAML, also in a folder of one's own."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from frugal.contract import InputError
from frugal.search.methods import ANY_DIFFERENCE, PASSES, STAGES, find_methods

MINE = '''"""A stage of our own."""
from dataclasses import dataclass
from typing import ClassVar

from frugal.strengths import Strengths


@dataclass(frozen=True, kw_only=True)
class Shave:
    depth: float = 0.1
    name: str = ""

    strengths: ClassVar = Strengths(role="shrink", settings=({"depth": 0.2}, {"depth": 0.4}))

    def __call__(self, model, workbench):
        return model
'''


def test_stages_and_passes_that_ship_are_found() -> None:
    found = {method.name: method for method in find_methods()}
    assert {"prune_structured", "distil_logits", "finetune", "int8_static", "int8_hybrid", "simplify"} <= set(found)
    assert "adapt_writer" not in found, "it declares no strengths"
    assert found["finetune"].role == "recover" and found["finetune"].step(0).epochs == 2  # type: ignore[union-attr]
    pruned = found["prune_structured"].step(found["prune_structured"].strongest)
    assert pruned.ratio is None and pruned.macs_ratio < 0.1  # type: ignore[union-attr]
    assert pruned.round_to == 4, "what the strength does not set stands in the YAML"  # type: ignore[union-attr]


def test_a_pass_that_is_tried_is_judged_by_its_error_not_by_its_outputs() -> None:
    only_passes = find_methods((PASSES,))
    assert {method.role for method in only_passes} == {"prepare", "quantise"}
    assert all(method.step(0).tolerance == ANY_DIFFERENCE for method in only_passes)  # type: ignore[union-attr]


def test_every_setting_that_ships_can_be_built() -> None:
    for method in find_methods():
        assert len({method.told(strength) for strength in method.all_strengths}) == method.strongest + 1
        for strength in method.all_strengths:
            method.step(strength)


def test_a_folder_of_ones_own_joins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "my_shaving.py").write_text(MINE)
    (tmp_path / "conf" / "stage").mkdir(parents=True)
    (tmp_path / "conf" / "stage" / "shave.yaml").write_text("_target_: my_shaving.Shave\nname: here\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    (mine,) = [method for method in find_methods((STAGES,), folders=[tmp_path / "conf"]) if method.name == "shave"]
    assert mine.told(1) == "shave depth=0.4"
    assert (mine.step(1).depth, mine.step(1).name) == (0.4, "here")  # type: ignore[union-attr]
    assert [mine.only([1]).told(0), mine.only([1]).strongest] == ["shave depth=0.4", 0]
    sys.modules.pop("my_shaving")


def test_a_yaml_that_names_nothing_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "stage").mkdir()
    (tmp_path / "stage" / "wrong.yaml").write_text("_target_: frugal.nowhere.Nothing\n")
    with pytest.raises(InputError, match=r"wrong\.yaml"):
        find_methods(folders=[tmp_path])
