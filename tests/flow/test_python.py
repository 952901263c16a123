"""The same without Hydra: the verbs called from Python on generated glyphs."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest
import torch

import frugal
import frugal.ledger
from frugal.benchmarking import BenchSettings
from frugal.contract import InputError
from frugal.gate import Budget
from frugal.models.char_net import CharNet
from frugal.passes.int8_static import Int8Static
from frugal.stages.finetune import Finetune
from frugal.stages.prune_structured import PruneStructured
from frugal.tasks.characters import Characters
from frugal.training import Training
from tests.unit.glyphs import Glyphs

pytestmark = pytest.mark.trains

TASK = Characters(labels="abcd")
QUICK = BenchSettings(ci=0.5, cap_s=0.5, warm_up_s=0.05)
TRAINING = Training(max_epochs=2, accelerator="cpu")


def _experiment(out: Path, **changes: object) -> frugal.Experiment:
    settings: dict[str, object] = {
        "name": "glyphs",
        "task": TASK,
        "model": partial(CharNet, widths=(4, 8), depths=(1, 1)),
        "data": Glyphs(),
        "training": TRAINING,
        "bench": QUICK,
        "out": str(out),
    }
    return frugal.Experiment(**{**settings, **changes})  # type: ignore[arg-type]


def test_an_experiment_runs_and_its_budget_is_checked(tmp_path: Path) -> None:
    report = _experiment(tmp_path, passes={"int8": Int8Static()}, budget=Budget(size_bytes=100)).run("by hand")
    assert [row.step for row in report.rows] == ["train", "int8"]
    assert [violation["name"] for violation in report.violations] == ["size_bytes"]
    assert report.about["command"] == "by hand" and report.about["budget"] == "size_bytes<=100"
    assert report.rows[0].details["groups"] == 8
    assert json.loads((tmp_path / "report.json").read_text())["unit"] == "character"


def test_train_export_benchmark_and_load(tmp_path: Path) -> None:
    model = frugal.train(_experiment(tmp_path / "run"))
    artefact = frugal.export(model, TASK, tmp_path / "artefact")
    row = frugal.benchmark(artefact)
    assert row.macs and row.cpu_ms.value and row.cpu_ms.value > 0
    reader = frugal.load(tmp_path / "artefact")
    batch = next(iter(Glyphs().test_dataloader()))
    answers = reader.predict(batch.inputs["image"].numpy())
    with torch.no_grad():
        decided = model(TASK.front()(batch.inputs["image"])).argmax(1)
    assert [answer.value for answer in answers] == ["abcd"[index] for index in decided]


def test_compress_a_network_and_train_on_from_what_it_left(tmp_path: Path) -> None:
    torch.manual_seed(0)
    net = CharNet(4, widths=(4, 8), depths=(1, 1))
    steps = {"prune": PruneStructured(ratio=0.5), "recover": Finetune(epochs=1), "int8": Int8Static()}
    result = frugal.compress(net, steps, data=Glyphs(), task=TASK, out=tmp_path / "out", training=TRAINING, bench=QUICK)
    assert [row.step for row in result.report.rows] == ["given", *steps]
    first, last = result.report.rows[0], result.report.rows[-1]
    assert first.size_bytes and last.macs and first.macs and last.macs < 0.6 * first.macs
    assert result.model is not None
    again = frugal.compress(
        result.model, {"more": Finetune(epochs=1)}, data=Glyphs(), task=TASK, out=tmp_path / "again",
        training=TRAINING, bench=QUICK,
    )  # fmt: skip
    assert again.report.rows[0].parameters == last.parameters


def test_an_artefact_takes_passes_only(tmp_path: Path) -> None:
    net = CharNet(4, widths=(4, 8), depths=(1, 1))
    artefact = frugal.export(net, TASK, tmp_path / "artefact")
    result = frugal.compress(
        artefact, {"int8": Int8Static()}, data=Glyphs(), task=TASK, out=tmp_path / "out", bench=QUICK
    )
    assert result.model is None and result.artefact.contract["precision"] == "int8"
    with pytest.raises(InputError, match="stages"):
        frugal.compress(artefact, {"f": Finetune()}, data=Glyphs(), task=TASK, out=tmp_path / "no", bench=QUICK)


def test_labels_that_differ_from_the_datas_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="labels"):
        _experiment(tmp_path, task=Characters(labels="abce")).run()


def test_values_of_a_wrong_type_for_the_model_are_a_bad_input(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"values under model \(object of type 'int' has no len"):
        _experiment(tmp_path, model=partial(CharNet, widths=8)).run()  # type: ignore[arg-type]


def test_a_graph_that_answers_otherwise_fails_the_run(tmp_path: Path) -> None:
    from frugal.exporting import ParityError

    with pytest.raises(ParityError, match="declares"):
        _experiment(tmp_path, passes={"int8": Int8Static(tolerance=0.0)}).run()


def test_another_exporter_trains_nothing_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import frugal.flow

    stages = {"more": Finetune(epochs=1)}
    first = _experiment(tmp_path, stages=stages).run()
    known = frugal.flow.sources

    def edited(*things: object) -> dict[str, str]:
        return {"frugal.exporting": "edited"} if things == (frugal.export,) else known(*things)

    monkeypatch.setattr(frugal.flow, "sources", edited)
    second = _experiment(tmp_path, stages=stages).run()
    assert [row.details["reused"] for row in second.rows] == [False, False], "both are exported again"
    assert [row.error for row in second.rows] == [row.error for row in first.rows]
    assert len(frugal.ledger.read(tmp_path / "ledger.jsonl")) == 2, "neither is trained again"


def test_an_initial_network_as_it_stands_counts_what_it_cost(tmp_path: Path) -> None:
    first = _experiment(tmp_path / "first").run()
    untrained = Training(max_epochs=0, accelerator="cpu")
    second = _experiment(tmp_path / "second", training=untrained, initial=str(tmp_path / "first")).run()
    assert second.rows[0].error == first.rows[0].error
    assert second.training["cpu_s"] == first.training["cpu_s"] > 0
    with pytest.raises(InputError, match="max_epochs=0 without initial"):
        _experiment(tmp_path / "third", training=untrained).run()


def test_what_lightning_refuses_is_bad_input(tmp_path: Path) -> None:
    experiment = _experiment(tmp_path, training=Training(max_epochs=1, accelerator="abacus"))
    with pytest.raises(InputError, match=r"training: .*abacus.*try: training\.accelerator=cpu"):
        experiment.train()
