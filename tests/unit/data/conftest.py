"""Tiny character files in the exact layout of the real ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest


@pytest.fixture
def mnist_folder(tmp_path: Path) -> Path:
    """A folder with an mnist.npz of 120 + 20 random images."""
    random = np.random.default_rng(1)
    np.savez_compressed(
        tmp_path / "mnist.npz",
        x_train=random.integers(0, 256, (120, 28, 28), dtype=np.uint8),
        y_train=np.arange(120, dtype=np.uint8) % 10,
        x_test=random.integers(0, 256, (20, 28, 28), dtype=np.uint8),
        y_test=np.arange(20, dtype=np.uint8) % 10,
    )
    return tmp_path


@pytest.fixture
def unipen_folder(tmp_path: Path) -> Path:
    """A folder with both UNIPEN files: 10 writers, of which the last 2 are validation writers; some symbols."""
    random = np.random.default_rng(2)
    names = np.array(list("07AZazko?!"))
    label, writer = np.tile(names, 10), np.repeat(np.arange(10, dtype=np.int16), 10)
    shared = {
        "label": label,
        "writer": writer,
        "source": np.zeros(100, np.uint8),
        "sources": np.array(["aga"]),
        "split": (writer >= 8).astype(np.uint8),
        "splits": np.array(["train", "val", "test"]),
        "cat": np.zeros(100, np.uint8),
        "cats": np.array(["digit", "upper", "lower", "symbol"]),
    }
    images = random.integers(0, 256, (100, 28, 28), dtype=np.uint8)
    np.savez_compressed(tmp_path / "unipen_images28.npz", images=images, **shared)
    np.savez_compressed(
        tmp_path / "unipen_strokes.npz", rel_height=random.uniform(0.5, 2, 100).astype(np.float16), **shared
    )
    return tmp_path
