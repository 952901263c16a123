"""The twins of the compression table: a GRU and a convolutional head on the convolutions of a trained line network.

    python benchmarks/peers/twins.py --data DATA --out runs/peers/twins

The trunk is kept as it is, so that what it makes of each line is computed once; the heads learn on it from the
network's own answers (frame-level distillation, see frugal/stages/distil_ctc.py) and from the texts. Made for measuring
quantisers on one trunk with several heads, not for reading: a network that is trained as a whole errs less. Leaves a
folder per twin that `compression.py --subject NAME=FOLDER` takes. `DATA` holds lines/copiste_fr.parquet.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from frugal.adapting import task_of
from frugal.contract import Batch
from frugal.data.line_augmentation import LineAugmentation
from frugal.data.lines import Lines
from frugal.initial import find_initial
from frugal.models.forward import true_lengths
from frugal.models.line_net import LineNet
from frugal.models.saving import load_model, save_model
from frugal.schedules import WarmupCosine
from frugal.tasks.lines import Lines as LinesTask
from frugal.teachers import divergences, own_steps

TWINS: dict[str, dict[str, Any]] = {
    "gru": {"cell": "gru"},
    "convolutional": {"hidden": 0, "mixers": 5},
}
"""The arguments of LineNet that differ from the network's."""
TRUNK = ("stem.", "stages.", "shortcut.")
ALPHA = 0.7
"""Weight of the network's answers; the texts have the rest."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A batch as the trunk sees it: columns (B, F, T), true steps (B,), the network's logits (B, T, C)."""

    batch: Batch
    columns: Tensor
    left: Tensor
    answers: Tensor


def main(arguments: Sequence[str] | None = None) -> int:
    asked = _parser().parse_args(arguments)
    torch.set_num_threads(1)
    initial = find_initial(asked.of, what="--of")
    network = load_model(initial.folder)
    assert isinstance(network, LineNet)
    task = task_of(initial)
    started = time.process_time()
    shown = list(seen(network, task, batches(asked.data, task.height, asked.lines)))
    seen_s = time.process_time() - started
    print(f"{asked.lines} lines seen in {seen_s:.0f} CPU seconds", flush=True)
    for name in asked.twin or TWINS:
        made, cost = twin(network, TWINS[name]), time.process_time()
        loss = train_head(made, shown, task, epochs=asked.epochs, rate=asked.rate)
        cpu_s = time.process_time() - cost
        save_model(made, asked.out / name)
        shutil.copyfile(initial.contract, asked.out / name / "contract.json")
        about = {"of": asked.of, "lines": asked.lines, "epochs": asked.epochs, "rate": asked.rate, "alpha": ALPHA,
                 "loss": round(loss, 4), "seen_cpu_s": round(seen_s, 1), "head_cpu_s": round(cpu_s, 1)}  # fmt: skip
        (asked.out / name / "twin.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
        print(f"{name}: loss {loss:.3f}, {cpu_s:.0f} CPU seconds", flush=True)
    return 0


def twin(model: nn.Module, changed: dict[str, Any], *, seed: int = 0) -> LineNet:
    """A network as `model` with other arguments: the weights of the trunk are kept, the rest is drawn."""
    arguments = model.hparams
    assert isinstance(arguments, dict)
    torch.manual_seed(seed)
    made = LineNet(**{**arguments, **changed})
    kept = {name: tensor for name, tensor in model.state_dict().items() if name.startswith(TRUNK)}
    made.load_state_dict({**made.state_dict(), **kept})
    return made.eval()


def batches(root: Path, height: int, lines: int) -> Iterator[Batch]:
    """Distorted training lines of the volunteers, the same ones every time."""
    data = Lines(
        root=str(root / "lines"),
        file="copiste_fr.parquet",
        height=height,
        train_kinds=["body", "label", "short", "consent"],
        augmentation=LineAugmentation(shear=20.0, stretch=0.2, tiles=0.2, noise=0.1, ruled=0.1),
        joined=0.1,
        lines_per_epoch=lines,
    )
    data.setup("fit")
    data.set_epoch(0)
    yield from data.train_dataloader()


def seen(network: LineNet, task: LinesTask, lines: Iterator[Batch]) -> Iterator[Seen]:
    """What the trunk and the network make of each batch, in half precision."""
    front = task.front()
    for batch in lines:
        with torch.no_grad():
            columns, left = network.columns(front(batch.inputs["image"]), true_lengths(task, batch))
            answers = network.head(columns, left)
        assert left is not None
        kept = Batch(inputs={}, targets=batch.targets, ids=batch.ids, lengths=batch.lengths)
        yield Seen(batch=kept, columns=columns.half(), left=left, answers=answers.half())


def train_head(made: LineNet, shown: Sequence[Seen], task: LinesTask, *, epochs: int, rate: float) -> float:
    """Train mixers, recurrent layers and classifier of `made`; the mean loss of the last epoch."""
    made.train()
    head = [weights for name, weights in made.named_parameters() if not name.startswith(TRUNK)]
    optimizer = torch.optim.AdamW(head, lr=rate, weight_decay=1e-2)
    factor, total = WarmupCosine(warmup=0.05), epochs * len(shown)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: factor(step / total))
    order, losses = random.Random(0), [0.0]
    for _ in range(epochs):
        losses = []
        for item in order.sample(shown, len(shown)):
            loss = _loss(made.head(item.columns.float(), item.left), item, task)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(head, 5.0)
            optimizer.step()
            schedule.step()
            losses.append(float(loss.detach()))
    made.eval()
    return sum(losses) / len(losses)


def _loss(logits: Tensor, item: Seen, task: LinesTask) -> Tensor:
    own = own_steps(item.batch, task, logits.shape[1])
    assert own is not None
    characters = max(1, sum(map(len, item.batch.targets)))
    taught = (divergences(logits, item.answers.float(), 1.0) * own).sum() / characters
    return ALPHA * taught + (1 - ALPHA) * task.loss(logits, item.batch)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Train other heads on the convolutions of a line network.")
    add = parser.add_argument
    add("--data", type=Path, required=True, help="folder with lines/")
    add("--out", type=Path, default=Path("runs/peers/twins"), help="a folder per twin below (%(default)s)")
    add("--of", default="lines-fr-xs@4", help="the line network (%(default)s)")
    add("--twin", action="append", choices=sorted(TWINS), help="only this one")
    add("--lines", type=int, default=4000, help="lines that are shown (%(default)s)")
    add("--epochs", type=int, default=4, help="times that they are shown (%(default)s)")
    add("--rate", type=float, default=2e-3, help="highest learning rate (%(default)s)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
