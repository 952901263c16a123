"""The lines task: its loss on cases worked out by hand, its front on extreme images, its greedy tail."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional

from frugal.contract import Batch, InputError
from frugal.exporting import export
from frugal.runtime.session import open_session
from frugal.tasks.lines import Lines
from frugal.testing import tiny_lines


def batch(width: int, *texts: str, **lengths: Any) -> Batch:
    images = torch.zeros(len(texts), 8, width, dtype=torch.uint8)
    return Batch(inputs={"image": images}, targets=texts, ids=tuple(map(str, range(len(texts)))), **lengths)


def test_loss_of_one_character_in_two_steps() -> None:
    """Of 9 equally likely paths over (a, b, blank), three spell a: "aa", "a-" and "-a"."""
    task = Lines(labels="ab", height=8)
    assert float(task.loss(torch.zeros(1, 2, 3), batch(8, "a"))) == pytest.approx(math.log(9 / 3))


def test_loss_is_per_character_and_stops_at_the_true_width() -> None:
    task = Lines(labels="ab", height=8)
    logits = torch.zeros(2, 3, 3)
    logits[0, 2:] = torch.tensor([0.0, 50.0, 0.0])  # beyond the first line's end
    given = batch(12, "a", "bab", lengths={"image": torch.tensor([8, 12])})
    assert float(task.loss(logits, given)) == pytest.approx((math.log(3) + math.log(27)) / 4)


def test_a_text_that_does_not_fit_or_is_outside_the_alphabet_costs_nothing() -> None:
    task = Lines(labels="ab", height=8)
    assert float(task.loss(torch.zeros(1, 2, 3), batch(8, "aa"))) == 0.0  # needs a blank between: three steps
    assert task.encode("xay’b") == [0, 1]


def test_steps_that_are_not_the_tasks_are_refused() -> None:
    with pytest.raises(InputError, match="time_stride"):
        Lines(labels="ab", height=8, time_stride=8).loss(torch.zeros(1, 2, 3), batch(8, "a"))


@pytest.mark.parametrize("labels", ["aa", ["ab"], "a’", "a\n"])
def test_labels_that_no_answer_could_hold(labels: Any) -> None:
    with pytest.raises(InputError):
        Lines(labels=labels)


@pytest.mark.parametrize("resize", ["antialias", "linear"])
@pytest.mark.parametrize(("shape", "width"), [((40, 7), 7), ((80, 1), 1), ((400, 3), 1), ((20, 5), 10), ((30, 7), 10)])
def test_front_brings_every_size_to_the_height(shape: tuple[int, int], width: int, resize: Any) -> None:
    ink = Lines(resize=resize).front()(torch.full((2, *shape), 200, dtype=torch.uint8))
    assert ink.shape == (2, 1, 40, width)
    assert float(ink.abs().max()) < 1e-4  # paper alone, however grey, is no ink


def test_front_stretches_ink_but_not_noise() -> None:
    image = torch.full((1, 40, 8), 200, dtype=torch.uint8)
    image[0, 3, 3], image[0, 4, 4] = 100, 150
    ink = Lines().front()(image)
    assert [float(ink[0, 0, 3, 3]), float(ink[0, 0, 4, 4])] == [1.0, 0.5]
    image[image < 200] = 184
    assert float(Lines().front()(image).max()) == 0.5  # 16 of the 32 grey levels below which nothing is stretched


@pytest.mark.parametrize("times", [2, 4])
def test_linear_front_misses_no_pixel_down_to_a_quarter(times: int) -> None:
    """By a half and by a quarter it is the mean of the pixels that become one."""
    image = torch.randint(
        0, 256, (2, 8 * times, 12 * times), dtype=torch.uint8, generator=torch.Generator().manual_seed(0)
    )
    grey = functional.avg_pool2d(image[:, None].float(), times)
    lightest, darkest = (extreme(grey, dim=(1, 2, 3), keepdim=True) for extreme in (torch.amax, torch.amin))
    ink = Lines(labels="ab", height=8, resize="linear").front()(image)
    assert torch.allclose(ink, (lightest - grey) / (lightest - darkest), atol=1e-5)


def test_linear_front_answers_in_the_graph_as_here(tmp_path: Path) -> None:
    """For lines lower than the network, as high, and up to more than four times as high."""
    task = Lines(labels=tiny_lines.LABELS, height=tiny_lines.HEIGHT, resize="linear")
    network = tiny_lines.network().eval()
    answer = open_session(export(network, task, tmp_path / "artefact").model_path)
    random = np.random.default_rng(0)
    for shape in [(9, 40), (24, 61), (31, 90), (48, 77), (70, 203), (130, 301)]:
        line = random.integers(0, 256, (1, *shape), dtype=np.uint8)
        with torch.no_grad():
            expected = network(task.front()(torch.from_numpy(line))).softmax(-1)
        assert np.abs(answer({"image": line})["scores"] - expected.numpy()).max() < 1e-3


def test_a_widened_line_has_more_steps_and_the_contract_counts_its_own_pixels() -> None:
    task = Lines(labels="ab", height=8, widen=1.5)
    assert task.front()(torch.zeros(2, 8, 15, dtype=torch.uint8)).shape == (2, 1, 8, 23)  # 22.5, begun pixels count
    assert task.front()(torch.zeros(2, 16, 30, dtype=torch.uint8)).shape == (2, 1, 8, 23)
    assert task.seen_lengths(torch.tensor([8, 15]), (2, 8, 15)).tolist() == [12, 23]
    assert task.seen_lengths(torch.tensor([16, 30]), (2, 16, 30)).tolist() == [12, 23], "from another height"
    assert task.contract()["time_stride"] == pytest.approx(4 / 1.5)
    logits = torch.zeros(2, 6, 3)
    logits[0, 3:] = torch.tensor([0.0, 50.0, 0.0])  # beyond the first line's end
    first = float(task.loss(logits[:1, :3], batch(8, "a")))
    second = float(task.loss(logits[1:], batch(15, "b")))
    both = batch(15, "a", "b", lengths={"image": torch.tensor([8, 15])})
    assert float(task.loss(logits, both)) == pytest.approx((first + second) / 2)


def test_a_widened_line_answers_in_the_graph_as_here(tmp_path: Path) -> None:
    task = Lines(labels=tiny_lines.LABELS, height=tiny_lines.HEIGHT, widen=1.3)
    network = tiny_lines.network().eval()
    answer = open_session(export(network, task, tmp_path / "artefact").model_path)
    random = np.random.default_rng(0)
    for shape in [(24, 61), (48, 77), (31, 90)]:
        line = random.integers(0, 256, (1, *shape), dtype=np.uint8)
        with torch.no_grad():
            expected = network(task.front()(torch.from_numpy(line))).softmax(-1)
        assert np.abs(answer({"image": line})["scores"] - expected.numpy()).max() < task.parity_tolerance


def test_a_second_look_stands_in_the_contract_and_nowhere_else() -> None:
    look = {"narrower_than": 14, "widen": 1.4}
    assert Lines(second_look=look).contract()["second_look"] == look
    assert "second_look" not in Lines().contract()
    with pytest.raises(InputError, match="narrower_than with widen or widest"):
        Lines(second_look={"widen": 2.0})


@pytest.mark.parametrize("widen", [0.9, 1.33, 3.05])
def test_lines_that_cannot_be_widened_so(widen: float) -> None:
    with pytest.raises(InputError, match=r"in steps of 0\.05"):
        Lines(widen=widen)


def test_a_resize_that_does_not_exist() -> None:
    with pytest.raises(InputError, match="antialias, linear"):
        Lines(resize="nearest")  # type: ignore[arg-type]


def test_tail_says_where_each_character_begins() -> None:
    steps = torch.tensor([[0, 0, 2, 0, 1, 1]])  # "a", blank, "a", "b"
    scores, ids = Lines(labels="ab").tail()(10.0 * torch.nn.functional.one_hot(steps, 3).float())
    assert ids.tolist() == [[0, -1, -1, 0, 1, -1]]
    assert torch.allclose(scores.sum(-1), torch.ones(1, 6))
