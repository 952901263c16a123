"""The shuffle buffer: each line once, bounded in lines and in bytes."""

import numpy as np
import pytest

from frugal.data.line_mixing import mixed
from frugal.data.line_source import RawLine


def lines(count, size=10):
    return [RawLine(image=bytes(size), text=str(number), id=str(number)) for number in range(count)]


@pytest.mark.parametrize("buffer_lines", [1, 2, 7, 100])
def test_each_line_once(buffer_lines):
    order = [line.text for line in mixed(lines(50), np.random.default_rng(0), buffer_lines=buffer_lines)]
    assert sorted(order, key=int) == [str(number) for number in range(50)]
    assert (order == sorted(order, key=int)) == (buffer_lines == 1)


@pytest.mark.parametrize(("limits", "most"), [({"buffer_lines": 5}, 5), ({"buffer_bytes": 85}, 8)])
def test_no_more_wait_than_allowed(limits, most):
    taken = 0

    def counted():
        nonlocal taken
        for line in lines(40):
            taken += 1
            yield line

    ahead = [taken - given for given, _ in enumerate(mixed(counted(), np.random.default_rng(0), **limits))]
    assert max(ahead) == most + 1  # those that wait and the one that comes in


def test_a_line_larger_than_the_buffer_passes():
    big = [*lines(3), RawLine(image=np.zeros((40, 50), np.uint8), text="big", id="big"), *lines(2)]
    assert len(list(mixed(big, np.random.default_rng(0), buffer_bytes=25))) == 6


def test_every_order_of_a_full_buffer_is_as_likely():
    random = np.random.default_rng(5)
    orders = ["".join(line.text for line in mixed(lines(3), random)) for _ in range(6000)]
    counts = np.unique(orders, return_counts=True)[1]
    assert len(counts) == 6
    assert ((counts - 1000) ** 2 / 1000).sum() < 20.5  # chi-squared, 5 degrees of freedom: p = 0.001
