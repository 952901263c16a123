"""Every data set of configs/data keeps its promises; saving a YAML there enrols it.

A data set whose files are not on this machine must say so and how to get them; that is checked instead.
"""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from frugal.contract import Batch, InputError
from frugal.data.arrays import Characters, Splits
from frugal.data.lines import Lines
from frugal.tasks.characters import Characters as Task
from frugal.testing import check_data, tiny, tiny_lines
from frugal.testing.configured import configured, group_files
from frugal.testing.data import no_network

NEEDS_NOTHING = {"digits"}
TINY: dict[str, dict[str, Any]] = {"digits": {"limit": 60, "batch_size": 16}}


@pytest.mark.parametrize("path", group_files("data"), ids=lambda path: path.stem)
def test_data(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRUGAL_DATA", str(tmp_path))
    module = configured(path, **TINY.get(path.stem, {}))
    if path.stem in NEEDS_NOTHING:
        check_data(module, signature=Task(labels=module.labels).signature)
        return
    with no_network(), pytest.raises(InputError, match="try:"):
        module.setup("fit")


def test_lines_of_a_folder(tmp_path: Path) -> None:
    data = Lines(root=str(tiny_lines.write_lines(tmp_path / "lines")), height=24, batch_size=4)
    check_data(data, signature=tiny_lines.task().signature)


def test_the_tiny_data() -> None:
    check_data(tiny.TinyGlyphs(), signature=tiny.task().signature)


class _Leaking(tiny.TinyGlyphs):
    def read(self) -> Splits:
        whole = super().read()
        return Splits(train=whole.train, selection=whole.selection, test=whole.selection)


class _SharedWriter(tiny.TinyGlyphs):
    def read(self) -> Splits:
        whole = super().read()
        test = Characters(
            images=whole.test.images, targets=whole.test.targets, ids=whole.test.ids, groups=whole.selection.groups
        )
        return Splits(train=whole.train, selection=whole.selection, test=test)


class _Fetching(tiny.TinyGlyphs):
    def read(self) -> Splits:
        import socket

        with socket.socket() as connection:
            connection.connect(("127.0.0.1", 9))
        return super().read()


@pytest.mark.parametrize(
    ("module", "complaint"),
    [(_Leaking, "the id"), (_SharedWriter, "the writer"), (_Fetching, "connects to")],
)
def test_a_data_set_that_breaks_a_promise_is_caught(module: type[tiny.TinyGlyphs], complaint: str) -> None:
    with pytest.raises(AssertionError, match=complaint):
        check_data(module())


def test_inputs_out_of_range_are_caught() -> None:
    module = tiny.TinyGlyphs()
    original = module.val_dataloader

    def shifted() -> list[Batch]:
        batches = [copy.copy(batch) for batch in original()]
        return [
            Batch(inputs={"image": b.inputs["image"].float() * 2}, targets=b.targets, ids=b.ids, groups=b.groups)
            for b in batches
        ]

    module.val_dataloader = shifted  # type: ignore[method-assign]
    with pytest.raises(AssertionError, match="the signature says uint8"):
        check_data(module, signature=tiny.task().signature)
