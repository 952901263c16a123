"""Lines in Parquet files: each once, in an order that the seed fixes, with a memory that does not grow."""

import gc
import tracemalloc

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from frugal.contract import InputError
from frugal.data.line_files import open_lines
from frugal.data.line_images import decoded
from tests.unit.data.stored_lines import png, write_parquet


def texts(source, seed=None):
    return [line.text for line in source.stream(None if seed is None else np.random.default_rng(seed))]


def test_the_layout_of_hubs(tmp_path):
    columns = {"writer": ["a", None], "split": ["train", "validation"], "kind": ["body", None]}
    path = write_parquet(tmp_path / "set.parquet", ["été", "où"], **columns)
    source = open_lines(path)
    first, second = source.stream(None)
    assert (first.text, first.id, first.writer, first.split, first.kind) == ("été", "set:0", "a", "train", "body")
    assert (second.text, second.id, second.writer, second.split, second.kind) == ("où", "set:1", None, "val", None)
    assert first.image == png("été")
    assert decoded(first).shape == (40, 64)
    assert len(source) == 2


@pytest.mark.parametrize("type_", [pa.binary(), pa.large_binary()], ids=str)
def test_plain_binary_images_and_numbered_writers(tmp_path, type_):
    table = pa.table({"image": pa.array([png("a")], type_), "text": pa.array(["a"], pa.large_string()), "writer": [7]})
    pq.write_table(table, tmp_path / "set.parquet")
    [line] = open_lines(tmp_path / "set.parquet").stream(None)
    assert line.image == png("a")
    assert (line.writer, line.split, line.kind) == ("7", None, None)


def test_an_image_that_lies_beside_and_rows_with_nothing(tmp_path):
    (tmp_path / "0.png").write_bytes(png("beside"))
    path = write_parquet(tmp_path / "set.parquet", [None, "b"], images=[None, None])
    first, second = open_lines(path).stream(None)
    assert (first.text, first.image) == ("", png("beside"))
    with pytest.raises(InputError, match="line set:1: no image"):
        decoded(second)


def test_a_folder_whose_files_are_named_by_their_split(tmp_path):
    (tmp_path / "data").mkdir()
    for name in ("train-00000-of-00002", "train-00001-of-00002", "validation-00000-of-00001", "test-00000-of-00001"):
        write_parquet(tmp_path / "data" / f"{name}.parquet", [name])
    found = {line.text: line.split for line in open_lines(tmp_path).stream(None)}
    assert found == {
        "train-00000-of-00002": "train",
        "train-00001-of-00002": "train",
        "validation-00000-of-00001": "val",
        "test-00000-of-00001": "test",
    }


def test_each_line_once_and_the_seed_fixes_the_order(tmp_path):
    names = [f"{number}" for number in range(101)]
    write_parquet(tmp_path / "a.parquet", names[:60], rows=7)
    write_parquet(tmp_path / "b.parquet", names[60:], rows=13)
    source = open_lines(tmp_path)
    assert len(source) == 101
    assert texts(source) == names
    assert texts(source, 1) == texts(source, 1)
    assert texts(source, 1) != texts(source, 2)
    assert sorted(texts(source, 1)) == sorted(names)
    places = np.array([int(text) for text in texts(source, 1)])
    assert abs(np.corrcoef(places, np.arange(101))[0, 1]) < 0.3, "mixed well beyond the row group"


def test_described_lines_have_no_pixels(tmp_path):
    source = open_lines(write_parquet(tmp_path / "a.parquet", ["x", "y"], writer=["1", "2"]))
    assert [(line.text, line.writer, line.image) for line in source.described()] == [("x", "1", b""), ("y", "2", b"")]


def test_the_fingerprint_sees_one_pixel_and_one_letter(tmp_path):
    images = [bytes(range(200)), bytes(200)]
    other_pixel = [bytes([1, *range(1, 200)]), bytes(200)]
    path = tmp_path / "set.parquet"
    seen = []
    for names, shown in ((["a", "b"], images), (["a", "c"], images), (["a", "b"], other_pixel), (["a", "b"], images)):
        path.unlink(missing_ok=True)
        seen.append(open_lines(write_parquet(path, names, images=shown)).fingerprint())
    assert len(set(seen[:3])) == 3
    assert seen[3] == seen[0]


def peak_bytes(path):
    """Largest Python and Arrow memory while all lines of `path` are streamed in mixed order."""
    gc.collect()
    source = open_lines(path)
    arrow_before, arrow_peak, count = pa.total_allocated_bytes(), 0, 0
    tracemalloc.start()
    for line in source.stream(np.random.default_rng(0)):
        count += len(line.image) > 0
        if count % 50 == 0:
            arrow_peak = max(arrow_peak, pa.total_allocated_bytes() - arrow_before)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == len(source)
    return peak + arrow_peak


def test_memory_does_not_grow_with_the_number_of_lines(tmp_path):
    image = bytes(np.random.default_rng(0).integers(0, 256, 200, dtype=np.uint8))
    sizes = {}
    for lines in (5_000, 15_000):
        path = tmp_path / f"{lines}.parquet"
        write_parquet(path, [f"line {number}" for number in range(lines)], images=[image] * lines, rows=100)
        sizes[lines] = peak_bytes(path)
    assert sizes[15_000] < 1.15 * sizes[5_000], sizes
    assert sizes[15_000] < 15_000 * 400, "not all lines are held"


def test_a_large_row_group_is_read_page_by_page(tmp_path):
    random, peaks = np.random.default_rng(0), {}
    for rows in (1_100, 5_500):
        images = [random.bytes(4_000) for _ in range(rows)]
        path = write_parquet(tmp_path / f"{rows}.parquet", [""] * rows, images=images, rows=rows)
        del images
        gc.collect()
        source, before, held = open_lines(path), pa.total_allocated_bytes(), []
        for number, _ in enumerate(source.stream(None)):
            held += [pa.total_allocated_bytes() - before] if number % 50 == 0 else []
        peaks[rows] = max(held)
    assert peaks[5_500] < 1.2 * peaks[1_100], peaks


@pytest.mark.parametrize(
    ("name", "table", "part"),
    [
        ("a", {"image": pa.array([b""])}, "no column text"),
        ("b", {"picture": pa.array([b""]), "label": ["x"]}, "no column image, text"),
        ("c", {"image": ["0.png"], "text": ["x"]}, "column image is string"),
        ("d", {"image": pa.array([b""]), "text": [1]}, "column text is int64"),
        ("e", {"image": pa.array([], pa.binary()), "text": pa.array([], pa.string())}, "no rows"),
    ],
)
def test_another_layout_is_one_line(tmp_path, name, table, part):
    pq.write_table(pa.table(table), tmp_path / f"{name}.parquet")
    with pytest.raises(InputError, match=part) as caught:
        open_lines(tmp_path)
    assert f"{name}.parquet" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_broken_file_is_one_line(tmp_path):
    path = write_parquet(tmp_path / "set.parquet", ["a"] * 50)
    whole = path.read_bytes()
    for broken in (b"", b"not parquet", whole[: len(whole) // 2]):
        path.write_bytes(broken)
        with pytest.raises(InputError, match=r"set\.parquet cannot be read") as caught:
            open_lines(path)
        assert "\n" not in str(caught.value)


def test_a_file_whose_pages_are_broken_is_one_line_when_it_is_read(tmp_path):
    path = write_parquet(tmp_path / "set.parquet", [f"text {number}" for number in range(50)])
    whole = bytearray(path.read_bytes())
    whole[4 : len(whole) // 2] = bytes(len(whole) // 2 - 4)
    path.write_bytes(whole)
    with pytest.raises(InputError, match=r"set\.parquet cannot be read"):
        list(open_lines(path).stream(None))
