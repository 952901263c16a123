from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
import torch

from frugal.contract import InputError
from frugal.data.digits import Digits, enlarged
from frugal.data.mnist import Mnist
from frugal.data.unipen_chars import UnipenChars


def test_digits_hold_out_the_last_540_and_select_on_training_digits() -> None:
    from sklearn.datasets import load_digits

    data = Digits()
    data.setup()
    truth = load_digits().target
    sizes = [len(part) for part in (data.splits.train, data.splits.selection, data.splits.test)]
    assert sizes == [1100, 157, 540]
    assert np.array_equal(data.splits.test.targets, truth[-540:])
    assert data.splits.selection.ids[-1] == "digits-1256" and data.splits.test.ids[0] == "digits-1257"
    assert next(iter(data.val_dataloader())).groups is None
    assert data.labels == list("0123456789")


def test_digits_are_enlarged_without_changing_their_ink() -> None:
    flat = np.full((1, 8, 8), 16.0)
    assert (enlarged(flat) == 255).all()
    from sklearn.datasets import load_digits

    small = load_digits().images[:50]
    large = enlarged(small)
    assert large.dtype == np.uint8 and large.shape == (50, 28, 28)
    assert np.allclose(large.mean((1, 2)), small.mean((1, 2)) * 255 / 16, rtol=0.05)


def test_mnist_splits_are_fixed_whatever_the_seed(mnist_folder: Path) -> None:
    data, other = Mnist(root=str(mnist_folder)), Mnist(root=str(mnist_folder / "mnist.npz"), seed=5)
    assert [len(part) for part in (data.splits.train, data.splits.selection, data.splits.test)] == [110, 10, 20]
    assert np.array_equal(data.splits.selection.ids, other.splits.selection.ids)
    assert not set(data.splits.selection.ids) & set(data.splits.train.ids)
    assert data.splits.test.ids[3] == "mnist-test-00003" and data.splits.test.targets[3] == 3


def test_mnist_reads_torchvision_files(tmp_path: Path) -> None:
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for part, count in (("train", 24), ("t10k", 4)):
        images = np.full((count, 28, 28), 7, np.uint8)
        header = np.array([2051, count, 28, 28], ">i4").tobytes()
        (raw / f"{part}-images-idx3-ubyte").write_bytes(header + images.tobytes())
        labels = (np.arange(count) % 10).astype(np.uint8)
        (raw / f"{part}-labels-idx1-ubyte").write_bytes(np.array([2049, count], ">i4").tobytes() + labels.tobytes())
    data = Mnist(root=str(tmp_path))
    data.setup()
    assert [len(part) for part in (data.splits.train, data.splits.selection, data.splits.test)] == [22, 2, 4]
    assert (data.splits.test.images == 7).all()
    (raw / "train-images-idx3-ubyte").write_bytes(b"\0\0\x08\x03")
    with pytest.raises(InputError, match="cannot be read"):
        Mnist(root=str(tmp_path)).setup()


def test_unipen_splits_share_no_writer(unipen_folder: Path) -> None:
    data = UnipenChars(root=str(unipen_folder))
    data.setup()
    writers = [set(part.groups) for part in (data.splits.train, data.splits.selection, data.splits.test)]  # type: ignore[arg-type]
    assert writers[2] == {"8", "9"} and len(writers[1]) == 1 and len(writers[0]) == 7
    assert not writers[0] & writers[1] and not (writers[0] | writers[1]) & writers[2]
    assert next(iter(data.test_dataloader())).groups is not None


def test_unipen_labels_come_from_the_categories(unipen_folder: Path) -> None:
    data = UnipenChars(root=str(unipen_folder))
    assert len(data.labels) == 62 and data.labels[10] == "A" and data.labels[-1] == "z"
    names = [data.labels[index] for index in data.splits.test.targets]
    assert names == list("07AZazko") * 2
    letters = UnipenChars(root=str(unipen_folder), categories=["lower", "symbol"])
    assert [letters.labels[index] for index in letters.splits.test.targets] == list("azko?!") * 2
    assert letters.fingerprint() != data.fingerprint()


def test_unipen_height_belongs_to_its_image(unipen_folder: Path) -> None:
    data = UnipenChars(root=str(unipen_folder), rel_height=True, batch_size=4)
    heights = np.load(unipen_folder / "unipen_strokes.npz")["rel_height"]
    batch = next(iter(data.test_dataloader()))
    rows = [int(name.removeprefix("unipen-")) for name in batch.ids]
    assert batch.inputs["rel_height"].dtype == torch.float32
    assert np.array_equal(batch.inputs["rel_height"].numpy(), heights[rows].astype(np.float32))


def test_unipen_refuses_strokes_of_other_rows(unipen_folder: Path) -> None:
    path = unipen_folder / "unipen_strokes.npz"
    arrays = dict(np.load(path))
    np.savez_compressed(path, **{**arrays, "label": arrays["label"][::-1]})
    with pytest.raises(InputError, match="other rows"):
        UnipenChars(root=str(unipen_folder), rel_height=True).setup()
    path.unlink()
    with pytest.raises(InputError, match=r"unipen_strokes\.npz"):
        UnipenChars(root=str(unipen_folder), rel_height=True).setup()


def test_unipen_shows_every_writer_alike_when_fully_balanced(unipen_folder: Path) -> None:
    path = unipen_folder / "unipen_images28.npz"
    arrays = dict(np.load(path))
    arrays["writer"] = np.where(arrays["writer"] < 5, np.int16(0), arrays["writer"])  # one hand wrote half
    np.savez_compressed(path, **arrays)
    data = UnipenChars(root=str(unipen_folder), writer_balance=1.0, batch_size=1)
    data.setup()
    shown = [batch.groups[0] for batch in data.train_dataloader() if batch.groups]
    written, times = np.unique(shown, return_counts=True)
    assert "0" in written and times.max() - times.min() <= 2
    assert UnipenChars(root=str(unipen_folder)).sampling_weights(data.splits.train) is None
    with pytest.raises(InputError, match="writer_balance"):
        UnipenChars(writer_balance=2.0)


def test_unipen_refuses_an_unknown_category() -> None:
    with pytest.raises(InputError, match="digit, upper, lower, symbol"):
        UnipenChars(categories=["capital"])


@pytest.mark.parametrize(("loader", "name"), [(Mnist, "mnist.npz"), (UnipenChars, "unipen_images28.npz")])
def test_missing_data_say_how_to_get_them(
    loader: type[Mnist | UnipenChars], name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FRUGAL_DATA", raising=False)
    with pytest.raises(InputError, match=r"data\.root"):
        loader().setup()
    with pytest.raises(InputError, match=name):
        loader(root=str(tmp_path / "nowhere")).setup()


def test_the_shelf_of_data_folders_is_found(mnist_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (mnist_folder / "mnist").mkdir()
    (mnist_folder / "mnist.npz").rename(mnist_folder / "mnist" / "mnist.npz")
    monkeypatch.setenv("FRUGAL_DATA", str(mnist_folder))
    assert len(Mnist().splits.test) == 20


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _pickle(path: Path) -> None:
    path.write_bytes(pickle.dumps({"x_train": 1}))


def _array(path: Path) -> None:
    with path.open("wb") as file:
        np.save(file, np.zeros(3))


def _corrupt(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[200:260] = bytes(60)
    path.write_bytes(bytes(content))


def _incomplete(path: Path) -> None:
    np.savez(path, x_train=np.zeros((2, 28, 28), np.uint8))


def _objects(path: Path) -> None:
    np.savez(path, **{name: np.array([{}], dtype=object) for name in ("x_train", "y_train", "x_test", "y_test")})


def _small(path: Path) -> None:
    arrays = dict(np.load(path))
    np.savez(path, **{**arrays, "x_train": arrays["x_train"][:, :8, :8]})


def _labels(path: Path) -> None:
    arrays = dict(np.load(path))
    np.savez(path, **{**arrays, "y_test": arrays["y_test"] + 90})


@pytest.mark.parametrize("spoil", [_truncate, _pickle, _array, _corrupt, _incomplete, _objects, _small, _labels])
def test_a_spoilt_file_is_one_line_not_a_traceback(spoil: object, mnist_folder: Path) -> None:
    spoil(mnist_folder / "mnist.npz")  # type: ignore[operator]
    with pytest.raises(InputError) as caught:
        Mnist(root=str(mnist_folder)).setup()
    assert "\n" not in str(caught.value)
