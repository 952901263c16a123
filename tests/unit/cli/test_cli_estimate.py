"""`frugal estimate` as a user calls it."""

import json
import re

import pytest

from frugal.cli.main import run

COUNTS = ["--macs", "7.49M", "--weights-bytes", "300k", "--precision", "int8"]


def estimated(arguments, capsys):
    assert run(["estimate", *arguments, "--json", "-"]) == 0
    return json.loads(capsys.readouterr().out)


def test_all_devices_from_counts(capsys):
    found = estimated(COUNTS, capsys)
    assert len(found) == 16
    by_name = {one["device"]: one for one in found}
    assert by_name["stm32u575"]["fits"]["flash"] is True
    assert by_name["stm32u575"]["fits"]["ram"] is None and "counts" in by_name["stm32u575"]["fits"]["reason"]
    assert by_name["laptop"]["energy_mj"]["value"] is None and by_name["laptop"]["energy_mj"]["reason"]
    energy = by_name["stm32u385"]["energy_mj"]
    assert energy["low"] < 0.52 < energy["high"] < 2 * energy["value"]


def test_one_device_and_a_model(make_classifier, tmp_path, capsys):
    folder = make_classifier(tmp_path / "a")
    [found] = estimated([str(folder), "--device", "stm32l4r5"], capsys)
    assert found["peak_ram_bytes"] == 784 + 784 * 4
    assert found["missing_operators"] == []
    assert "float32" not in found["time_ms"] and found["time_ms"]["reason"] == "time was measured with int8 only"


def test_the_table(make_classifier, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    folder = make_classifier(tmp_path / "a")
    assert run(["estimate", str(folder)]) == 0
    out = capsys.readouterr().out
    assert out.splitlines()[0] == "multiply-accumulates 2,352, weights 9,424 bytes, float32"
    assert "peak RAM: 3,920 bytes (3,920 tensors, 0 scratch) at Cast" in out
    assert out.splitlines()[3].split()[:2] == ["device", "fits"]
    assert max(map(len, out.splitlines()[21:])) <= 80
    assert "laptop: time unknown: laptops differ too much" in out
    assert "jetson_orin_nano, laptop, pi5, server: time and energy of: nothing was measured" in out
    assert "rests on: measured" in " ".join(out.split())


def test_what_does_not_fit_says_where_and_a_battery_has_its_share(capsys):
    counts = ["--macs", "7.49M", "--weights-bytes", "9M", "--precision"]
    assert run(["estimate", *counts, "int8", "--device", "stm32u575"]) == 0
    assert capsys.readouterr().out.splitlines()[4].split()[1:3] == ["no:", "flash"]
    assert run(["estimate", *counts, "float32", "--device", "phone_mid"]) == 0
    assert re.search(
        r"phone_mid: 1 000 of them take [\d.]+ \([\d.]+–[\d.]+\) % of the battery", capsys.readouterr().out
    )


def test_a_calibration_narrows(tmp_path, capsys):
    [before] = estimated([*COUNTS, "--device", "ra8d1"], capsys)
    rows = [{"model": "mine", "precision": "int8", "macs": 7000000, "joules": 0.0018, "ms": 7.6}]
    about = {"schema": 1, "device": "ra8d1", "who": "A. B.", "when": "2026-11-20", "instrument": "JS220", "rows": rows}
    (tmp_path / "m.json").write_text(json.dumps(about))
    [after] = estimated([*COUNTS, "--device", "ra8d1", "--calibrate", str(tmp_path / "m.json")], capsys)

    def factor(one):
        return one["energy_mj"]["high"] / one["energy_mj"]["value"]

    assert factor(after) < factor(before) / 3
    assert after["confidence"] == "handed in"
    assert "1 row by A. B., 2026-11-20, JS220, with the table's" in after["notes"]


def test_a_profile_in_a_file_and_json_in_a_file(tmp_path, capsys):
    (tmp_path / "mine.yaml").write_text(
        "name: mine\ntitle: t\nruns_on: its core\nfamily: microcontroller\nkind: cortex_m\n"
    )
    assert run(["estimate", *COUNTS, "--device", str(tmp_path / "mine.yaml"), "--json", str(tmp_path / "e.json")]) == 0
    assert capsys.readouterr().out == ""
    [found] = json.loads((tmp_path / "e.json").read_text())
    assert (found["device"], found["confidence"]) == ("mine", "other devices of its kind")


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        ([], "no model; allowed: MODEL, or --macs"),
        (["--macs", "5M"], "no model; allowed: MODEL, or --macs"),
        (["chars-xs", "--macs", "5M"], "chars-xs and counts"),
        (["--macs", "many", "--weights-bytes", "1k", "--precision", "int8"], "--macs many; allowed: a number"),
        (["--macs", "0", "--weights-bytes", "1k", "--precision", "int8"], "--macs 0"),
        (["--macs", "nan", "--weights-bytes", "1k", "--precision", "int8"], "--macs nan"),
        (["--macs", "5M", "--weights-bytes", "1e99", "--precision", "int8"], "--weights-bytes 1e99"),
        (["--macs", "5M", "--weights-bytes", "1k", "--precision", "int4"], "--precision int4; allowed: int8, float32"),
        ([*COUNTS, "--device", "stm32"], "device stm32; allowed: esp32s3"),
        (["nowhere.onnx"], "nowhere.onnx does not exist"),
        (["chars-xs", "--shape", "other=1,28,28"], "no such input"),
        ([*COUNTS, "--calibrate", "nowhere.json"], "cannot read nowhere.json"),
    ],
)
def test_bad_input_is_one_line(arguments, part, capsys):
    assert run(["estimate", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and captured.err.count("\n") == 1
    assert part in captured.err


def test_a_calibration_of_another_device(tmp_path, capsys):
    rows = [{"model": "mine", "precision": "int8", "macs": 7000000, "ms": 7.6}]
    about = {"schema": 1, "device": "mine", "who": "A", "when": "2026-11-20", "instrument": "J", "rows": rows}
    (tmp_path / "m.json").write_text(json.dumps(about))
    assert run(["estimate", *COUNTS, "--device", "pi4", "--calibrate", str(tmp_path / "m.json")]) == 2
    assert "m.json is about mine; allowed: pi4" in capsys.readouterr().err
