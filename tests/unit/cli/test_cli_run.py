"""The Hydra edge: one line for a missing logger, and for what a recipe sets for steps that are not there."""

from __future__ import annotations

from typing import Any

import pytest

from frugal.cli.hydra_errors import one_line
from frugal.cli.main import run
from frugal.cli.run import _tells_apart, composed
from frugal.contract import InputError


def _without_its_package(*, project: str) -> None:
    raise ModuleNotFoundError("Requirement 'wandb>=0.12' not met. HINT: Try running `pip install -U wandb`")


def _line(config: dict[str, Any]) -> str:
    from hydra.errors import InstantiationException
    from hydra.utils import instantiate

    with pytest.raises(InstantiationException) as caught:
        instantiate(config)
    return str(one_line(caught.value))


def test_a_logger_without_its_package_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lightning.pytorch.loggers.WandbLogger", _without_its_package)
    missing = {"_target_": "lightning.pytorch.loggers.WandbLogger", "project": "frugal"}
    assert _line({"name": "run", "logger": missing}) == (
        "logger: its package is not installed (Requirement 'wandb>=0.12' not met); allowed: logger=csv needs none; "
        "try: pip install 'frugal-ml[loggers]'"
    )
    assert _line({"model": missing}).startswith("model: Requirement 'wandb>=0.12' not met")


def test_values_for_a_step_that_another_pipeline_lacks_are_left_out() -> None:
    """recipe=digits sets the strength of its own pipeline's pruning; pipeline=none has none."""
    bare = composed(["recipe=digits", "pipeline=none"])
    assert (dict(bare.stages), dict(bare.passes)) == ({}, {})
    own = composed(["recipe=digits"])
    assert list(own.stages) == ["prune", "recover"] and list(own.passes) == ["int8"]


@pytest.mark.parametrize(
    ("typed", "chosen", "apart"),
    [
        (["seed=1,2", "out=mine"], ["seed=1", "out=mine"], False),
        (["seed=1,2"], ["seed=1"], False),
        (["seed=1,2", "out=mine/${seed}"], ["seed=1", "out=mine/${seed}"], True),
        (["out=a,b"], ["out=a"], True),
    ],
)
def test_an_out_of_a_sweep_is_taken_as_it_stands_where_it_tells_the_runs_apart(
    typed: list[str], chosen: list[str], apart: bool
) -> None:
    assert _tells_apart(chosen, typed) is apart


def test_a_word_for_a_number_is_one_line_before_anything_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(*_: object) -> None:
        raise AssertionError("it ran")

    monkeypatch.setattr("frugal.experiment.Experiment.run", fails)
    assert run(["run", "recipe=debug_tiny", "training.optimizer.lr=fast"]) == 2
    said = "error: training.optimizer.lr=fast; allowed: a number; try: training.optimizer.lr=0."
    assert capsys.readouterr().err.startswith(said)


def test_a_fault_of_the_code_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise TypeError("of the code")

    monkeypatch.setattr("frugal.experiment.Experiment.run", fails)
    with pytest.raises(TypeError, match="of the code"):
        run(["run", "recipe=debug_tiny", "training.max_epochs=2"])


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        (["recipe=debug_tiny", "seeed=1"], "no setting seeed; try: seed=..."),
        (["recipe=debug_tiny", "training.max_epoch=1"], "no setting training.max_epoch; try: training.max_epochs=..."),
        (["recipe=debug_tiny", "a.b=1", "c.d=2"], "no setting a.b; try: frugal list, or frugal run --help"),
        (["pipeline=int9"], "try: pipeline=int8"),
        (["recipe=zzz"], "recipe=zzz; allowed: debug_batch, debug_overfit"),
    ],
)
def test_a_misspelt_setting_is_told_with_the_nearest_one(overrides: list[str], said: str) -> None:
    with pytest.raises(InputError) as caught:
        composed(overrides)
    assert said in str(caught.value) and "hydra" not in str(caught.value)
