"""Equal lines, found by hashes."""

import numpy as np
import pytest

from frugal.data.line_duplicates import Pair, Prints, pairs_of


def prints(*lines):
    found = Prints()
    for number, (written, seed, split) in enumerate(lines):
        pixels = np.random.default_rng(seed).integers(0, 256, (8, 12), dtype=np.uint8)
        found.add(f"id{number}", written, pixels, split)
    return found


@pytest.mark.parametrize(
    ("lines", "pairs"),
    [
        ([], []),
        ([("a", 1, "train")], []),
        ([("a", 1, "train"), ("b", 1, "train"), ("a", 2, "train")], []),
        ([("a", 1, "train"), ("a", 1, "train")], [Pair("id0", "id1", False)]),
        ([("a", 1, "train"), ("a", 1, "val")], [Pair("id0", "id1", True)]),
        ([("a", 1, "train"), ("a", 1, None)], [Pair("id0", "id1", False)]),
        (
            [("b", 9, "x"), ("a", 1, "x"), ("a", 1, "x"), ("b", 9, "x"), ("a", 1, "y")],
            [Pair("id1", "id2", False), Pair("id0", "id3", False), Pair("id2", "id4", True)],
        ),
    ],
)
def test_pairs(lines, pairs):
    assert list(pairs_of(prints(*lines))) == pairs


def test_the_same_bytes_in_another_shape_are_another_image():
    found = Prints()
    found.add("a", "x", np.zeros((4, 6), np.uint8), None)
    found.add("b", "x", np.zeros((6, 4), np.uint8), None)
    assert list(pairs_of(found)) == []
