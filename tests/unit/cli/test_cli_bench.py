"""`frugal bench` on artefacts and strangers' files: report, error, exit codes, one line for what is wrong."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from frugal.cli.bench import parse_seconds, parse_shapes, parse_share
from frugal.cli.main import run
from frugal.contract import InputError
from frugal.report.json import read_report

Make = Callable[..., Path]
QUICK = ["--ci", "90%", "--cap", "0.2s"]


def stranger(path: Path) -> str:
    graph = helper.make_graph(
        [helper.make_node("Gather", ["table", "tokens"], ["e"]), helper.make_node("MatMul", ["e", "w"], ["y"])],
        "g",
        [helper.make_tensor_value_info("tokens", TensorProto.INT64, ["batch", "time"])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["batch", "time", 4])],
        [
            numpy_helper.from_array(np.ones((5, 8), np.float32), "table"),
            numpy_helper.from_array(np.ones((8, 4), np.float32), "w"),
        ],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9), path)
    return str(path)


def images(folder: Path, count: int, size: tuple[int, int] = (28, 28)) -> Path:
    folder.mkdir()
    generator = np.random.default_rng(2)
    for index in range(count):
        pixels = generator.integers(0, 256, size, dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"{index}.png")
    return folder


def one_error(capsys: pytest.CaptureFixture[str], *arguments: Any) -> str:
    """The line that a bad input gives; exit 2 and nothing on stdout."""
    assert run(["bench", *map(str, arguments)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    line, end = captured.err[:-1], captured.err[-1]
    assert line.startswith("error: ") and end == "\n" and "\n" not in line and "Traceback" not in line
    return line


def test_an_artefact_with_labelled_images_gets_its_error(
    make_classifier: Make, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The truth of the first four is what a plain session says, of the last two something else: 2 errors of 6."""
    import onnxruntime

    artefact = make_classifier(tmp_path / "model")
    folder = images(tmp_path / "images", 6)
    session = onnxruntime.InferenceSession(str(artefact / "model.onnx"))
    lines = ["file\tlabel"]
    for index in range(6):
        pixels = np.asarray(Image.open(folder / f"{index}.png"))[None]
        best = int(np.argmax(session.run(None, {"image": pixels})[0]))
        lines.append(f"{index}.png\t{'abc'[best if index < 4 else (best + 1) % 3]}")
    (tmp_path / "truth.tsv").write_text("\n".join(lines) + "\n")
    out = tmp_path / "report.json"
    arguments = ["bench", str(artefact), "--data", str(folder), "--labels", str(tmp_path / "truth.tsv"), *QUICK]
    assert run([*arguments, "--json", str(out)]) == 0
    captured = capsys.readouterr()
    assert "model" in captured.out and f"written: {out}" in captured.err
    report = read_report(out)
    row = report.rows[0]
    assert (row.error, row.samples, row.metric, report.unit) == (pytest.approx(2 / 6), 6, "error_rate", "character")
    assert row.error_low is not None and row.error_high is not None and row.error_low < 2 / 6 < row.error_high
    assert (row.macs, row.parameters, row.details["inputs"]) == (784 * 3, 784 * 3, "samples")
    assert report.host["meter"] and report.versions["onnxruntime"]


def test_two_models_on_stdout_as_json_and_nothing_else(
    make_classifier: Make, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = make_classifier(tmp_path / "a"), make_classifier(tmp_path / "b", labels="abcdef")
    assert run(["bench", str(first), str(second), "--pair", *QUICK, "--unit", "line", "--json", "-"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert (data["schema"], data["unit"], [row["step"] for row in data["rows"]]) == (1, "line", ["a", "b"])
    ratio = data["ratios"][0]
    assert (ratio["of_step"], ratio["to_step"], ratio["of"], ratio["confidence"]) == ("b", "a", "cpu_time", 0.95)
    assert data["ratio"] == ratio
    assert ratio["low"] <= ratio["value"] <= ratio["high"] and ratio["blocks"] >= 6
    assert data["rows"][0]["error"] is None and "--data" in data["rows"][0]["details"]["error_reason"]
    assert data["rows"][1]["energy_mj"]["method"] in "BC"


def test_a_strangers_file_with_open_dimensions(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = stranger(tmp_path / "stranger.onnx")
    assert run(["bench", model, "--shape", "tokens=1,12", *QUICK, "--json", "-"]) == 0
    row = json.loads(capsys.readouterr().out)["rows"][0]
    assert (row["step"], row["macs"], row["parameters"]) == ("stranger", 12 * 8 * 4, 5 * 8 + 8 * 4)


def test_npz_with_named_arrays_and_integer_labels(
    make_classifier: Make, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    artefact = make_classifier(tmp_path / "model", rel_height=True)
    parity = np.load(artefact / "parity.npz")
    truth = np.argmax(parity["out.scores"], axis=1)
    data = tmp_path / "data.npz"
    np.savez(data, image=parity["in.image"], rel_height=parity["in.rel_height"], labels=truth)
    assert run(["bench", str(artefact), "--data", str(data), *QUICK, "--json", "-"]) == 0
    row = json.loads(capsys.readouterr().out)["rows"][0]
    assert (row["error"], row["error_low"], row["samples"]) == (0.0, 0.0, 4)
    assert row["error_high"] > 0.2, "four samples without an error do not prove that there is none"


def test_images_of_another_size_are_resized_and_it_is_said(
    make_classifier: Make, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = images(tmp_path / "images", 2, (40, 30))
    (tmp_path / "t.tsv").write_text("0.png\ta\n1.png\tz\n")
    model = str(make_classifier(tmp_path / "m"))
    arguments = ["bench", model, "--data", str(folder), "--labels", str(tmp_path / "t.tsv"), *QUICK, "--json", "-"]
    assert run(arguments) == 0
    details = json.loads(capsys.readouterr().out)["rows"][0]["details"]
    assert details["sample_notes"] == ["images resized to 28x28"]
    assert details["truths_that_are_no_label"] == ["z"]


def test_bad_models_are_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    class Mine:
        def __reduce__(self) -> tuple[Any, tuple[str]]:
            return os.mkdir, (str(tmp_path / "mark"),)

    whole = Path(stranger(tmp_path / "whole.onnx")).read_bytes()
    (tmp_path / "cut.onnx").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "text.onnx").write_text("not a model")
    (tmp_path / "pickle.onnx").write_bytes(pickle.dumps(Mine()))
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "model.onnx").write_bytes(pickle.dumps(Mine()))
    port = {"name": "x", "dtype": "uint8", "shape": [1]}
    (tmp_path / "model" / "contract.json").write_text(json.dumps({"inputs": [port], "outputs": [port]}))
    for name in ("cut.onnx", "text.onnx", "pickle.onnx", "model", "none.onnx"):
        assert name in one_error(capsys, tmp_path / name)
    assert not (tmp_path / "mark").exists()


def test_bad_data_is_one_line(make_classifier: Make, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = make_classifier(tmp_path / "m")
    folder = images(tmp_path / "images", 1)
    (folder / "broken.png").write_text("no image")
    assert "broken.png is not an image" in one_error(capsys, model, "--data", folder)
    (tmp_path / "t.tsv").write_text("0.png a\n")
    assert "line 1" in one_error(capsys, model, "--data", folder, "--labels", tmp_path / "t.tsv")
    (tmp_path / "t.tsv").write_text("7.png\ta\n")
    assert "7.png does not exist" in one_error(capsys, model, "--data", folder, "--labels", tmp_path / "t.tsv")
    (tmp_path / "empty").mkdir()
    assert "holds no image" in one_error(capsys, model, "--data", tmp_path / "empty")
    assert "does not exist" in one_error(capsys, model, "--data", tmp_path / "nowhere")
    np.savez(tmp_path / "o.npz", image=np.array([{}], dtype=object))
    assert "no NPZ file of plain arrays" in one_error(capsys, model, "--data", tmp_path / "o.npz")
    np.savez(tmp_path / "f.npz", image=np.zeros((2, 28, 28)))
    assert "image is float64; allowed: uint8" in one_error(capsys, model, "--data", tmp_path / "f.npz")
    np.savez(tmp_path / "l.npz", image=np.zeros((2, 28, 28), np.uint8), labels=np.array([0, 3]))
    assert "labels 0 to 3; allowed: 0 to 2" in one_error(capsys, model, "--data", tmp_path / "l.npz")


def test_bad_options_are_one_line(make_classifier: Make, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = make_classifier(tmp_path / "m")
    assert "--ci often" in one_error(capsys, model, "--ci", "often")
    assert "ci=0.0" in one_error(capsys, model, "--ci", "0%")
    assert "--cap soon" in one_error(capsys, model, "--cap", "soon")
    assert "--shape image" in one_error(capsys, model, "--shape", "image")
    assert "no such input; allowed: image" in one_error(capsys, model, "--shape", "x=1,2")
    assert "allowed: ['batch', 28, 28]" in one_error(capsys, model, "--shape", "image=1,28,29")
    assert "two models" in one_error(capsys, model, "--pair")
    assert "--data DIR" in one_error(capsys, model, "--labels", "t.tsv")
    assert "cannot be written" in one_error(capsys, model, "--json", tmp_path / "none" / "r.json")
    assert "provider gpu9" in one_error(capsys, model, "--provider", "gpu9")


def regressor(path: Path) -> str:
    """y = 2 x of one float, in a batch that is open."""
    graph = helper.make_graph(
        [helper.make_node("Add", ["x", "x"], ["y"])],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 1])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 1])],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9), path)
    return str(path)


def test_a_strangers_model_is_scored_by_the_metric_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """x = 0 .. 5 is answered 0 .. 10; the labels are 0, 2, 4, 6, 8, 11: one of six is wrong, by 1."""
    model = regressor(tmp_path / "double.onnx")
    np.savez(tmp_path / "d.npz", x=np.arange(6, dtype=np.float32)[:, None], labels=np.array([0, 2, 4, 6, 8, 11.0]))
    data = [model, "--data", str(tmp_path / "d.npz")]
    assert run(["bench", *data, "--metric", "mae", *QUICK, "--json", "-"]) == 0
    row = json.loads(capsys.readouterr().out)["rows"][0]
    assert row["error"] is None and row["details"]["mae"]["value"] == pytest.approx(1 / 6)
    assert "no share" in row["details"]["energy_per_correct_unit_mj"]["reason"]
    (tmp_path / "my_metric.py").write_text(
        "def wrong(outputs, truths):\n"
        "    pairs = zip(outputs, truths, strict=True)\n"
        "    return [float(abs(output['y'].item() - float(truth)) > 0.5) for output, truth in pairs]\n"
    )
    monkeypatch.chdir(tmp_path)
    assert run(["bench", *data, "--metric", "my_metric:wrong", "--unit", "decision", *QUICK, "--json", "-"]) == 0
    report = json.loads(capsys.readouterr().out)
    row = report["rows"][0]
    assert (row["metric"], row["error"], report["unit"]) == ("wrong", pytest.approx(1 / 6), "decision")
    details = row["details"]
    assert details["energy_per_correct_unit_mj"]["value"] == pytest.approx(row["energy_mj"]["value"] / (1 - 1 / 6))
    monkeypatch.setattr("frugal.benchmarking.measure", None)  # what cannot be scored is told before anything is timed
    assert "does not say its class" in one_error(capsys, *data, "--metric", "accuracy", *QUICK)
    assert "allowed: accuracy, f1, cer, wer, mae" in one_error(capsys, *data, "--metric", "beauty")


def test_without_labels_the_accuracy_is_not_assessed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = regressor(tmp_path / "double.onnx")
    assert run(["bench", model, *QUICK]) == 0
    out = capsys.readouterr().out
    assert "double: accuracy not assessed: no samples were given (--data)" in out
    assert "the empty loop took" in out and "stopped after" in out


def test_a_thousand_characters_are_a_thousand_calls(
    make_classifier: Make, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    artefact = make_classifier(tmp_path / "model")
    parity = np.load(artefact / "parity.npz")
    data = tmp_path / "data.npz"
    np.savez(data, image=parity["in.image"], labels=np.argmax(parity["out.scores"], axis=1))
    assert run(["bench", str(artefact), "--data", str(data), "--unit", "1000-characters", *QUICK, "--json", "-"]) == 0
    report = json.loads(capsys.readouterr().out)
    details = report["rows"][0]["details"]
    assert (report["unit"], details["functional_unit"], details["calls_per_unit"]) == (
        "character",
        "1000-characters",
        1000,
    )
    correct = details["energy_per_correct_unit_mj"]["value"]
    assert correct == pytest.approx(1000 * report["rows"][0]["energy_mj"]["value"])


def test_a_recording_makes_method_a_and_the_model_checks_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that an instrument writes while the benchmark runs: 5 W, 30 times a second."""
    program = (
        "import sys, time\n"
        "with open(sys.argv[1], 'w', buffering=1) as file:\n"
        "    file.write('time,watts\\n')\n"
        "    while True:\n"
        "        file.write(f'{time.time():.4f},5.0\\n')\n"
        "        time.sleep(0.03)\n"
    )
    power = tmp_path / "power.csv"
    instrument = subprocess.Popen([sys.executable, "-c", program, str(power)])
    try:
        model = regressor(tmp_path / "double.onnx")
        arguments = ["--ci", "0.5", "--cap", "1s", "--meter", f"csv:{power}", "--meter-accuracy", "1%"]
        assert run(["bench", model, *arguments, "--json", str(tmp_path / "r.json")]) == 0
    finally:
        instrument.kill()
        instrument.wait()
    out = capsys.readouterr().out
    row = read_report(tmp_path / "r.json").rows[0]
    first, model_tier = row.details["energy_tiers"]
    assert (first["method"], model_tier["method"], row.energy_mj.method) == ("A", "C", "A"), first
    per_call_s = first["gross_mj"]["value"] / 5000
    assert 1e-6 < per_call_s < 1e-3, "5 W for some microseconds"
    assert "recording of an instrument: gross" in out and "/ recording of an instrument (A): " in out


def test_options_of_meters_are_one_line_when_they_cannot_be_used(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = regressor(tmp_path / "double.onnx")
    assert "--meter magic" in one_error(capsys, model, "--meter", "magic")
    assert "no INA3221" in one_error(capsys, model, "--meter", "jetson")
    assert "--meter-accuracy good" in one_error(capsys, model, "--meter-accuracy", "good")
    assert "--wait long" in one_error(capsys, model, "--wait", "long")
    assert "two models" in one_error(capsys, model, "--other-python", sys.executable)
    assert "is not a program" in one_error(capsys, model, model, "--other-python", tmp_path / "python")
    assert "cpu_tdp_w=-5" in one_error(capsys, model, "--cpu-tdp-w", "-5", "--cpu-cores", "4")


def test_rows_measured_elsewhere_stand_beside_with_who_and_when(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = regressor(tmp_path / "double.onnx")
    rows = [{"model": "double", "precision": "float32", "macs": 10, "joules": 2e-6, "ms": 0.5}] * 2
    handed = {"schema": 1, "device": "my phone", "who": "A. Reader", "when": "2026-11-20", "instrument": "PPK2"}
    (tmp_path / "m.json").write_text(json.dumps({**handed, "rows": rows}))
    assert run(["bench", model, "--import", str(tmp_path / "m.json"), *QUICK, "--json", "-"]) == 0
    here, first, second = json.loads(capsys.readouterr().out)["rows"]
    assert (here["step"], first["step"], second["step"]) == ("double", "double on my phone", "double on my phone#2")
    assert (first["energy_mj"]["value"], first["energy_mj"]["method"]) == (pytest.approx(0.002), "A")
    assert first["wall_ms_p50"]["value"] == 0.5 and first["cpu_ms"]["value"] is None
    assert first["method"] == "measured by A. Reader on 2026-11-20" and first["details"]["instrument"] == "PPK2"
    (tmp_path / "m.json").write_text(json.dumps({**handed, "rows": [{**rows[0], "error": 3}]}))
    assert "rows[0]: error 3; allowed: a share of 1" in one_error(capsys, model, "--import", tmp_path / "m.json")
    (tmp_path / "m.json").write_text("{}")
    assert "m.json" in one_error(capsys, model, "--import", tmp_path / "m.json")


def test_a_known_power_of_the_cpu_is_used(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = regressor(tmp_path / "double.onnx")
    assert run(["bench", model, "--meter", "cpu", "--cpu-tdp-w", "80", "--cpu-cores", "8", *QUICK, "--json", "-"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert "80 W TDP over 8 cores, as given: 0.67 x 10.00 W" in report["about"]["meter_scope"]
    energy, cpu = (report["rows"][0][name]["value"] for name in ("energy_mj", "cpu_ms"))
    assert energy == pytest.approx(6.7 * cpu, rel=0.01)


def test_arguments_are_parsed() -> None:
    assert (parse_share("2%"), parse_share("0.05")) == (0.02, 0.05)
    assert (parse_seconds("60s"), parse_seconds("2m"), parse_seconds("1.5")) == (60, 120, 1.5)
    assert parse_shapes(["a=1,2", "b:0=3"]) == {"a": (1, 2), "b:0": (3,)}
    for text in ("a", "=1", "a=1,x", "a=0", "a=-1"):
        with pytest.raises(InputError, match="--shape"):
            parse_shapes([text])
