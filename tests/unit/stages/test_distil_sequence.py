"""Distillation by whole texts: what is read, what is sure enough, what the student learns from."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from frugal.contract import Batch, InputError
from frugal.fingerprint import describe
from frugal.runtime.artefact import write_json
from frugal.runtime.ngram_training import train
from frugal.stages.distil_sequence import DistilSequence, read_lines, with_readings
from frugal.teachers import Teacher
from frugal.testing import tiny, tiny_lines

TASK = tiny_lines.task()


class Reads(nn.Module):
    """A network that is `certain` of one text, whatever it sees."""

    def __init__(self, text: str, certain: float) -> None:
        super().__init__()
        steps = torch.full((2 * len(text) + 1,), TASK.blank)
        steps[1::2] = torch.tensor(TASK.encode(text))
        others = (1 - certain) / TASK.num_outputs
        shares = nn.functional.one_hot(steps, TASK.num_outputs) * certain + others
        self.register_buffer("logits", shares.log()[None])

    def forward(self, ink: Tensor, lengths: Tensor | None = None) -> Tensor:
        logits: Tensor = self.logits
        return logits.expand(len(ink), -1, -1)


def teacher(text: str = "rue", certain: float = 0.9) -> Teacher:
    network = Reads(text, certain).eval()
    return Teacher(network=network, task=TASK, stated=TASK.contract(), known=None, front=TASK.front())


def lines(*texts: str) -> list[Batch]:
    """Batches of one line each, as calibration gives them."""
    random = np.random.default_rng(0)
    images = [tiny_lines.drawn(text or "le", random) for text in texts]
    return [
        Batch(inputs={"image": torch.from_numpy(image)[None]}, targets=(text,), ids=(f"line-{number}",))
        for number, (image, text) in enumerate(zip(images, texts, strict=True))
    ]


def test_every_line_is_read_and_counted() -> None:
    readings = read_lines(teacher(), lines("rue", "lune", ""), lm=None, sure=0.5)
    assert readings.texts == {"line-0": "rue", "line-1": "rue", "line-2": "rue"}, "lines without a text as well"
    assert (readings.lines, readings.changed) == (3, 2)
    assert str(readings) == (
        "the teacher read 3 lines and is sure enough of 3; 2 of those differ from the line's own text"
    )


def test_lines_of_one_size_may_come_together() -> None:
    (first,), (second,) = lines("rue"), lines("lune")
    images = torch.cat([first.inputs["image"], first.inputs["image"]])
    batch = Batch(inputs={"image": images}, targets=("rue", "lune"), ids=("a", "b"))
    readings = read_lines(teacher(), [batch, second], lm=None, sure=0.5)
    assert readings.texts.keys() == {"a", "b", "line-0"} and (readings.lines, readings.changed) == (3, 2)


def test_sure_is_the_geometric_mean_of_a_character() -> None:
    """Of 7 steps each is right with 0.9 + 0.1 / 14; a reading of 3 characters then has that to the power of 7/3."""
    right = (0.9 + 0.1 / TASK.num_outputs) ** (7 / 3)
    batches = lines("rue")
    assert read_lines(teacher(), batches, lm=None, sure=right - 0.02).texts  # other alignments add a little
    assert not read_lines(teacher(), batches, lm=None, sure=right + 0.02).texts


def test_a_language_model_changes_what_is_read(tmp_path: Path) -> None:
    write_lm(tmp_path, "lune rue lune")
    unsure = teacher("lure")
    logits = unsure.network.logits
    assert isinstance(logits, Tensor)
    at, r, n = 5, TASK.labels.index("r"), TASK.labels.index("n")  # the third character: r a little before n
    logits[0, at, n] = logits[0, at, r] - 0.2
    batches = lines("lune")
    assert read_lines(unsure, batches, lm=None, sure=0.0).texts == {"line-0": "lure"}
    assert read_lines(unsure, batches, lm=str(tmp_path), sure=0.0).texts == {"line-0": "lune"}
    with_lm = describe(DistilSequence(lm=str(tmp_path)))
    write_lm(tmp_path, "non")
    assert describe(DistilSequence(lm=str(tmp_path))) != with_lm, "another model under the same name is another step"


def write_lm(folder: Path, text: str) -> None:
    trained = train({"words": [text] * 40}, [text], alphabet=tiny_lines.LABELS, order=4)
    (folder / "lm.bin").write_bytes(trained.data)
    write_json(folder / "contract.json", {"task": "lm", "alpha": 1.0, "beta": 1.0})


def test_readings_replace_texts_also_of_joined_lines() -> None:
    batch = replace(tiny_lines.batch(("a", "b", "c", "d")), ids=("w", "x", "w+x", "w+y"))
    assert with_readings(batch, {"w": "un", "x": "deux"}).targets == ("un", "deux", "un deux", "d")
    assert batch.targets == ("a", "b", "c", "d")


def test_the_loss_is_that_of_the_readings(caplog: pytest.LogCaptureFixture) -> None:
    class Bench:
        task, seed, reference = TASK, 0, Reads("rue", 0.9)

        def calibration(self, n: int) -> list[Batch]:
            assert n == 2
            return lines("le", "tour")

        def finetune(self, model: nn.Module, **asked: Any) -> nn.Module:
            self.asked = asked
            return model

    bench: Any = Bench()
    with caplog.at_level(logging.INFO):
        DistilSequence(lines=2, sure=0.5, alpha=0.3)(tiny_lines.network(), bench)
    assert "2 lines and is sure enough of 2; 2 of those differ" in caplog.text
    assert bench.asked["task_weight"] == pytest.approx(0.7)
    batch = replace(tiny_lines.batch(("le", "asile")), ids=("line-0", "elsewhere"))
    outputs = torch.randn(2, -(-int(batch.lengths["image"].max()) // 4), TASK.num_outputs)
    expected = 0.3 * TASK.loss(outputs, replace(batch, targets=("rue", "asile")))
    assert bench.asked["extra_loss"](outputs, batch).item() == pytest.approx(expected.item())


def test_a_task_without_ctc() -> None:
    class Bench:
        task = tiny.task()

    bench: Any = Bench()
    with pytest.raises(InputError, match=r"decoder classification.*try: distil_logits"):
        DistilSequence()(tiny.network(), bench)


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"sure": 1.5}, "sure=1.5"),
        ({"lines": 0}, "lines=0"),
        ({"alpha": 0.0}, "alpha=0.0"),
        ({"lm": "lm-de"}, "no model 'lm-de' in the zoo"),
        ({"lm": "chars-xs"}, "for the task characters"),
    ],
    ids=str,
)
def test_refused_in_one_line(wrong: dict[str, Any], complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        DistilSequence(**wrong)
