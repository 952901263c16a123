"""Parity samples that nobody wrote: labels drawn with the font that Pillow brings, as the model's contract wants them.

A model's answers to them are of the kind that it gives to writing, and they take a tenth of what noise takes in a zip.
Knows no data set.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from frugal.contract import Arrays, Artefact
from frugal.runtime.artefact import signature_of

SENTENCES = ("La mer est calme ce matin", "Le 12 mars 1905, 8 h 30")
"""Without accents: the font has none."""
CHARACTERS = 8
LINE_SIZE = (360, 64)
"""Width and height of a line's image in pixels."""


def drawn_feeds(artefact: Artefact) -> list[Arrays] | None:
    """Feeds of one sample each; None for a model that does not take one grey image and name its labels."""
    ports = signature_of(artefact).inputs
    labels = [str(label) for label in artefact.contract.get("labels") or ()]
    if len(ports) != 1 or ports[0].dtype != "uint8" or len(ports[0].shape) != 3 or not labels:
        return None
    if artefact.contract.get("task") == "lines":
        images = [_drawn(_within(sentence, labels), LINE_SIZE) for sentence in SENTENCES]
    else:
        height, width = ports[0].shape[1:]
        if not isinstance(height, int) or not isinstance(width, int):
            return None
        step = max(len(labels) // CHARACTERS, 1)
        images = [_drawn(label, (width, height)) for label in labels[::step][:CHARACTERS]]
    if not str(ports[0].polarity).startswith("dark"):
        images = [255 - image for image in images]
    return [{ports[0].name: image[None]} for image in images]


def _within(sentence: str, labels: Sequence[str]) -> str:
    return "".join(character for character in sentence if character in labels)


def _drawn(text: str, size: tuple[int, int]) -> np.ndarray:
    """Black on white, in the middle of an image uint8 (H, W)."""
    width, height = size
    image = Image.new("L", size, 255)
    drawing = ImageDraw.Draw(image)
    font = ImageFont.load_default(size=0.7 * height if len(text) == 1 else 0.45 * height)
    drawing.text((width / 2, height / 2), text, fill=0, font=font, anchor="mm")
    return np.asarray(image)
