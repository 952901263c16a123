"""benchmarks/peers/stages_lines.py: what its arms leave of a small line network, what is counted, and its tables."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image

from frugal.models.line_net import LineNet
from frugal.models.macs import count_macs
from frugal.models.saving import load_model, save_model
from tests.flow.script_modules import BENCHMARKS, imported

MODULES = ("stage_arms", "stage_table", "nested_bootstrap")


@pytest.fixture(scope="module")
def peers() -> Iterator[SimpleNamespace]:
    pytest.importorskip("torch_pruning")
    with imported(MODULES) as modules:
        yield modules


@pytest.fixture
def bench(tmp_path: Path) -> SimpleNamespace:
    torch.manual_seed(0)
    model = LineNet(5, height=16, widths=(8, 16, 16), depths=(0, 1), hidden=8, layers=2, dropout=0.0).eval()
    return SimpleNamespace(
        model=model,
        asked=SimpleNamespace(macs=0.5, kb=None, rate=1e-3, seed=0),
        folder=lambda name: tmp_path / name,
        reference=(torch.zeros(1, 1, 16, 64),),
        workbench=lambda folder: SimpleNamespace(finetune=lambda network, **settings: network),
        recovered=lambda network, folder, epochs=1: SimpleNamespace(network=network, epochs=epochs),
    )


def test_torch_pruning_reaches_the_budget_without_the_recurrent_layers(
    peers: SimpleNamespace, bench: SimpleNamespace, tmp_path: Path
) -> None:
    pruned = peers.stage_arms.torch_pruning(bench, tmp_path / "arm").network
    assert pruned.shortcut is not None and len(pruned.train()(torch.rand(1, 1, 16, 40))) == 2, (
        "it can be trained on with both heads"
    )
    ratio = count_macs(pruned, bench.reference) / count_macs(bench.model, bench.reference)
    assert 0.3 < ratio <= 0.5
    assert pruned.recurrent.hidden_size == bench.model.recurrent.hidden_size
    save_model(pruned, tmp_path / "model")
    line = torch.rand(1, 1, 16, 40)
    with torch.no_grad():
        assert torch.equal(load_model(tmp_path / "model")(line), pruned.eval()(line)), "it is loaded again as it was"


def test_unstructured_weighs_what_joint_weighs(peers: SimpleNamespace, bench: SimpleNamespace, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="joint first"):
        peers.stage_arms.unstructured(bench, tmp_path / "arm")
    half = LineNet(5, height=16, widths=(4, 8, 8), depths=(0, 1), hidden=4, layers=2).eval()
    save_model(half, tmp_path / "joint" / "model")
    zeroed = peers.stage_arms.unstructured(bench, tmp_path / "arm")
    aim = peers.stage_arms.packed_bytes(half)
    assert 0.9 * aim < peers.stage_arms.packed_bytes(zeroed) <= aim
    assert count_macs(zeroed, bench.reference) == count_macs(bench.model, bench.reference), "zeros save no operation"


def test_a_goal_in_bytes_is_met_by_the_file_itself(
    peers: SimpleNamespace, bench: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked_for = []

    def narrowed(bench: SimpleNamespace, folder: Path, *, size_ratio: float) -> float:
        asked_for.append(size_ratio)
        return size_ratio

    whole = 200_000
    bench.asked.kb = 100.0
    bench.deployed = lambda small, folder, arm: SimpleNamespace(
        size_bytes=whole if small is bench.model else 10_000 + round(small * (whole - 10_000))
    )
    monkeypatch.setattr(peers.stage_arms, "narrowed_to", narrowed)
    small = peers.stage_arms.pruned(bench, tmp_path, "int8")
    assert asked_for[0] == 0.5 and len(asked_for) > 1, "the graph itself weighs something too"
    assert 90_000 < bench.deployed(small, tmp_path, None).size_bytes <= 100_000


def test_the_longer_training_sees_as_many_more_lines_as_the_teacher_took_time(
    peers: SimpleNamespace, bench: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peers.stage_arms, "fresh", lambda bench: "narrow")
    with pytest.raises(SystemExit, match="try: student student_distilled"):
        peers.stage_arms.student_longer(bench, tmp_path)
    for name, cpu_s in (("student", 10.0), ("student_distilled", 12.5)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "cpu_s.json").write_text(json.dumps(cpu_s))
    bench.asked.lines = 1000
    bench.with_lines = lambda lines: SimpleNamespace(recovered=lambda network, folder: (network, lines))
    assert peers.stage_arms.student_longer(bench, tmp_path) == ("narrow", 1250)


def test_a_narrow_network_begins_the_same_for_the_same_seed(peers: SimpleNamespace, bench: SimpleNamespace) -> None:
    bench.task = SimpleNamespace(num_outputs=5, height=16)
    first, second = (peers.stage_arms.fresh(bench).state_dict() for _ in range(2))
    assert all(torch.equal(first[name], second[name]) for name in first)
    bench.asked.seed = 1
    assert not torch.equal(peers.stage_arms.fresh(bench).classifier.weight, first["classifier.weight"])


def test_lines_whose_text_was_copied_are_counted_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "lines").mkdir()
    for name in ("a", "b"):
        Image.new("L", (40, 20), 255).save(tmp_path / "lines" / f"{name}.png")
    (tmp_path / "lines" / "lines.tsv").write_text("a.png\tle chat noir\tw\ttrain\nb.png\tla lune\tv\tval\n")
    (tmp_path / "truth.tsv").write_text("1\tun chat noir\n2\tla lune ici\n")
    (tmp_path / "answers.tsv").write_text("1\tun chat soir\n2\tla dune ici\n")
    with imported(["shared_texts"], BENCHMARKS) as modules:
        files = [str(tmp_path / name) for name in ("lines", "truth.tsv", "answers.tsv")]
        modules.shared_texts.main([*files, "--run", "6"])
    shown = capsys.readouterr().out
    assert "| all 2, CER % | 1 shared | 1 not shared |" in shown
    assert "| answers | 8.70 | 8.33 | 9.09 |" in shown, "one of 23, of 12 and of 11 characters"


def test_intervals_hold_lines_and_seeds(peers: SimpleNamespace) -> None:
    random = np.random.default_rng(1)
    characters = random.integers(20, 60, (1, 200, 1)).repeat(3, 0)
    errors = random.binomial(characters, 0.1)
    theirs = np.concatenate([errors, characters], axis=2)
    ours = np.concatenate([errors // 2, characters], axis=2)
    value, low, high = peers.nested_bootstrap.error_of(theirs)
    assert value == pytest.approx(np.mean(errors.sum(1) / characters.sum(1))) and low < value < high
    assert peers.nested_bootstrap.ratio_of(theirs, theirs) == (1.0, 1.0, 1.0), "paired with itself"
    assert peers.nested_bootstrap.ratio_of(ours, theirs)[2] < 0.6
    assert peers.nested_bootstrap.difference_of(ours, theirs)[2] < 0


def test_seeds_make_one_row_and_pairs_are_compared(peers: SimpleNamespace, tmp_path: Path) -> None:
    def write(arm: str, seed: int, errors: int) -> None:
        row = {"arm": arm, "goal": "macs-50", "settings": {"seed": seed}, "error_in_floats": 0.1,
               "macs_ratio": 0.5, "size_bytes": 1000, "deflated_bytes": 900, "cpu_s": 61.4,
               "lines": [[errors, 20], [errors + 1, 20]]}  # fmt: skip
        (tmp_path / f"stage__{arm}__macs-50__{seed}.json").write_text(json.dumps(row))

    for seed in (0, 1):
        write("joint", seed, 1)
        write("torch_pruning", seed, 3)
    shown = peers.stage_table.stage_tables(tmp_path)
    joint = next(
        line for line in shown if line.startswith("| half the MACs | frugal: pruned, recurrent layers too, int8 | 2 |")
    )
    assert "7.50 (" in joint and "| 10.00 | 50.0 | 1.0 | 0.9 | 61.4 |" in joint
    assert any("| torch-pruning, recurrent layers left out, int8 | 0.429 (" in line for line in shown)
    assert any("| single weights, as many bytes deflated, int8 | **not measured** | - |" in line for line in shown)
