"""A whole experiment of seconds: four glyphs that are drawn here, a small network, its workbench and its artefact.

Plug-ins are tried on it. Needs no file and no network.

Shapes: `N` samples.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from frugal.contract import Artefact, Batch, Samples
from frugal.data.arrays import CharacterData, Characters, Splits
from frugal.exporting import export
from frugal.fitting import Fit, Fitter
from frugal.models.char_net import CharNet
from frugal.runtime.session import open_session
from frugal.tasks import characters
from frugal.training import Training
from frugal.workbench import Workbench

LABELS = "-|/\\"
SIZES = {"train": 96, "selection": 32, "test": 32}


class TinyGlyphs(CharacterData):
    """Strokes in four directions with random place, thickness and noise, by one made-up writer per split.

    Args:
        batch_size: samples per batch.
        seed: fixes the order of the training samples; the samples themselves never change.
    """

    def __init__(self, *, batch_size: int = 32, seed: int = 0) -> None:
        super().__init__(batch_size=batch_size, seed=seed, augmentation=None, limit=None)
        self.labels = list(LABELS)

    def read(self) -> Splits:
        drawn = {name: _drawn(name, count, number) for number, (name, count) in enumerate(SIZES.items())}
        return Splits(**drawn)


def task() -> characters.Characters:
    """Which of the four directions?"""
    return characters.Characters(labels=LABELS)


def network(num_outputs: int = len(LABELS), *, width: int = 8) -> CharNet:
    """A convolutional network of about 2 k parameters, untrained."""
    return CharNet(num_outputs, widths=(width, 2 * width), depths=(1, 1), pooling="average", dropout=0.0)


def training(epochs: int = 1) -> Training:
    """Quick, on the CPU."""
    return Training(optimizer=partial(torch.optim.AdamW, lr=1e-2), accelerator="cpu", max_epochs=epochs)


def data(seed: int = 0) -> TinyGlyphs:
    """The glyphs, ready to be read from."""
    glyphs = TinyGlyphs(seed=seed)
    glyphs.setup("fit")
    return glyphs


def trained(folder: Path, *, epochs: int = 8, seed: int = 0) -> nn.Module:
    """The tiny network, trained until it is right about most glyphs; `folder` takes the fit's files."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = network()
    fit = Fit(what="train", task=task(), data=data(seed), training=training(epochs), seed=seed)
    return _fitter(folder).run(model, fit)


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


def batch(count: int = 16) -> Batch:
    """The first `count` glyphs held out for selection."""
    return data().splits.selection.batch(np.arange(count))


def samples(count: int = 32) -> Samples:
    """Calibration feeds of one training glyph each, and the error on the glyphs held out for selection."""
    images = data().splits.train.images[:count]
    return Samples(calibration=[{"image": image[None]} for image in images], evaluate=error)


def error(artefact: Artefact) -> float:
    """Share of wrong answers on the glyphs held out for selection."""
    held_out = data().splits.selection
    scores = open_session(artefact.model_path)({"image": held_out.images})["scores"]
    return float((scores.argmax(axis=1) != held_out.targets).mean())


def artefact(model: nn.Module, folder: Path) -> Artefact:
    """The tiny network as an artefact folder, with real glyphs as its parity samples."""
    return export(model, task(), folder, samples=batch(32), about={"recipe": "tiny", "seed": 0})


def _fitter(folder: Path) -> Fitter:
    folder.mkdir(parents=True, exist_ok=True)
    return Fitter(folder=folder, ledger_path=folder / "ledger.jsonl", experiment="tiny", digest="tiny")


def _drawn(name: str, count: int, seed: int) -> Characters:
    generator = np.random.default_rng(seed)
    targets = np.arange(count) % len(LABELS)
    images = np.stack([_glyph(int(target), generator) for target in targets])
    ids = np.array([f"tiny-{name}-{number:03d}" for number in range(count)])
    groups: np.ndarray[Any, Any] = np.array([f"writer-{name}"] * count)
    return Characters(images=images, targets=targets.astype(np.int64), ids=ids, groups=groups)


def _glyph(target: int, generator: np.random.Generator) -> np.ndarray:
    """One stroke, uint8 (28, 28): horizontal, vertical, rising or falling."""
    along, across = ((1, 0), (0, 1), (1, -1), (1, 1))[target]
    offset, thickness = generator.integers(-4, 5), generator.uniform(1.0, 2.5)
    y, x = np.mgrid[-14:14, -14:14].astype(np.float64)
    distance = np.abs(along * y - across * x - offset) / np.hypot(along, across)
    ink = 255.0 * np.clip(thickness + 1 - distance, 0, 1) * (np.maximum(np.abs(x), np.abs(y)) < 11)
    noisy = ink + generator.normal(0, 12, size=ink.shape)
    glyph: np.ndarray = noisy.round().clip(0, 255).astype(np.uint8)
    return glyph
