"""One line network made smaller in several ways, each with the same recovery: what every stage is worth.

    python benchmarks/peers/stages_lines.py [ARM ...] --data DATA [--macs 0.5 | --kb 512] [--lines 3000] [--seed 0]

Each arm (`stage_arms.py`) begins with the same network of the zoo, learns from the same lines in the same order, and is
judged as an ONNX file on the lines that are held out for reporting. One arm, goal and seed is one JSON file in
benchmarks/results/peers/compression/; what stands there for the same settings is not run again. `--table` prints what
stands there. Needs the extra `train`. `DATA` holds lines/copiste_fr.parquet.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import time
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import torch
from stage_arms import ARMS, Arm
from stage_table import stage_tables
from torch import nn

from frugal.adapting import task_of
from frugal.contract import Artefact, Samples
from frugal.data.line_augmentation import LineAugmentation
from frugal.data.lines import Lines
from frugal.energy import machine
from frugal.evaluation import Evaluation, evaluate
from frugal.exporting import export, parity_batch
from frugal.fingerprint import versions
from frugal.fitting import Fitter
from frugal.flow import predict_onnx
from frugal.initial import find_initial
from frugal.models.macs import count_macs
from frugal.models.saving import load_model, save_model
from frugal.passes.int8_hybrid import Int8Hybrid
from frugal.runtime.artefact import open_artefact
from frugal.training import Training
from frugal.workbench import Workbench, calibration_batches

RESULTS = Path(__file__).parents[1] / "results" / "peers" / "compression"
CALIBRATION_LINES = 64


def main(arguments: Sequence[str] | None = None) -> int:
    asked = _parser().parse_args(arguments)
    torch.set_num_threads(1)
    if asked.table:
        print("\n".join(stage_tables(asked.output)))
        return 0
    for name in asked.arms or list(ARMS):
        file = asked.output / f"stage__{name}__{goal_of(asked, name)}__{asked.seed}.json"
        stored = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
        if stored.get("settings") != settings(asked, name):
            about = {"arm": name, "goal": goal_of(asked, name), "settings": settings(asked, name)}
            stored = {**about, **Bench(asked).row(name)}
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(stored) + "\n", encoding="utf-8")
        shown = {key: value for key, value in stored.items() if key not in ("lines", "versions", "host")}
        print(json.dumps(shown, indent=1), flush=True)
    return 0


def settings(asked: argparse.Namespace, name: str) -> dict[str, Any]:
    """What a stored row must agree with."""
    shared = {key: getattr(asked, key) for key in ("model", "lines", "rate", "seed")}
    return shared | ({"macs": asked.macs, "kb": asked.kb} if ARMS[name].has_goal else {})


def goal_of(asked: argparse.Namespace, name: str) -> str:
    """In names of files: macs-50, kb-512, or any."""
    if not ARMS[name].has_goal:
        return "any"
    return f"macs-{100 * asked.macs:.0f}" if asked.kb is None else f"kb-{asked.kb:.0f}"


class Bench:
    """The network that is made smaller, and all that the arms share."""

    def __init__(self, asked: argparse.Namespace) -> None:
        self.asked = asked
        initial = find_initial(asked.model, what="--model")
        self.model = load_model(initial.folder)
        self.task = task_of(initial)
        self.reference = (torch.zeros(1, 1, self.task.height, 16 * self.task.height),)
        self.data = Lines(
            root=str(asked.data / "lines"),
            file="copiste_fr.parquet",
            height=self.task.height,
            train_kinds=["body", "label", "short", "consent"],
            test_kinds=["body"],
            augmentation=LineAugmentation(shear=20.0, stretch=0.2, tiles=0.2, noise=0.1, ruled=0.1),
            joined=0.1,
            batch_size=8,
            lines_per_epoch=asked.lines,
            seed=asked.seed,
        )
        self.data.setup("fit")

    def row(self, name: str) -> dict[str, Any]:
        """One arm: what is left of the network, its errors after recovery, line by line, and what that took."""
        arm, folder = ARMS[name], self.folder(name)
        started = time.process_time()
        torch.manual_seed(self.asked.seed)
        small = arm.make(self, folder)
        cpu_s = time.process_time() - started
        save_model(small, folder / "model")
        (folder / "cpu_s.json").write_text(json.dumps(cpu_s), encoding="utf-8")
        made = self.deployed(small, folder, arm)
        result = self.judged(made)
        low, high = result.interval()
        in_floats = result if arm.deployed == "float" else self.judged(open_artefact(folder / "float"))
        return {
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            "deployed": arm.deployed,
            "macs_ratio": count_macs(small, self.reference) / count_macs(self.model, self.reference),
            "size_bytes": made.size_bytes,
            "deflated_bytes": len(zlib.compress(made.model_path.read_bytes(), 9)),
            "metric": self.task.metric.name,
            "error": result.error,
            "error_low": low,
            "error_high": high,
            "error_in_floats": in_floats.error,
            "lines": [[tally.errors, tally.total] for tally in result.tallies],
            "cpu_s": round(cpu_s, 1),
            "host": machine.describe(),
            "versions": versions(),
        }

    def folder(self, name: str) -> Path:
        """Where an arm of this goal and seed keeps its network."""
        folder: Path = self.asked.cache / goal_of(self.asked, name) / f"{name}-{self.asked.seed}"
        return folder

    def with_lines(self, lines: int) -> Bench:
        """The same with so many lines to learn from."""
        return Bench(argparse.Namespace(**(vars(self.asked) | {"lines": lines})))

    def recovered(self, small: nn.Module, folder: Path) -> nn.Module:
        return self.workbench(folder).finetune(small, epochs=1, learning_rate=self.asked.rate)

    def workbench(self, folder: Path) -> Workbench:
        folder.mkdir(parents=True, exist_ok=True)
        ledger, digest = folder / "ledger.jsonl", json.dumps(vars(self.asked), default=str)
        fitter = Fitter(folder=folder, ledger_path=ledger, experiment="stages_lines", digest=digest)
        return Workbench(
            task=self.task,
            data=self.data,
            training=self._training,
            reference=self.model,
            fitter=fitter,
            seed=self.asked.seed,
            what="recover",
        )

    def deployed(self, small: nn.Module, folder: Path, arm: Arm) -> Artefact:
        """The ONNX file that is judged."""
        shutil.rmtree(folder / "int8", ignore_errors=True)
        source = export(small, self.task, folder / "float", samples=parity_batch(self._calibration[:8]))
        if arm.deployed == "float":
            return source
        feeds = [{"image": batch.inputs["image"].numpy()} for batch in self._calibration]
        return Int8Hybrid(tolerance=10.0)(source, folder / "int8", Samples(calibration=feeds))

    def judged(self, made: Artefact) -> Evaluation:
        return evaluate(predict_onnx(made), self.task, self.data.test_dataloader())

    @cached_property
    def _calibration(self) -> list[Any]:
        return calibration_batches(self.data, CALIBRATION_LINES)

    @cached_property
    def _training(self) -> Training:
        return Training(
            optimizer=partial(torch.optim.AdamW, lr=self.asked.rate, weight_decay=1e-2),
            gradient_clip_val=5.0,
            ema_decay=0.99,
            select="last",
            accelerator="cpu",
            precision="bf16-mixed",
            check_val_every_n_epoch=100,
        )


def _arm(name: str) -> str:
    """(`choices` would refuse it that none is given.)"""
    if name not in ARMS:
        raise argparse.ArgumentTypeError(f"{name}; allowed: {', '.join(ARMS)}")
    return name


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("arms", nargs="*", type=_arm, metavar="ARM", help=", ".join(ARMS))
    add("--data", type=Path, default=Path("data"), help="folder with lines/")
    add("--model", default="lines-fr-xs@4", help="of the zoo, or a run folder (%(default)s)")
    add("--macs", type=float, default=0.5, help="share of the multiply-accumulates that may stay (%(default)s)")
    add("--kb", type=float, help="instead: kilobytes (1 000 bytes) that the ONNX file may have")
    add("--lines", type=int, default=3000, help="lines of recovery (%(default)s)")
    add("--rate", type=float, default=1e-3, help="learning rate of recovery (%(default)s)")
    add("--seed", type=int, default=0)
    add("--cache", type=Path, default=Path("runs/stages_lines"), help="networks (%(default)s)")
    add("--table", action="store_true", help="print what stands in the folder of the JSON files")
    add("-o", "--output", type=Path, default=RESULTS, help="folder of the JSON files")
    return parser


if __name__ == "__main__":
    sys.exit(main())
