"""Lines without text: read once each by a model, and only learnt where it is sure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from frugal.contract import InputError, Prediction
from frugal.data import read_lines
from frugal.data.line_batches import TrainingBatches
from frugal.data.line_source import RawLine
from frugal.data.lines import FurtherLines
from frugal.data.read_lines import ReadLines
from frugal.fingerprint import describe
from frugal.testing import tiny_lines

WORDS = ("lune", "rue", "asile")


@dataclass(frozen=True)
class Drawn:
    """Three drawn words without text."""

    def __len__(self) -> int:
        return len(WORDS)

    def stream(self, random: np.random.Generator | None) -> Iterator[RawLine]:
        for number, word in enumerate(WORDS):
            image = tiny_lines.drawn(word, np.random.default_rng(number))
            yield RawLine(image=image, text="", id=word)

    def fingerprint(self) -> str:
        return "drawn"


class Reads:
    """A reader that knows widths, counts its lines, and doubts the shortest."""

    def __init__(self) -> None:
        self.contract = {"decoder": "ctc", "task": "lines", "model_sha256": "abc"}
        self.calls: list[Any] = []

    def predict(self, items: Any, *, lm: str | None = None) -> list[Prediction]:
        self.calls.append(lm)
        (image,) = items
        word = min(WORDS, key=lambda word: abs(image.shape[1] - width_of(word)))
        return [Prediction(value=word, confidence=0.5 if word == "rue" else 0.99)]


def width_of(word: str) -> int:
    return int(tiny_lines.drawn(word, np.random.default_rng(WORDS.index(word))).shape[1])


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> Reads:
    reader = Reads()
    monkeypatch.setattr(read_lines, "load", lambda name: reader)
    return reader


def test_each_line_is_read_once_and_doubtful_readings_are_no_text(reader: Reads) -> None:
    source = ReadLines(lines=Drawn(), model="some", lm="lm-fr", sure=0.9)
    for _ in range(2):
        assert [line.text for line in source.stream(None)] == ["lune", "", "asile"]
    assert reader.calls == ["lm-fr"] * 3
    assert len(source) == 3


def test_training_passes_over_what_was_not_read(reader: Reads) -> None:
    batches = TrainingBatches(
        {"main": ReadLines(lines=Drawn(), model="some")},
        {},
        lines=6,
        batch_size=6,
        height=24,
        seed=0,
        augmentation=None,
        joined=0.0,
        longest=400,
    )
    (batch,) = batches
    assert sorted(batch.targets) == ["asile"] * 3 + ["lune"] * 3


def test_the_fingerprint_is_of_lines_model_language_model_and_threshold(reader: Reads) -> None:
    source = ReadLines(lines=Drawn(), model="some")
    known = {source.fingerprint(), replace(source, lm="lm-fr").fingerprint(), replace(source, sure=0.5).fingerprint()}
    reader.contract = {**reader.contract, "model_sha256": "def"}
    assert len(known | {source.fingerprint()}) == 4


def test_a_folder_of_images_without_texts(reader: Reads, tmp_path: Path) -> None:
    folder = tiny_lines.write_lines(tmp_path, writers=1, lines=2)
    names = [line.split("\t")[0] for line in (folder / "lines.tsv").read_text().splitlines()]
    (folder / "lines.tsv").write_text("".join(f"{name}\t\n" for name in names))
    source = ReadLines(lines=FurtherLines(path=str(folder)), model="some", sure=0.0)
    assert {line.text for line in source.stream(None)} <= set(WORDS)
    assert describe(source)["arguments"]["lines"]["arguments"]["path"] == str(folder)


def test_what_cannot_read_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="for the task characters"):
        list(ReadLines(lines=Drawn(), model="chars-xs").stream(None))
    with pytest.raises(InputError, match="no model 'lines-fr-xl' in the zoo"):
        list(ReadLines(lines=Drawn(), model="lines-fr-xl").stream(None))
    with pytest.raises(InputError, match=r"sure=2\.0"):
        ReadLines(lines=Drawn(), model="lines-fr-xs", sure=2.0)
