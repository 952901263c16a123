"""A line network at half its multiply-accumulates: recurrent and convolutional layers pruned together, or not.

    python benchmarks/pruning_lines.py [CELL ...] [--macs 0.5] [--lines 2000] [--judged 150] [--seed 0] [--out FOLDER]

Every cell begins with the zoo's lines-fr-xs, is pruned once to the same ceiling and recovers on the same lines in the
same order. A cell that stands in FOLDER already is not run again. `convolutional_*` leaves the LSTM as it is, which is
all that torch-pruning can do. Needs frugal-ml[train] and $FRUGAL_DATA.
"""

from __future__ import annotations

import argparse
import json
import time
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import torch
from torch import nn

from frugal.data.line_augmentation import LineAugmentation
from frugal.data.lines import Lines
from frugal.evaluation import Evaluation, evaluate
from frugal.fingerprint import versions
from frugal.fitting import Fitter
from frugal.initial import find_initial
from frugal.models.macs import count_macs
from frugal.models.saving import load_model, save_model
from frugal.stages.prune_structured import PruneStructured
from frugal.tasks.lines import Lines as LinesTask
from frugal.torch_predictor import predict_with
from frugal.training import Training
from frugal.workbench import Workbench

MODEL = "lines-fr-xs"
REFERENCE = (torch.zeros(1, 1, 40, 640),)
CELLS: dict[str, dict[str, Any]] = {
    "joint_l2": {"importance": "l2"},
    "convolutional_l2": {"importance": "l2", "layers": "feed_forward"},
    "joint_taylor": {"importance": "taylor"},
    "joint_taylor_ranked": {"importance": "taylor", "share": "ranked"},
    "convolutional_taylor_ranked": {"importance": "taylor", "share": "ranked", "layers": "feed_forward"},
}


def main() -> None:
    arguments = _arguments()
    for cell in arguments.cells or ["whole", *CELLS]:
        file = arguments.out / f"{cell}.json"
        if not file.exists():
            result = measured(cell, arguments)
            file.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
        print(file.read_text(encoding="utf-8"), flush=True)


def measured(cell: str, arguments: argparse.Namespace) -> dict[str, Any]:
    """One cell: what is left of the network, its error before and after recovery, and what that took."""
    initial = find_initial(MODEL)
    model = load_model(initial.folder)
    bench = _workbench(model, LinesTask(labels=initial.labels), arguments, arguments.out / cell)
    started = time.process_time()
    pruned, before = model, None
    if cell != "whole":
        stage = PruneStructured(macs_ratio=arguments.macs, round_to=4, **CELLS[cell])
        pruned = stage(model, bench)
        before = _judged(pruned, bench, arguments.judged).error
        pruned = bench.finetune(pruned, epochs=1, learning_rate=arguments.rate)
        save_model(pruned, arguments.out / cell / "model")
    after = _judged(pruned, bench, arguments.judged)
    low, high = after.interval()
    return {
        "cell": cell,
        "model": MODEL,
        "macs": count_macs(pruned, REFERENCE),
        "macs_ratio": count_macs(pruned, REFERENCE) / count_macs(model, REFERENCE),
        "parameters": _parameters(pruned),
        "sizes": _sizes(pruned),
        "error_unrecovered": before,
        "error": after.error,
        "error_low": low,
        "error_high": high,
        "samples": len(after.ids),
        "recovery_lines": 0 if cell == "whole" else arguments.lines,
        "learning_rate": arguments.rate,
        "seed": arguments.seed,
        "cpu_s": round(time.process_time() - started, 1),
        "versions": versions(),
    }


def _workbench(model: nn.Module, task: LinesTask, arguments: argparse.Namespace, folder: Path) -> Workbench:
    data = Lines(
        file="copiste_fr.parquet",
        train_kinds=["body", "label", "short", "consent"],
        test_kinds=["body"],
        augmentation=LineAugmentation(),
        joined=0.1,
        lines_per_epoch=arguments.lines,
        seed=arguments.seed,
    )
    data.setup("fit")
    folder.mkdir(parents=True, exist_ok=True)
    training = Training(
        optimizer=partial(torch.optim.AdamW, lr=arguments.rate, weight_decay=1e-2),
        gradient_clip_val=5.0,
        ema_decay=0.99,
        select="last",
        channels_last=True,
        accelerator="cpu",
        check_val_every_n_epoch=100,
    )
    fitter = Fitter(folder=folder, ledger_path=folder / "ledger.jsonl", experiment="pruning_lines", digest=folder.name)
    return Workbench(
        task=task, data=data, training=training, reference=model, fitter=fitter, seed=arguments.seed, what="recover"
    )


def _judged(model: nn.Module, bench: Workbench, count: int) -> Evaluation:
    """The greedy error on `count` lines, evenly spread over those that are held out for reporting."""
    loader = bench.data.test_dataloader()
    lines = len(bench.data.splits["test"])  # type: ignore[attr-defined]
    every = max(1, lines // count)
    return evaluate(predict_with(model, bench.task), bench.task, islice(loader, 0, every * count, every))


def _parameters(model: nn.Module) -> int:
    """Those that are deployed: the head of training alone is not."""
    return sum(tensor.numel() for name, tensor in model.named_parameters() if not name.startswith("shortcut"))


def _sizes(model: nn.Module) -> dict[str, int]:
    layers = dict(model.named_modules())
    channels = {name: layer.out_channels for name, layer in layers.items() if isinstance(layer, nn.Conv2d)}
    return channels | {name: layer.hidden_size for name, layer in layers.items() if isinstance(layer, nn.LSTM)}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cells", nargs="*", choices=["whole", *CELLS], metavar="CELL")
    parser.add_argument("--macs", type=float, default=0.5, help="share of the multiply-accumulates that may stay")
    parser.add_argument("--lines", type=int, default=2000, help="lines of recovery")
    parser.add_argument("--rate", type=float, default=1e-3, help="learning rate of recovery")
    parser.add_argument("--judged", type=int, default=150, help="lines of the error")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("runs/pruning_lines"))
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    return arguments


if __name__ == "__main__":
    main()
