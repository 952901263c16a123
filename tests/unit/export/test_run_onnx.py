"""export/python/run_onnx.py: reads an artefact where frugal does not exist."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

SCRIPT = Path(__file__).resolve().parents[3] / "export" / "python" / "run_onnx.py"
BLOCK = """
import runpy, sys

class NoFrugal:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {blocked}:
            raise ModuleNotFoundError(name, name=name.partition(".")[0])

sys.meta_path.insert(0, NoFrugal())
sys.argv = [{script!r}, *sys.argv[1:]]
runpy.run_path({script!r}, run_name="__main__")
"""


@pytest.fixture
def run(tmp_path):
    """Run a copy of the script from a foreign folder, isolated (-I), with frugal, torch and onnx not importable."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    script = str(shutil.copy(SCRIPT, folder))

    def call(*arguments, blocked=("frugal", "torch", "onnx", "yaml")):
        code = BLOCK.format(script=script, blocked=set(blocked))
        command = [sys.executable, "-I", "-W", "error", "-c", code, *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)

    return call


@pytest.fixture
def artefact(tmp_path, make_classifier):
    return make_classifier(tmp_path / "artefact")


def test_reads_arrays_as_frugal_does(run, artefact, tmp_path):
    from frugal import load

    with np.load(artefact / "parity.npz") as stored:
        items = stored["in.image"]
    np.save(tmp_path / "many.npy", items)
    np.save(tmp_path / "one.npy", items[0])
    done = run(artefact, tmp_path / "many.npy", tmp_path / "one.npy", artefact / "parity.npz")
    assert (done.returncode, done.stderr) == (0, "")
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    assert len(lines) == 4 + 1 + 4
    expected = load(artefact).predict(items)
    assert [line[1] for line in lines[:4]] == [p.value for p in expected]
    assert [float(line[2]) for line in lines[:4]] == pytest.approx([p.confidence for p in expected], abs=1e-4)
    assert lines[0][0].endswith("many.npy[0]")
    assert lines[4][1:] == lines[0][1:] == lines[5][1:]


def test_reads_an_image_and_fits_it(run, artefact, tmp_path):
    pixels = np.random.default_rng(3).integers(0, 100, (28, 28), dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "same.png")
    np.save(tmp_path / "same.npy", pixels)
    Image.new("RGB", (60, 40), "white").save(tmp_path / "light.png")
    done = run(artefact, tmp_path / "same.png", tmp_path / "same.npy", tmp_path / "light.png")
    assert done.returncode == 0
    same, array, _ = done.stdout.splitlines()
    assert same.split("\t")[1:] == array.split("\t")[1:]
    assert done.stderr.count("\n") == 1
    assert "does not look like light ink on black; try: --invert" in done.stderr
    assert run(artefact, tmp_path / "light.png", "--invert").stderr == ""


def test_arrays_need_no_pillow(run, artefact, tmp_path):
    np.save(tmp_path / "one.npy", np.zeros((28, 28), np.uint8))
    assert run(artefact, tmp_path / "one.npy", blocked=("frugal", "PIL")).returncode == 0
    Image.new("L", (28, 28)).save(tmp_path / "a.png")
    done = run(artefact, tmp_path / "a.png", blocked=("frugal", "PIL"))
    assert done.returncode == 2
    assert "needs pillow" in done.stderr


def test_a_second_input_from_the_command_line_or_an_npz(run, tmp_path, make_classifier):
    artefact = make_classifier(tmp_path / "two", rel_height=True)
    image = np.zeros((1, 28, 28), np.uint8)
    np.save(tmp_path / "one.npy", image)
    np.savez(tmp_path / "both.npz", image=image, rel_height=np.array([1.5], np.float32))
    lacking = run(artefact, tmp_path / "one.npy")
    assert lacking.returncode == 2
    assert "lacks the input rel_height; try: --set rel_height=NUMBER" in lacking.stderr
    given = run(artefact, tmp_path / "one.npy", "--set", "rel_height=1.5")
    stored = run(artefact, tmp_path / "both.npz")
    assert given.returncode == stored.returncode == 0
    assert given.stdout.split("\t")[1:] == stored.stdout.split("\t")[1:]


def test_check_holds_and_notices_a_difference(run, artefact):
    done = run(artefact, "--check")
    assert (done.returncode, done.stderr) == (0, "")
    assert "as in contract.json" in done.stdout
    assert "parity: 4 samples, largest difference 0 <= 0.001 allowed" in done.stdout
    assert "equal decisions: 100.0 %" in done.stdout
    with np.load(artefact / "parity.npz") as stored:
        arrays = dict(stored)
    arrays["out.scores"][0, 0] += 0.01
    np.savez(artefact / "parity.npz", **arrays)
    assert run(artefact, "--check").returncode == 1
    assert run(artefact, "--check", "--tolerance", "0.02").returncode == 0


def test_check_notices_another_model_file(run, artefact, tmp_path, make_classifier):
    contract = json.loads((artefact / "contract.json").read_text())
    (artefact / "contract.json").write_text(json.dumps({**contract, "model_sha256": "0" * 64}))
    done = run(artefact, "--check")
    assert done.returncode == 1
    assert "NOT as in contract.json" in done.stdout


@pytest.mark.parametrize(
    "name", ["missing.npy", "text.npy", "pickled.npy", "text.npz", "text.png", "wide.npy", "f.npy"]
)
def test_bad_input_is_one_line_and_2(run, artefact, tmp_path, name):
    for text in ("text.npy", "text.npz", "text.png"):
        (tmp_path / text).write_text("nothing of the kind")
    np.save(tmp_path / "pickled.npy", np.array([{"a": 1}], dtype=object))
    np.save(tmp_path / "wide.npy", np.zeros((28, 29), np.uint8))
    np.save(tmp_path / "f.npy", np.zeros((28, 28), np.float32))
    done = run(artefact, tmp_path / name)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1
    assert name in done.stderr


@pytest.mark.parametrize("damage", ["contract.json", "model.onnx", "parity.npz"])
def test_a_damaged_artefact_is_one_line_and_2(run, artefact, damage):
    (artefact / damage).write_bytes((artefact / damage).read_bytes()[:50])
    done = run(artefact, "--check")
    assert done.returncode == 2
    assert damage in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_newer_schema_is_refused(run, tmp_path, make_classifier):
    done = run(make_classifier(tmp_path / "new", replaced={"schema": 2}), "--check")
    assert done.returncode == 2
    assert "schema 2; allowed: 1" in done.stderr


def test_the_contract_page_names_every_key_that_is_exported():
    """Keys of contract.json that the exporter writes stand in export/CONTRACT.md."""
    import ast

    exporting = Path(__file__).resolve().parents[3] / "frugal" / "exporting.py"
    keys = set()
    for node in ast.walk(ast.parse(exporting.read_text())):
        if isinstance(node, ast.FunctionDef) and node.name == "_write_contract":
            for inner in ast.walk(node):
                if isinstance(inner, ast.Dict):
                    keys |= {key.value for key in inner.keys if isinstance(key, ast.Constant)}
    page = (SCRIPT.parents[1] / "CONTRACT.md").read_text()
    assert {"schema", "model_sha256"} <= keys
    assert not {key for key in keys if f"`{key}`" not in page and f'"{key}"' not in page}


def test_reads_a_line_as_frugal_does_greedily(run, tmp_path):
    from frugal import load
    from frugal.zoo import index

    image = Image.new("L", (420, 64), 235)
    ImageDraw.Draw(image).text((20, 10), "la lune", fill=40, font=ImageFont.load_default(size=40))
    image.save(tmp_path / "line.png")
    folder = index.find("lines-fr-xs")
    done = run(folder, tmp_path / "line.png")
    assert (done.returncode, done.stderr) == (0, "")
    _, text, confidence = done.stdout.rstrip("\n").split("\t")
    assert text == load(folder).predict([np.asarray(image)])[0].value.strip() != ""
    assert 0 <= float(confidence) <= 1


def test_a_model_of_the_zoo_that_scales_by_the_batch_keeps_its_own_parity(run):
    from frugal.zoo import index

    done = run(index.find("lines-fr-xs"), "--check", "--tolerance", "0.05")  # LSTM sums differ a little between CPUs
    assert done.returncode == 0, done.stdout
