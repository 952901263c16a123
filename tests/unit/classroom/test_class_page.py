"""The class page: it computes what Python computes, reads what onnxruntime reads, and speaks to nobody."""

import itertools
import re
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from frugal.classroom.energies import Lesson, energies, facts
from frugal.classroom.english import ENGLISH
from frugal.classroom.french import FRENCH
from frugal.classroom.network import network
from frugal.classroom.page import SLIDERS, _about, render
from frugal.cli.main import run
from frugal.contract import Artefact, InputError
from frugal.offline.document import POLICY
from frugal.zoo.loading import load, resolve
from tests.unit import browser

DOCS = Path(__file__).resolve().parents[3] / "docs" / "class.html"


def script(name):
    """The script of the page that defines `name`."""
    (found,) = (text for text in browser.scripts_of(render("en")) if f"const {name} = " in text)
    return found


def test_the_energies_by_hand():
    found = energies(Lesson(pupils=2, lines=3, days=5, lines_an_answer=10, letters_a_minute=60))
    assert found["small"].value == pytest.approx(30 * 0.0663) and found["small"].method == "calculated"
    assert found["chatbot"].value == pytest.approx(3 * 2.9e-4 * 3.6e6)
    assert found["chatbot"].low == pytest.approx(3 * 3.24e-5 * 3.6e6)
    assert found["hand"].value == pytest.approx(30 * 46.6 * 1.3 * 40 * 1.163)
    assert found["hand"].high == pytest.approx(30 * 46.6 * 1.5 * 60 * 1.163)


@browser.needs_node
def test_the_browser_computes_the_same_energies_wherever_the_sliders_stand(tmp_path):
    places = [dict(zip(SLIDERS, ends, strict=True)) for ends in itertools.product(*SLIDERS.values())]
    given = {"facts": facts(), "places": places}
    code = f"{script('Energies')}\nanswer = given.places.map((lesson) => Energies.energies(given.facts, lesson));"
    for place, theirs in zip(places, browser.in_node(code, given, tmp_path), strict=True):
        for way, ours in energies(Lesson(**place)).items():
            plain = ours.to_json()
            assert theirs[way]["method"] == plain["method"]
            for end in ("value", "low", "high"):
                assert theirs[way][end] == pytest.approx(plain[end], rel=1e-12)


def images(count):
    """Strokes and noise that a digit might be, 28x28."""
    noise = np.random.default_rng(0)
    drawn = np.zeros((count, 28, 28), np.uint8)
    for image in drawn:
        for _ in range(noise.integers(1, 4)):
            row, column = noise.integers(3, 20, 2)
            image[row : row + noise.integers(2, 9), column : column + noise.integers(2, 9)] = noise.integers(80, 256)
    return drawn


@browser.needs_node
@pytest.mark.parametrize("name", ["mnist-xs", "digits-xs", "chars-xs"])
def test_the_browser_reads_what_onnxruntime_reads(name, tmp_path):
    drawn, reader = images(12), load(name)
    given = {"network": network(resolve(name)), "images": drawn.reshape(len(drawn), -1).tolist()}
    code = f"{script('Network')}\nconst net = Network.load(given.network);\n"
    theirs = np.array(browser.in_node(f"{code}answer = given.images.map((i) => Network.run(net, i));", given, tmp_path))
    labels = reader.contract["labels"]
    for scores, ours in zip(theirs, reader.predict(list(drawn)), strict=True):
        assert labels[scores.argmax()] == ours.value
        assert scores.max() == pytest.approx(ours.confidence, abs=2e-3)


def float_model(path):
    """28x28 -> strided, grouped and padded convolutions, pooling, two layers: random weights, ten scores."""
    draw = np.random.default_rng(3)
    shapes = {"k1": (4, 1, 3, 3), "b1": (4,), "k2": (8, 2, 3, 3), "w": (8 * 49, 10), "b": (10,)}
    weights = [numpy_helper.from_array(draw.normal(0, 0.3, side).astype(np.float32), n) for n, side in shapes.items()]
    weights += [numpy_helper.from_array(np.array([1]), "axis"), numpy_helper.from_array(np.float32(1 / 255), "scale")]
    nodes = [
        helper.make_node("Unsqueeze", ["image", "axis"], ["a"]),
        helper.make_node("Cast", ["a"], ["c"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["c", "scale"], ["d"]),
        helper.make_node("Conv", ["d", "k1", "b1"], ["e"], pads=[1, 1, 1, 1], strides=[2, 2]),
        helper.make_node("Relu", ["e"], ["f"]),
        helper.make_node("Conv", ["f", "k2"], ["g"], pads=[1, 1, 1, 1], group=2),
        helper.make_node("MaxPool", ["g"], ["h"], kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("Flatten", ["h"], ["i"]),
        helper.make_node("Gemm", ["i", "w", "b"], ["j"]),
        helper.make_node("Softmax", ["j"], ["scores"], axis=-1),
    ]
    image = helper.make_tensor_value_info("image", TensorProto.UINT8, [1, 28, 28])
    scores = helper.make_tensor_value_info("scores", TensorProto.FLOAT, [1, 10])
    graph = helper.make_graph(nodes, "float", [image], [scores], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    path.mkdir()
    onnx.save(model, path / "model.onnx")
    return Artefact(path=path, contract={"labels": list("0123456789")})


@browser.needs_node
def test_a_float_network_is_computed_as_onnxruntime_does(tmp_path):
    artefact, drawn = float_model(tmp_path / "a"), images(5)
    given = {"network": network(artefact), "images": drawn.reshape(5, -1).tolist()}
    code = f"{script('Network')}\nconst net = Network.load(given.network);\n"
    theirs = np.array(browser.in_node(f"{code}answer = given.images.map((i) => Network.run(net, i));", given, tmp_path))
    session = onnxruntime.InferenceSession(str(artefact.model_path), providers=["CPUExecutionProvider"])
    ours = np.concatenate([session.run(None, {"image": image[None]})[0] for image in drawn])
    assert theirs == pytest.approx(ours, abs=1e-5)


def test_a_network_without_the_ten_digits_or_with_another_operator_is_one_line(make_classifier, tmp_path):
    with pytest.raises(InputError, match="labels 0 to 9"):
        _about(Artefact(path=tmp_path, contract={"labels": ["a", "b"]}))
    with pytest.raises(InputError, match="MatMul"):
        render("en", str(make_classifier(tmp_path / "a")))


def test_a_network_that_the_page_cannot_run_is_one_line():
    with pytest.raises(InputError, match="lines-fr-xs"):
        network(resolve("lines-fr-xs"))


@browser.needs_node
def test_a_grid_is_enlarged_as_the_training_data_were(tmp_path):
    pytest.importorskip("torch")
    from frugal.data.digits import enlarged

    counts = np.random.default_rng(1).integers(0, 17, (6, 8, 8)).astype(float)
    code = f"{script('Framing')}\nanswer = given.map((c) => Array.from(Framing.enlarged(c, 8)));"
    theirs = np.array(browser.in_node(code, counts.reshape(6, -1).tolist(), tmp_path)).reshape(6, 28, 28)
    assert np.abs(theirs - enlarged(counts).astype(int)).max() <= 1


@browser.needs_node
def test_a_drawing_is_centred_by_its_mass(tmp_path):
    drawing = np.zeros((100, 100))
    drawing[10:50, 60:70] = 255
    code = (
        script("Framing")
        + """
    answer = [Array.from(Framing.byMass(given, 100)), Framing.byMass(given.map(() => 0), 100)];"""
    )
    image, nothing = browser.in_node(code, drawing.ravel().tolist(), tmp_path)
    rows, columns = np.nonzero(np.reshape(image, (28, 28)))
    assert nothing is None
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (4, 23, 12, 16)


@browser.needs_chromium
def test_the_box_reads_every_example_and_the_console_is_silent(tmp_path):
    then = """
      const choice = document.getElementById("example");
      let read = "";
      for (const digit of "0123456789") {
        choice.value = digit;
        choice.dispatchEvent(new Event("change"));
        read += document.querySelector(".digit").textContent;
      }
      const before = document.getElementById("bars").textContent;
      const slider = document.getElementById("pupils");
      slider.value = 1;
      slider.dispatchEvent(new Event("input"));
      document.body.dataset.changed = String(before !== document.getElementById("bars").textContent);
      document.body.dataset.read = read;
      document.querySelector('[data-language="en"]').click();
    """
    text, said = browser.opened(render("fr"), tmp_path, then=then)
    assert not said
    (read,) = re.findall(r'data-read="(\d*)"', text)
    assert sum(one == other for one, other in zip(read, "0123456789", strict=True)) >= 9, read
    assert 'data-changed="true"' in text and '<html lang="en">' in text
    assert "Energy of 20 lines" in text and "5.4\u202f(1.6" not in text


def test_nothing_can_leave_the_page():
    page = render("en")
    assert f'content="{POLICY}"' in page and len(page.encode()) < 400_000
    scripts = "\n".join(browser.scripts_of(page))
    assert not re.search(r"fetch\(|XMLHttpRequest|WebSocket|sendBeacon|import\(|localStorage|document\.cookie", scripts)


def test_both_languages_say_the_same_things():
    assert ENGLISH.keys() == FRENCH.keys()
    for key, sentence in ENGLISH.items():
        assert sorted(re.findall(r"{\w+}", sentence)) == sorted(re.findall(r"{\w+}", FRENCH[key])), key


def test_the_sheet_has_three_activities_with_answers_also_without_javascript():
    page = render("fr")
    for key in ("one", "two", "three", "answers"):
        assert FRENCH[key] in page


def test_the_command(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run(["class", "--html", "--lang", "en"]) == 0
    assert capsys.readouterr().out == "class.html\n"
    assert (tmp_path / "class.html").read_text(encoding="utf-8") == render("en")
    for arguments, said in ((["class"], "frugal class --html"), (["class", "--html", "--lang", "de"], "lang=de")):
        assert run(arguments) == 2
        assert said in capsys.readouterr().err


def test_the_page_in_docs_is_what_the_command_makes():
    assert DOCS.read_text(encoding="utf-8") == render("fr"), "make it anew: frugal class --html -o docs/class.html"
