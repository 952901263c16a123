"""Findings: each fault is planted and found, a clean set has none, and the CTC rule is torch's."""

import numpy as np
import pytest
import torch

from frugal.data.line_checks import (
    Demands,
    check_lines,
    is_light_on_dark,
    problems_of,
    steps_for,
    steps_of,
)
from frugal.data.line_files import open_lines
from frugal.data.line_source import RawLine
from tests.unit.data.stored_lines import drawn, encoded, png, write_parquet

WORDS = ("bonjour", "été", "où", "la mer", "neige", "cœur", "forêt", "rivière", "soleil", "nuage")


def clean(tmp_path, name="clean", **columns):
    return open_lines(write_parquet(tmp_path / f"{name}.parquet", WORDS, **columns))


def found(report):
    return {finding.name: finding for finding in report.findings}


def test_a_clean_set_in_figures(tmp_path):
    columns = {"writer": list("aaaabbbbcc"), "split": ["train"] * 8 + ["val"] * 2, "kind": ["body"] * 9 + ["label"]}
    report = check_lines([clean(tmp_path, **columns)], Demands())
    assert report.findings == ()
    assert (report.lines, report.writers, report.faults) == (10, 3, 0)
    assert report.splits == {"train": 8, "val": 2}
    assert report.split_writers == {"train": 2, "val": 1}
    assert report.kinds == {"body": 9, "label": 1}
    assert sum(report.characters.values()) == sum(map(len, WORDS))
    assert report.outside == {}
    assert "z" in report.unseen
    assert "é" not in report.unseen
    assert report.heights == (40, 40, 40)
    assert report.widths == (48, 96, 128)


def line(written, pixels):
    return RawLine(image=pixels, text=written, id="x")


@pytest.mark.parametrize(
    ("written", "pixels", "names"),
    [
        ("bonjour", drawn("bonjour"), []),
        ("  ", drawn("bonjour"), ["no text"]),
        ("l’œuvre", drawn("bonjour"), []),
        ("Ŝi iras", drawn("bonjour"), ["character outside the alphabet"]),
        ("bonjour", None, ["unreadable image"]),
        ("", None, ["unreadable image", "no text"]),
        ("bonjour", drawn("bonjour")[10:25], ["too small"]),
        ("bonjour", np.tile(drawn("bonjour"), 20), ["too long"]),
        ("abc", np.ascontiguousarray(np.rot90(drawn("bonjour"))), ["taller than wide"]),
        ("1", np.ascontiguousarray(np.rot90(drawn("bonjour"))), []),
        ("bonjour la mer et la neige, dit-il", drawn("bonjour"), ["too narrow for its text"]),
        ("bonjour", np.full((40, 128), 240, np.uint8), ["no ink"]),
        ("bonjour", 255 - drawn("bonjour"), ["light on dark"]),
    ],
)
def test_what_is_wrong_with_one_line(written, pixels, names):
    assert problems_of(line(written, pixels if pixels is not None else b""), pixels, Demands()) == names


@pytest.mark.parametrize("written", ["a", "abc", "aab", "aaaa", "allée", "100 000"])
def test_the_fewest_steps_are_those_of_torch(written):
    alphabet = sorted(set(written))
    target = torch.tensor([[alphabet.index(char) for char in written]])
    for steps, is_possible in ((steps_for(written), True), (steps_for(written) - 1, False)):
        scores = torch.zeros(max(steps, 1), 1, len(alphabet) + 1).log_softmax(-1)
        loss = torch.nn.functional.ctc_loss(
            scores, target, torch.tensor([steps]), torch.tensor([len(written)]), blank=len(alphabet), reduction="none"
        )
        assert bool(torch.isfinite(loss)) == is_possible


@pytest.mark.parametrize(("shape", "stride", "steps"), [((40, 160), 4, 40), ((80, 161), 4, 21), ((64, 99), 8, 8)])
def test_steps_of_a_resized_line(shape, stride, steps):
    assert steps_of(np.zeros(shape, np.uint8), Demands(time_stride=stride)) == steps


def test_polarity_is_told_by_what_stands_out_not_by_darkness():
    dim = (drawn("bonjour") * 0.4).astype(np.uint8)
    assert not is_light_on_dark(dim), "a dark photo of dark ink"
    assert is_light_on_dark(255 - drawn("bonjour"))
    assert not is_light_on_dark(np.full((40, 100), 20, np.uint8))


def test_writers_on_both_sides_are_a_fault_whatever_their_number(tmp_path):
    columns = {"writer": ["a"] * 9 + ["b"], "split": ["train"] * 8 + ["val"] * 2}
    finding = found(check_lines([clean(tmp_path, **columns)], Demands()))["writer on both sides of a split"]
    assert (finding.count, finding.examples, finding.is_fault) == (1, ("a (train, val)",), True)
    without = {"writer": ["a"] * 9 + ["b"], "split": ["train"] * 8 + [None] * 2}
    assert not check_lines([clean(tmp_path, **without)], Demands()).findings


def test_writers_of_two_sets_are_two_even_if_their_names_are_one(tmp_path):
    first = clean(tmp_path, "first", writer=["a"] * 10, split=["train"] * 10)
    texts = [f"{word} bis" for word in WORDS]
    path = write_parquet(tmp_path / "second.parquet", texts, writer=["a"] * 10, split=["val"] * 10)
    report = check_lines([first, open_lines(path)], Demands())
    assert (report.lines, report.writers, report.findings) == (20, 2, ())


def test_a_line_in_two_splits_and_a_line_twice(tmp_path):
    images = [png(word) for word in WORDS]
    images[9] = encoded(drawn(WORDS[0]), "TIFF")  # the same pixels in another file
    texts = [*WORDS[:9], WORDS[0]]
    path = write_parquet(tmp_path / "a.parquet", texts, images=images, split=["train"] * 9 + ["test"])
    finding = found(check_lines([open_lines(path)], Demands()))["same line in two splits"]
    assert (finding.count, finding.examples, finding.is_fault) == (1, ("a:0 = a:9",), True)
    twice = check_lines([clean(tmp_path), clean(tmp_path)], Demands())
    assert found(twice)["same line again"].count == 10


def test_what_spoils_one_line_in_a_hundred_is_a_note_and_more_a_fault(tmp_path):
    texts = [f"ligne {number}" for number in range(200)]
    images = [png(text) for text in texts]
    for bad, is_fault in ((2, False), (3, True)):
        named = ["" if number < bad else text for number, text in enumerate(texts)]
        path = write_parquet(tmp_path / f"{bad}.parquet", named, images=images)
        finding = found(check_lines([open_lines(path)], Demands()))["no text"]
        assert (finding.count, finding.is_fault) == (bad, is_fault)
        assert finding.examples == tuple(f"{bad}:{number}" for number in range(min(bad, 3)))


def test_one_unreadable_image_is_a_fault_and_the_rest_is_still_counted(tmp_path):
    images = [png(word) for word in WORDS]
    images[3] = images[3][:50]
    report = check_lines([open_lines(write_parquet(tmp_path / "a.parquet", WORDS, images=images))], Demands())
    finding = found(report)["unreadable image"]
    assert (finding.count, finding.examples, finding.is_fault, report.lines) == (1, ("a:3",), True, 10)


def test_an_alphabet_of_one_s_own(tmp_path):
    seen = []
    report = check_lines(
        [clean(tmp_path)], Demands(alphabet=" abcdefghijlmnopqrstuvwxyz"), seen=lambda *a: seen.append(a)
    )
    assert report.outside == {"é": 2, "ù": 1, "œ": 1, "ê": 1, "è": 1}
    finding = found(report)["character outside the alphabet"]
    assert (finding.count, finding.is_fault) == (5, True)
    assert finding.examples[0] == "clean:1 (é)"
    assert [problems for _, _, problems in seen][:2] == [[], ["character outside the alphabet"]]
    assert all(pixels is not None and pixels.shape[0] == 40 for _, pixels, _ in seen)
