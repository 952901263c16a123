"""Items in, predictions out: forms of input, refusals, independence of neighbours."""

import numpy as np
import pytest

from frugal.contract import InputError
from frugal.runtime.artefact import from_onnx, open_artefact
from frugal.runtime.reader import Reader


def images(count, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (count, 28, 28), dtype=np.uint8)


@pytest.fixture
def reader(tmp_path, make_classifier):
    return Reader(open_artefact(make_classifier(tmp_path / "plain")))


@pytest.fixture
def two_inputs(tmp_path, make_classifier):
    return Reader(open_artefact(make_classifier(tmp_path / "two", rel_height=True)))


def test_answers_as_the_stored_samples(tmp_path, make_classifier):
    folder = make_classifier(tmp_path / "a", labels="xyz")
    stored = np.load(folder / "parity.npz")
    found = Reader(open_artefact(folder)).predict(stored["in.image"])
    assert [p.value for p in found] == ["xyz"[i] for i in stored["out.scores"].argmax(1)]
    assert [p.confidence for p in found] == pytest.approx(stored["out.scores"].max(1))
    assert {p.value for p in found} != {"x"}


def test_every_form_of_items_means_the_same(reader):
    batch = images(3)
    expected = reader.predict(batch)
    assert len(expected) == 3
    assert reader.predict(list(batch)) == expected
    assert reader.predict(tuple(batch)) == expected
    assert reader.predict([{"image": image} for image in batch]) == expected
    assert reader.predict({"image": batch}) == expected
    assert reader.predict({"image": list(batch)}) == expected


def test_two_inputs_by_name(two_inputs):
    batch, heights = images(3), np.array([0.5, 1.0, 2.0], dtype=np.float32)
    expected = two_inputs.predict({"image": batch, "rel_height": heights})
    rows = [{"image": image, "rel_height": float(height)} for image, height in zip(batch, heights, strict=True)]
    assert two_inputs.predict(rows) == expected
    assert two_inputs.predict({"image": batch, "rel_height": heights.astype(np.float64)}) == expected
    assert two_inputs.predict({"image": batch, "rel_height": [0.5, 1, 2]}) == expected


@pytest.mark.parametrize("nothing", [[], (), np.zeros((0, 28, 28), np.uint8), {"image": []}])
def test_nothing_gives_nothing(reader, nothing):
    assert reader.predict(nothing) == []


@pytest.mark.parametrize("dynamic", [False, True])
def test_an_item_does_not_depend_on_its_neighbours(tmp_path, make_classifier, dynamic):
    reader = Reader(open_artefact(make_classifier(tmp_path / "a", dynamic=dynamic)))
    batch = images(40)
    batch[1] //= 50  # a faint one beside loud ones
    together = reader.predict(batch)
    assert together == [reader.predict(batch[i : i + 1])[0] for i in range(40)]


def test_a_dynamic_graph_run_as_one_batch_would_differ(tmp_path, make_classifier):
    """The test above is only worth something where neighbours do matter."""
    from frugal.runtime.session import open_session

    session = open_session(make_classifier(tmp_path / "a", dynamic=True) / "model.onnx")
    batch = images(2)
    batch[1] //= 50
    alone = session({"image": batch[1:]})["scores"]
    assert not np.array_equal(session({"image": batch})["scores"][1:], alone)


def test_a_fixed_batch_of_one_still_reads_many(tmp_path, make_classifier):
    import json

    import onnx

    folder = make_classifier(tmp_path / "a")
    model = onnx.load(str(folder / "model.onnx"))
    for value in (*model.graph.input, *model.graph.output):
        value.type.tensor_type.shape.dim[0].dim_value = 1
    onnx.save(model, str(folder / "model.onnx"))
    contract = json.loads((folder / "contract.json").read_text())
    contract["inputs"][0]["shape"][0] = 1
    (folder / "contract.json").write_text(json.dumps(contract))
    assert len(Reader(open_artefact(folder)).predict(images(3))) == 3


@pytest.mark.parametrize(
    ("items", "parts"),
    [
        ([images(1)[0], images(1)[0].astype(np.float32)], ["item 1, input image", "float32", "uint8 (28, 28)"]),
        ([images(1)[0].astype(np.int64)], ["item 0", "int64", "try: array.astype(uint8)"]),
        ([[[0] * 28] * 28], ["item 0", "int64", "uint8"]),
        ([images(1)[0] > 3], ["item 0", "bool"]),
        ([images(1)[0], images(1)], ["item 1", "(1, 28, 28)", "light ink on black"]),
        ([images(1)[0][:, :27]], ["item 0", "(28, 27)"]),
        (images(1)[0], ["item 0", "shape (28,)"]),
        ([[[1, 2], [3]]], ["item 0", "uneven"]),
        (["a.png"], ["item 0", "<U5"]),
        ([None], ["item 0", "object"]),
        ("a.png", ["items of type str"]),
        (3, ["items of type int"]),
        (np.uint8(3), ["items of type uint8"]),
        ([{"picture": images(1)[0]}], ["item 0 with inputs ['picture']", "['image']"]),
        ({"picture": images(1)}, ["inputs ['picture']"]),
        ({"image": 3}, ["without an item axis"]),
    ],
)
def test_what_is_refused_names_index_given_and_allowed(reader, items, parts):
    with pytest.raises(ValueError) as caught:
        reader.predict(items)
    for part in parts:
        assert part in str(caught.value)


@pytest.mark.parametrize("height", [np.nan, np.inf, 1e300])
def test_nan_and_infinity_are_refused_by_index(two_inputs, height):
    items = [{"image": image, "rel_height": h} for image, h in zip(images(2), (1.0, height), strict=True)]
    with pytest.raises(ValueError, match="item 1, input rel_height: NaN or infinity"):
        two_inputs.predict(items)


def test_two_inputs_ask_for_names(two_inputs):
    with pytest.raises(ValueError, match="item 0: ndarray for 2 inputs; allowed: a dict of image, rel_height"):
        two_inputs.predict(images(1))
    with pytest.raises(ValueError, match="different numbers of items"):
        two_inputs.predict({"image": images(2), "rel_height": [1.0]})


def test_a_classifier_takes_no_language_model(reader):
    with pytest.raises(ValueError, match="lm='lm-fr' for the task characters; allowed: lm=None"):
        reader.predict(images(1), lm="lm-fr")


def test_size_and_contract(reader, tmp_path):
    assert reader.size_bytes == (tmp_path / "plain" / "model.onnx").stat().st_size
    assert reader.contract["labels"] == ["a", "b", "c"]


def test_what_cannot_be_decoded_is_no_reader(tmp_path, make_classifier):
    bare = make_classifier(tmp_path / "a") / "model.onnx"
    with pytest.raises(InputError, match="decoder None"):
        Reader(from_onnx(bare))
    for key, value in (("decoder", "os"), ("decoder", "session"), ("decoder", "../gate"), ("labels", None)):
        with pytest.raises(InputError):
            Reader(open_artefact(make_classifier(tmp_path / "b", replaced={key: value})))


def test_scores_that_do_not_fit_the_labels_are_an_error(tmp_path, make_classifier):
    reader = Reader(open_artefact(make_classifier(tmp_path / "a")))
    reader.contract["labels"].append("d")
    with pytest.raises(ValueError, match=r"\(B, 4\)"):
        reader.predict(images(1))
