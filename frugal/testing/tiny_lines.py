"""A whole experiment of text lines: printed words, a small network, its task, its workbench and its artefact.

Plug-ins for lines are tried on it, as others are on `tiny`. Needs no file and no network: the lines are drawn with the
font that Pillow ships.

Shapes: `H`, `W` height and width of a line's image.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor, nn
from torch.nn import functional

from frugal.contract import Artefact, Batch, Samples, Task
from frugal.data.line_batches import ReadyLine, padded
from frugal.data.line_source import LineSource, RawLine
from frugal.data.lines import Lines as LineData
from frugal.exporting import export
from frugal.fitting import Fit, Fitter
from frugal.models.line_net import LineNet
from frugal.tasks.lines import Lines
from frugal.training import Training
from frugal.workbench import Workbench

LABELS = " adeilnorstué"
WORDS = ("été", "lune", "rue", "dans", "sort", "idée", "le", "tour", "non", "asile", "unie", "salle")
HEIGHT = 24
SIZES = {"train": 64, "selection": 12, "test": 12}


@dataclass(frozen=True)
class _Drawn:
    """So many lines of one split, the same ones every time."""

    split: str

    def __len__(self) -> int:
        return SIZES[self.split]

    def stream(self, random: np.random.Generator | None) -> Iterator[RawLine]:
        lines = list(_lines(self.split))
        return iter(lines if random is None else [lines[index] for index in random.permutation(len(lines))])

    def fingerprint(self) -> str:
        return f"tiny {self.split}"


class TinyLines(LineData):
    """Printed words, two to a line at most, one made-up writer per split.

    Args:
        batch_size: lines per batch.
        seed: fixes the order of the training lines; the lines themselves never change.
    """

    def __init__(self, *, batch_size: int = 8, seed: int = 0) -> None:
        super().__init__(height=HEIGHT, batch_size=batch_size, seed=seed)

    @cached_property
    def splits(self) -> dict[str, LineSource]:
        return {name: _Drawn(name) for name in SIZES}


def task(height: int = HEIGHT) -> Lines:
    """Which words are printed?"""
    return Lines(labels=LABELS, height=height)


def network(num_outputs: int = len(LABELS) + 1, *, hidden: int = 16, height: int = HEIGHT) -> LineNet:
    """A network of about 10 k parameters, untrained."""
    return LineNet(num_outputs, height=height, widths=(8, 12, 16), depths=(0, 1), hidden=hidden, layers=1, dropout=0.0)


def drawn(line: str, random: np.random.Generator, *, height: int = 48) -> np.ndarray:
    """`line` as uint8 (H, W), dark ink on light paper, with random size, place and noise."""
    font = ImageFont.load_default(size=float(height * random.uniform(0.5, 0.65)))
    left, top, right, bottom = font.getbbox(line)
    margin = int(random.integers(4, 12))
    image = Image.new("L", (round(right - left) + 2 * margin, height), color=int(random.integers(210, 250)))
    place = (margin - left, (height - (bottom - top)) / 2 - top)
    ImageDraw.Draw(image).text(place, line, fill=int(random.integers(10, 80)), font=font)
    noisy = np.asarray(image) + random.normal(0.0, 4.0, (image.height, image.width))
    pixels: np.ndarray = noisy.round().clip(0, 255).astype(np.uint8)
    return pixels


def write_lines(folder: Path, *, writers: int = 24, lines: int = 3, seed: int = 0) -> Path:
    """A folder with `lines.tsv` and its images: `lines` lines by each of `writers` made-up writers."""
    random = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for writer, number in itertools.product(range(writers), range(lines)):
        line = " ".join(random.choice(WORDS, size=int(random.integers(1, 4))))
        name = f"w{writer:02d}-{number}.png"
        Image.fromarray(drawn(line, random)).save(folder / name)
        rows.append(f"{name}\t{line}\twriter-{writer:02d}")
    (folder / "lines.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


def training(epochs: int = 1) -> Training:
    """Quick, on the CPU."""
    return Training(optimizer=partial(torch.optim.AdamW, lr=1e-2), accelerator="cpu", max_epochs=epochs)


def data(seed: int = 0) -> TinyLines:
    """The lines, ready to be read from."""
    lines = TinyLines(seed=seed)
    lines.setup("fit")
    return lines


def trained(folder: Path, *, epochs: int = 20, seed: int = 0) -> nn.Module:
    """The tiny network, trained until it reads most characters; `folder` takes the fit's files."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = network()
    settings = replace(training(epochs), check_val_every_n_epoch=5)
    return _fitter(folder).run(model, Fit(what="train", task=task(), data=data(seed), training=settings, seed=seed))


def workbench(folder: Path, reference: nn.Module, *, seed: int = 0) -> Workbench:
    """What a stage is handed; `folder` takes the files of its fits and must be new for every call of a stage."""
    return Workbench(
        task=task(),
        data=data(seed),
        training=training(),
        reference=reference,
        fitter=_fitter(folder),
        seed=seed,
        what="stage",
    )


def samples(count: int = 16) -> Samples:
    """Calibration feeds of one training line each, of different widths."""
    lines = itertools.islice(_lines("train"), count)
    return Samples(calibration=[{"image": np.asarray(line.image)[None]} for line in lines])


def artefact(model: nn.Module, folder: Path) -> Artefact:
    """The tiny network as an artefact folder, with drawn lines as its parity samples."""
    return export(model, task(), folder, samples=batch(), about={"recipe": "tiny", "seed": 0})


def batch(texts: Sequence[str] = WORDS[:6], *, height: int = HEIGHT, seed: int = 0) -> Batch:
    """A padded batch of drawn lines of different widths, at the network's height."""
    random = np.random.default_rng(seed)
    return padded(
        ReadyLine(image=drawn(line, random, height=height), text=line, id=f"line-{index}", writer=None)
        for index, line in enumerate(texts)
    )


def perfect_logits(task: Task, batch: Batch) -> Tensor:
    """Logits (B, T, C) of a network that is sure of every text: a character, a blank, a character ..."""
    assert isinstance(task, Lines)
    steps = -(-batch.inputs["image"].shape[2] // task.time_stride)
    classes = torch.full((len(batch.targets), steps), task.blank)
    for row, line in zip(classes, batch.targets, strict=True):
        row[1 : 2 * len(line) : 2] = torch.tensor(task.encode(line))
    return 10.0 * functional.one_hot(classes, task.num_outputs).to(torch.float32)


def _lines(split: str) -> Iterator[RawLine]:
    random = np.random.default_rng(sorted(SIZES).index(split))
    for number in range(SIZES[split]):
        text = " ".join(random.choice(WORDS, size=int(random.integers(1, 3))))
        yield RawLine(image=drawn(text, random), text=text, id=f"tiny-{split}-{number:03d}", writer=f"writer-{split}")


def _fitter(folder: Path) -> Fitter:
    folder.mkdir(parents=True, exist_ok=True)
    return Fitter(folder=folder, ledger_path=folder / "ledger.jsonl", experiment="tiny", digest="tiny")
