"""A set of text lines of seconds: printed words, a small network and its task. Plug-ins for lines are tried on it.

Needs no file and no network: the lines are drawn with the font that Pillow ships.

Shapes: `H`, `W` height and width of a line's image.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor
from torch.nn import functional

from frugal.contract import Batch, Task
from frugal.data.line_batches import ReadyLine, padded
from frugal.models.line_net import LineNet
from frugal.tasks.lines import Lines

LABELS = " adeilnorstué"
WORDS = ("été", "lune", "rue", "dans", "sort", "idée", "le", "tour", "non", "asile", "unie", "salle")
HEIGHT = 24


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
