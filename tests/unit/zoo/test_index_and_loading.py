"""Names, versions and what a name, a folder or a file resolves to."""

import json

import numpy as np
import pytest

import frugal
from frugal.contract import InputError
from frugal.zoo import index
from frugal.zoo.loading import load, resolve


@pytest.fixture
def zoo(tmp_path, monkeypatch, make_classifier):
    folder = tmp_path / "zoo"
    make_classifier(folder / "chars-xs@2")
    make_classifier(folder / "chars-xs@10", labels="abcd")
    make_classifier(folder / "digits-xs@1", replaced={"licence": {"weights": "MIT", "sources": [{"name": "ink"}]}})
    error = {"metric": "error_rate", "value": 0.2, "samples": 50, "data": "val writers"}
    (folder / "chars-xs@10" / "origin.json").write_text(json.dumps({"error": error}))
    lm = folder / "lm-fr@1"
    lm.mkdir()
    (lm / "contract.json").write_text('{"task": "lm"}')
    (lm / "lm.bin").write_bytes(b"12345")
    (folder / "notes@x").mkdir()
    (folder / "empty@1").mkdir()
    monkeypatch.setattr(index, "FOLDER", folder)
    return folder


def test_names_and_versions(zoo):
    assert index.names() == ["chars-xs", "digits-xs", "lm-fr"]
    assert index.find("chars-xs") == zoo / "chars-xs@10"
    assert index.find("chars-xs@2") == zoo / "chars-xs@2"


@pytest.mark.parametrize("name", ["chars-xss", "chars-xs@3", "chars-xs@", "chars-xs@two", "chars-xs@02x", "", "@1"])
def test_an_unknown_name_lists_the_zoo(zoo, name):
    if name == "chars-xs@":
        assert index.find(name) == zoo / "chars-xs@10"
        return
    with pytest.raises(ValueError, match="allowed: chars-xs@2, chars-xs@10, digits-xs@1, lm-fr@1"):
        index.find(name)


def test_entries_say_what_the_folders_say(zoo):
    entries = {(entry.name, entry.version): entry for entry in index.entries()}
    assert list(entries) == [("chars-xs", 2), ("chars-xs", 10), ("digits-xs", 1), ("lm-fr", 1)]
    newest = entries["chars-xs", 10]
    assert newest.labels == 4
    assert newest.parameters == 784 * 4
    assert newest.error["value"] == 0.2
    assert newest.size_bytes == (zoo / "chars-xs@10" / "model.onnx").stat().st_size
    assert entries["chars-xs", 2].error == {}
    assert entries["digits-xs", 1].licence["weights"] == "MIT"
    lm = entries["lm-fr", 1]
    assert (lm.task, lm.size_bytes, lm.parameters, lm.labels) == ("lm", 5, None, None)


def test_load_takes_a_name_a_version_or_a_folder(zoo):
    items = np.zeros((1, 28, 28), np.uint8)
    assert load("chars-xs").contract["labels"] == list("abcd")
    assert load("chars-xs@2").predict(items) == load(zoo / "chars-xs@2").predict(items)
    assert frugal.load(str(zoo / "chars-xs@2")).size_bytes > 0


def test_a_language_model_reads_nothing_by_itself(zoo):
    for name in ("lm-fr", zoo / "lm-fr@1"):
        with pytest.raises(ValueError, match="is a language model"):
            load(name)


def test_resolve_takes_an_onnx_file_as_well(zoo):
    model = zoo / "chars-xs@2" / "model.onnx"
    assert resolve(str(model)).model_path == model
    assert resolve(str(model)).contract["labels"] is None
    assert resolve("digits-xs").path == zoo / "digits-xs@1"


def test_what_is_nothing_of_the_three(zoo, tmp_path):
    with pytest.raises(InputError, match=r"does not exist; allowed: .*of the zoo: chars-xs, digits-xs, lm-fr"):
        resolve("models/nowhere.onnx")
    with pytest.raises(InputError, match="no model 'nonesuch' in the zoo"):
        resolve("nonesuch")
    with pytest.raises(InputError, match=r"has no contract\.json"):
        resolve(tmp_path)
    (tmp_path / "model.onnx").write_bytes((zoo / "chars-xs@2" / "model.onnx").read_bytes()[:200])
    with pytest.raises(InputError, match="truncated or not ONNX"):
        resolve(tmp_path / "model.onnx")


def test_a_run_folder_points_to_its_artefact(zoo, tmp_path, make_classifier):
    inner = make_classifier(tmp_path / "run" / "artefact")
    with pytest.raises(InputError) as caught:
        load(tmp_path / "run")
    assert str(caught.value).endswith(f"try: {inner}")


def test_broken_contracts_are_refused(tmp_path):
    for content in ("", "[]", "{", '{"task": "characters"}'):
        (tmp_path / "contract.json").write_text(content)
        with pytest.raises(InputError, match=r"contract\.json"):
            load(tmp_path)


def test_every_folder_of_the_zoo_that_ships_reads_its_own_samples():
    """Labels from the stored inputs equal the labels of the stored outputs; origin and weights lie beside."""
    for entry in index.entries():
        if entry.task != "characters":
            continue
        with np.load(entry.path / "parity.npz", allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        items = {name[3:]: array for name, array in arrays.items() if name.startswith("in.")}
        expected = arrays["out.scores"].argmax(1)
        found = load(entry.path).predict(items)
        agree = [p.value == load(entry.path).contract["labels"][i] for p, i in zip(found, expected, strict=True)]
        assert np.mean(agree) >= 0.95
        for name in ("card.md", "origin.json", "model.json", "weights.safetensors"):
            assert (entry.path / name).is_file(), f"{entry.path.name} lacks {name}"
        assert entry.licence.get("weights")
