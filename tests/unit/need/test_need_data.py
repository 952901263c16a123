"""From a name, a folder or an NPZ file to a problem."""

import numpy as np
import pytest
from PIL import Image

from frugal.contract import InputError
from frugal.need.data import open_problem
from frugal.testing.tiny_lines import write_lines


def write_images(folder, per_label=20, labels=("leaf", "stone")):
    random = np.random.default_rng(0)
    for place, label in enumerate(labels):
        (folder / label).mkdir(parents=True)
        for number in range(per_label):
            pixels = random.integers(100 * place, 100 * place + 60, (40, 30), np.uint8)
            Image.fromarray(pixels).save(folder / label / f"{number}.png")


def test_digits_keep_their_own_splits():
    problem = open_problem("digits")
    assert [len(problem.train), len(problem.selection), len(problem.test)] == [1100, 157, 540]
    assert problem.labels == tuple("0123456789") and problem.image_shape == (28, 28)
    assert len(open_problem("digits", most=54).test) == 54


def test_folders_by_label_are_split_once_and_for_all(tmp_path):
    write_images(tmp_path / "things")
    problem = open_problem(str(tmp_path / "things"), side=16)
    parts = (problem.train, problem.selection, problem.test)
    assert problem.labels == ("leaf", "stone") and problem.unit == "item" and problem.image_shape == (16, 16)
    assert [len(part) for part in parts] == [24, 6, 10]
    assert len({name for part in parts for name in part.ids}) == 40
    assert open_problem(str(tmp_path / "things"), side=16).test.ids == problem.test.ids


def test_a_table_of_labels_keeps_writers_apart(tmp_path):
    write_images(tmp_path / "things")
    rows = [f"{label}/{n}.png\t{label}\twriter{n % 5}" for label in ("leaf", "stone") for n in range(20)]
    (tmp_path / "things" / "labels.tsv").write_text("file\tlabel\twriter\n" + "\n".join(rows))
    problem = open_problem(str(tmp_path / "things"))
    groups = [set(part.groups) for part in (problem.train, problem.selection, problem.test)]
    assert not groups[0] & groups[2] and not groups[0] & groups[1] and sum(map(len, groups)) == 5


def test_an_npz_file_is_taken_as_it_is(tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (40, 12, 20), dtype=np.uint8)
    np.savez(tmp_path / "a.npz", images=images, labels=np.arange(40) % 3)
    problem = open_problem(str(tmp_path / "a.npz"))
    assert problem.labels == ("0", "1", "2") and problem.image_shape == (12, 20)


def test_lines_of_ones_own_are_lines(tmp_path):
    write_lines(tmp_path / "lines", writers=24, lines=2)
    problem = open_problem(str(tmp_path / "lines"), most=4)
    assert (problem.task, problem.unit, problem.metric, len(problem.test)) == ("lines", "line", "cer", 4)
    assert problem.image_shape == ("height", "width") and len(problem.reference_shape) == 2
    assert len(problem.train.truths) > 20 and not problem.train.images


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda path: None, "allowed: digits"),
        (lambda path: np.savez(path, images=np.zeros((30, 4, 4)), labels=np.arange(30)), "images uint8"),
        (lambda path: np.savez(path, images=np.zeros((30, 4, 4), np.uint8), labels=np.zeros(30)), "of 1 labels"),
        (lambda path: path.write_bytes(b"PK\x03\x04 no archive"), "no NPZ file"),
        (lambda path: np.savez(path, images=np.array([object()])), "no NPZ file"),
        (
            lambda path: np.savez(
                path, images=np.zeros((30, 4, 4), np.uint8), labels=np.arange(30), groups=np.arange(30) % 2
            ),
            "2 groups",
        ),
    ],
)
def test_bad_data_is_one_line(tmp_path, make, says):
    path = tmp_path / "a.npz"
    make(path)
    with pytest.raises(InputError, match=says):
        open_problem(str(path))


def test_broken_images_and_tiny_samples_are_one_line(tmp_path):
    write_images(tmp_path / "things")
    (tmp_path / "things" / "leaf" / "0.png").write_bytes(b"nothing")
    with pytest.raises(InputError, match=r"0\.png"):
        open_problem(str(tmp_path / "things"))
    with pytest.raises(InputError, match="--samples 1"):
        open_problem("digits", most=1)
