"""Training on a handful of generated images: seeds, averaging, selection, resuming; the fields are Lightning's."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import fields, replace
from functools import partial
from pathlib import Path

import lightning.pytorch as L
import pytest
import torch
import yaml

from frugal import ledger, training
from frugal.energy.meters.cpu_time import CpuTimeMeter
from frugal.energy.meters.powercap import PowercapMeter
from frugal.fitting import Fit, Fitter, energy_afterwards
from frugal.models.char_net import CharNet
from frugal.tasks.characters import Characters
from frugal.training import Training
from tests.unit.glyphs import Glyphs

pytestmark = pytest.mark.trains

TASK = Characters(labels="abcd")
QUICK = Training(max_epochs=3, accelerator="cpu", optimizer=partial(torch.optim.AdamW, lr=5e-3))


def _net() -> CharNet:
    torch.manual_seed(0)
    return CharNet(4, widths=(4, 8), depths=(1, 1))


def _fit(
    folder: Path, training: Training = QUICK, data: L.LightningDataModule | None = None
) -> dict[str, torch.Tensor]:
    fitter = Fitter(folder=folder, ledger_path=folder / "ledger.jsonl", experiment="test", digest="d")
    fit = Fit(what="train", task=TASK, data=data or Glyphs(), training=training, seed=1)
    return fitter.run(_net(), fit).state_dict()


def _equal(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return all(torch.equal(one[name], other[name]) for name in one)


@pytest.mark.parametrize(
    ("precision", "has_bf16", "taken"),
    [
        ("bf16-mixed", True, "bf16-mixed"),
        ("bf16-mixed", False, "32-true"),
        ("16-mixed", False, "16-mixed"),
        ("32-true", True, "32-true"),
    ],
)
def test_bf16_is_not_imitated(precision: str, has_bf16: bool, taken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "computes_bf16", lambda accelerator: has_bf16)
    assert Training(precision=precision).trainer_arguments()["precision"] == taken


def test_a_named_accelerator_is_trusted() -> None:
    assert training.computes_bf16("gpu")
    assert training.computes_bf16("cpu") in (True, False)


def test_trainer_arguments_are_lightnings_own() -> None:
    assert QUICK.trainer_arguments().keys() <= inspect.signature(L.Trainer.__init__).parameters.keys()


def test_every_setting_stands_in_the_yaml_and_can_be_overridden_by_name() -> None:
    path = Path(__file__).parents[2] / "configs" / "training" / "default.yaml"
    assert set(yaml.safe_load(path.read_text())) - {"_target_"} == {f.name for f in fields(Training)}


def test_the_same_seed_gives_the_same_weights(tmp_path: Path) -> None:
    assert _equal(_fit(tmp_path / "a"), _fit(tmp_path / "b"))


@pytest.mark.parametrize("ema_decay", [None, 0.9])
def test_a_fit_cut_after_an_epoch_ends_as_an_undisturbed_one(tmp_path: Path, ema_decay: float | None) -> None:
    training = replace(QUICK, ema_decay=ema_decay)
    whole = _fit(tmp_path / "whole", training)
    with pytest.raises(RuntimeError, match="power cut"):
        _fit(tmp_path / "cut", training, _CutGlyphs(cut_at_epoch=2))
    assert (tmp_path / "cut" / "fit-0" / "last.ckpt").exists()
    assert _equal(whole, _fit(tmp_path / "cut", training))
    lines = ledger.read(tmp_path / "cut" / "ledger.jsonl")
    assert [line["status"] for line in lines] == ["failed", "done"]
    assert all(line["cpu_s"] > 0 for line in lines)


def test_a_finished_fit_is_not_run_again(tmp_path: Path) -> None:
    first = _fit(tmp_path)
    again = _fit(tmp_path)
    assert _equal(first, again)
    assert len(ledger.read(tmp_path / "ledger.jsonl")) == 1


def test_a_pass_is_entered_whatever_its_end(tmp_path: Path) -> None:
    fitter = Fitter(folder=tmp_path, ledger_path=tmp_path / "ledger.jsonl", experiment="t", digest="d")

    def fails() -> None:
        raise ValueError("no such operator")

    assert fitter.metered("int8", lambda: sum(range(100_000))) == 4_999_950_000
    with pytest.raises(ValueError, match="no such operator"):
        fitter.metered("prune", fails)
    first, second = ledger.read(tmp_path / "ledger.jsonl")
    assert (first["what"], first["kind"], first["status"]) == ("int8", "pass", "done") and first["cpu_s"] > 0
    assert (second["what"], second["status"]) == ("prune", "failed") and fitter.lines == [first]


def test_the_energy_of_work_that_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """A counter that did not watch does not tell."""
    known = energy_afterwards(2.0)
    assert known.value == pytest.approx(2 * CpuTimeMeter().power.watts) and known.method == "C"
    monkeypatch.setattr("frugal.fitting.best_meter", lambda: PowercapMeter())
    assert "did not watch it" in energy_afterwards(2.0).reason


def test_training_without_gain_stops(tmp_path: Path) -> None:
    idle = replace(QUICK, max_epochs=20, patience=2, optimizer=partial(torch.optim.SGD, lr=0.0))
    _fit(tmp_path, idle)
    (line,) = ledger.read(tmp_path / "ledger.jsonl")
    assert line["epochs"] <= 5, "without any change of the weights only batch statistics can still gain a little"


def test_a_fit_killed_after_the_epoch_that_ended_it_does_not_go_on(tmp_path: Path) -> None:
    idle = replace(QUICK, max_epochs=20, patience=2, optimizer=partial(torch.optim.SGD, lr=0.0))
    stopped = _fit(tmp_path, idle)
    (tmp_path / "fit-0" / "weights.safetensors").unlink()
    assert _equal(stopped, _fit(tmp_path, idle))
    first, second = ledger.read(tmp_path / "ledger.jsonl")
    assert second["epochs"] == first["epochs"]


def test_it_learns(tmp_path: Path) -> None:
    data = Glyphs(count=512)
    fitter = Fitter(folder=tmp_path, ledger_path=tmp_path / "l", experiment="t", digest="d")
    model = fitter.run(_net(), Fit(what="train", task=TASK, data=data, training=replace(QUICK, max_epochs=15), seed=1))
    batch = next(iter(data.test_dataloader()))
    logits = model(TASK.front()(batch.inputs["image"]))
    assert (logits.argmax(1) == batch.targets).float().mean() > 0.9


@pytest.mark.parametrize(
    ("field", "value"), [("select", "worst"), ("max_epochs", -1), ("ema_decay", 1.0), ("patience", 0)]
)
def test_settings_out_of_range_are_refused(field: str, value: object) -> None:
    with pytest.raises(ValueError, match=field):
        replace(QUICK, **{field: value})  # type: ignore[arg-type]


class _CutGlyphs(Glyphs):
    """Raises in the middle of an epoch, as a crash would."""

    def __init__(self, cut_at_epoch: int) -> None:
        super().__init__()
        self.cut_at_epoch = cut_at_epoch
        self.epoch = 0

    def set_epoch(self, epoch: int) -> None:
        super().set_epoch(epoch)
        self.epoch = epoch

    def train_dataloader(self) -> Iterator[object]:  # type: ignore[override]
        loader = super().train_dataloader()
        outer = self

        class Cut:
            def __len__(self) -> int:
                return len(loader)

            def __iter__(self) -> Iterator[object]:
                for number, batch in enumerate(loader):
                    if outer.epoch == outer.cut_at_epoch and number == 1:
                        raise RuntimeError("power cut")
                    yield batch

        return Cut()  # type: ignore[return-value]
