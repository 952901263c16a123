"""A line network at half its multiply-accumulates, by three ways of pruning with the same recovery.

    python benchmarks/pruning_lines.py [ARM ...] --data DATA [--macs 0.5] [--lines 1000] [--seed 0]

`joint` prunes recurrent and convolutional layers together (frugal); `torch_pruning` is that tool with the recurrent
layers left out, the only mode in which it takes such a network; `unstructured` zeroes single weights until its file,
int8 and deflated, is as small as that of `joint`. Each begins with the same network of the zoo, recovers on the same
lines in the same order, becomes int8, and is judged on the lines that are held out for reporting. One arm and seed is
one JSON file in benchmarks/results/peers/compression/; what stands there for the same settings is not run again. Needs
the extra `train`. `DATA` holds lines/copiste_fr.parquet.
"""

from __future__ import annotations

import argparse
import copy
import json
import sys
import time
import zlib
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from frugal.adapting import task_of
from frugal.contract import Artefact, Samples
from frugal.data.line_augmentation import LineAugmentation
from frugal.data.lines import Lines
from frugal.energy import machine
from frugal.evaluation import evaluate
from frugal.exporting import export, parity_batch
from frugal.fingerprint import versions
from frugal.fitting import Fitter
from frugal.flow import predict_onnx
from frugal.initial import find_initial
from frugal.models.macs import count_macs
from frugal.models.rewrites import history, resize
from frugal.models.saving import load_model, save_model
from frugal.passes.int8_hybrid import Int8Hybrid
from frugal.passes.recurrent import REDUCED, rounded
from frugal.stages.prune_magnitude import PruneMagnitude
from frugal.stages.prune_structured import PruneStructured
from frugal.training import Training
from frugal.workbench import Workbench, calibration_batches

RESULTS = Path(__file__).parent / "results" / "peers" / "compression"
CALIBRATION_LINES = 64


def main(arguments: Sequence[str] | None = None) -> int:
    asked = _parser().parse_args(arguments)
    torch.set_num_threads(1)
    for arm in asked.arms or list(ARMS):
        file = asked.output / f"pruned__{arm}__{asked.seed}.json"
        stored = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
        if stored.get("settings") != settings(asked):
            stored = {"arm": arm, "settings": settings(asked), **Bench(asked).row(arm)}
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
        print(json.dumps(stored, indent=1), flush=True)
    return 0


def settings(asked: argparse.Namespace) -> dict[str, Any]:
    """What a stored row must agree with."""
    return {name: getattr(asked, name) for name in ("model", "macs", "lines", "rate", "seed")}


class Bench:
    """The network that is pruned, and all that the arms share."""

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
            augmentation=LineAugmentation(),
            joined=0.1,
            lines_per_epoch=asked.lines,
            seed=asked.seed,
        )
        self.data.setup("fit")

    def row(self, arm: str) -> dict[str, Any]:
        """One arm: what is left of the network, its error in int8 after recovery, and what that took."""
        folder = self.asked.cache / f"{arm}-{self.asked.seed}"
        started = time.process_time()
        torch.manual_seed(self.asked.seed)
        pruned = ARMS[arm](self, folder)
        cpu_s = time.process_time() - started
        save_model(pruned, folder / "model")
        made = self._int8(pruned, folder)
        result = evaluate(predict_onnx(made), self.task, self.data.test_dataloader())
        low, high = result.interval()
        return {
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            "title": TITLES[arm],
            "macs_ratio": count_macs(pruned, self.reference) / count_macs(self.model, self.reference),
            "parameters": _parameters(pruned),
            "size_bytes": made.size_bytes,
            "deflated_bytes": len(zlib.compress(made.model_path.read_bytes(), 9)),
            "metric": self.task.metric.name,
            "samples": len(result.ids),
            "error": result.error,
            "error_low": low,
            "error_high": high,
            "cpu_s": round(cpu_s, 1),
            "host": machine.describe(),
            "versions": versions(),
        }

    def recovered(self, pruned: nn.Module, folder: Path) -> nn.Module:
        return self.workbench(folder).finetune(pruned, epochs=1, learning_rate=self.asked.rate)

    def workbench(self, folder: Path) -> Workbench:
        folder.mkdir(parents=True, exist_ok=True)
        training = Training(
            optimizer=partial(torch.optim.AdamW, lr=self.asked.rate, weight_decay=1e-2),
            gradient_clip_val=5.0,
            ema_decay=0.99,
            select="last",
            channels_last=True,
            accelerator="cpu",
            check_val_every_n_epoch=100,
        )
        ledger, digest = folder / "ledger.jsonl", json.dumps(settings(self.asked))
        fitter = Fitter(folder=folder, ledger_path=ledger, experiment="pruning_lines", digest=digest)
        return Workbench(
            task=self.task,
            data=self.data,
            training=training,
            reference=self.model,
            fitter=fitter,
            seed=self.asked.seed,
            what="recover",
        )

    def _int8(self, pruned: nn.Module, folder: Path) -> Artefact:
        batches = calibration_batches(self.data, CALIBRATION_LINES)
        feeds = [{"image": batch.inputs["image"].numpy()} for batch in batches]
        source = export(pruned, self.task, folder / "float", samples=parity_batch(batches[:8]))
        return Int8Hybrid(tolerance=10.0)(source, folder / "int8", Samples(calibration=feeds))


def whole(bench: Bench, folder: Path) -> nn.Module:
    """The network as it is, with the same further training: what recovery alone brings."""
    return bench.recovered(bench.model, folder)


def joint(bench: Bench, folder: Path) -> nn.Module:
    """Frugal: hidden units of the recurrent layers and channels, by what each costs the loss."""
    stage = PruneStructured(macs_ratio=bench.asked.macs, importance="taylor", share="ranked", round_to=4)
    return bench.recovered(stage(bench.model, bench.workbench(folder)), folder)


def torch_pruning(bench: Bench, folder: Path) -> nn.Module:
    """Torch-Pruning (Fang et al., CVPR 2023) by group magnitude, recurrent layers and classes left out."""
    budget = bench.asked.macs * count_macs(bench.model, bench.reference)
    low, high = 0.0, 0.95  # share of channels: too few, enough
    for _ in range(8):
        middle = (low + high) / 2
        is_enough = count_macs(channels_removed(bench, middle), bench.reference) <= budget
        low, high = (low, middle) if is_enough else (middle, high)
    return bench.recovered(channels_removed(bench, high), folder)


def channels_removed(bench: Bench, share: float) -> nn.Module:
    """A copy of the network without that share of the channels of each convolution."""
    import torch_pruning as tp

    pruned = copy.deepcopy(bench.model).eval()
    left_out = [layer for layer in (pruned.recurrent, pruned.classifier, pruned.shortcut) if layer is not None]
    tp.pruner.BasePruner(
        pruned,
        bench.reference,
        importance=tp.importance.GroupMagnitudeImportance(p=2),
        pruning_ratio=share,
        ignored_layers=left_out,
        round_to=4,
    ).step()
    pruned.rewrites = [*history(bench.model), resize(bench.model, pruned)]
    return pruned.requires_grad_(True)


def unstructured(bench: Bench, folder: Path) -> nn.Module:
    """Single weights of least magnitude (Zhu and Gupta 2017), as many as the bytes of `joint` ask for."""
    model = bench.asked.cache / f"joint-{bench.asked.seed}" / "model"
    if not model.is_dir():
        raise SystemExit("error: the arm unstructured needs the bytes of joint; try: joint first")
    aim, low, high = packed_bytes(load_model(model)), 0.0, 0.99
    bench_ = bench.workbench(folder)
    for _ in range(8):
        middle = (low + high) / 2
        zeroed = PruneMagnitude(sparsity=middle, steps=1, epochs=0)(bench.model, bench_)
        low, high = (low, middle) if packed_bytes(zeroed) <= aim else (middle, high)
    stage = PruneMagnitude(sparsity=high, steps=1, epochs=1, learning_rate=bench.asked.rate)
    return stage(bench.model, bench_)


ARMS: Mapping[str, Callable[[Bench, Path], nn.Module]] = {
    arm.__name__: arm for arm in (whole, joint, torch_pruning, unstructured)
}
TITLES = {
    "whole": "nothing, trained on",
    "joint": "frugal, recurrent and convolutional layers",
    "torch_pruning": "torch-pruning, recurrent layers left out",
    "unstructured": "unstructured, the same deflated bytes",
}


def packed_bytes(model: nn.Module) -> int:
    """Bytes of the deployed weights, rounded as int8 does and deflated."""
    codes = []
    for name, tensor in model.state_dict().items():
        if name.startswith("shortcut") or tensor.ndim < 2:
            continue
        weights = tensor.numpy().reshape(1, len(tensor), -1)
        codes.append(rounded(weights, per_channel=True, levels=REDUCED)[0].tobytes())
    return len(zlib.compress(b"".join(codes), 9))


def _parameters(model: nn.Module) -> int:
    """Numbers that are not zero, of the deployed layers: the head of training alone is none."""
    tensors = [tensor.detach().numpy() for name, tensor in model.named_parameters() if not name.startswith("shortcut")]
    return int(sum(np.count_nonzero(tensor) for tensor in tensors))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("arms", nargs="*", choices=list(ARMS), metavar="ARM", help=", ".join(ARMS))
    add("--data", type=Path, required=True, help="folder with lines/")
    add("--model", default="lines-fr-xs@4", help="of the zoo, or a run folder (%(default)s)")
    add("--macs", type=float, default=0.5, help="share of the multiply-accumulates that may stay (%(default)s)")
    add("--lines", type=int, default=1000, help="lines of recovery (%(default)s)")
    add("--rate", type=float, default=1e-3, help="learning rate of recovery (%(default)s)")
    add("--seed", type=int, default=0)
    add("--cache", type=Path, default=Path("runs/pruning_lines"), help="networks (%(default)s)")
    add("-o", "--output", type=Path, default=RESULTS, help="folder of the JSON files")
    return parser


if __name__ == "__main__":
    sys.exit(main())
