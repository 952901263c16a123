"""`frugal data`: what is printed, the exit codes, the sheet and JSON."""

import json
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from frugal.cli.main import run
from frugal.data.line_formats import copiste
from tests.unit.data.stored_lines import drawn, encoded, png, write_parquet

WORDS = ("bonjour", "été", "où", "la mer", "neige", "cœur", "forêt", "rivière", "soleil", "nuage")


@pytest.fixture
def clean(tmp_path):
    columns = {"writer": list("aaaabbbbcc"), "split": ["train"] * 8 + ["val"] * 2}
    return write_parquet(tmp_path / "clean.parquet", WORDS, **columns)


@pytest.fixture
def broken(tmp_path):
    images = [png(word) for word in WORDS]
    images[1], images[4] = b"", encoded(255 - drawn("neige"))
    texts = [*WORDS[:8], "ĝardeno", ""]
    columns = {"writer": list("aaaabbbbca"), "split": ["train"] * 8 + ["val"] * 2}
    return write_parquet(tmp_path / "broken.parquet", texts, images=images, **columns)


def test_a_clean_set(clean, capsys):
    assert run(["data", "check", str(clean)]) == 0
    out = capsys.readouterr().out
    lines = out.splitlines()
    assert lines[0] == "lines              10  train 8, val 2"
    assert lines[1] == "writers             3  train 2, val 1"
    assert lines[2] == f"characters         {sum(map(len, WORDS))}  23 different; all in the alphabet"
    assert "height          40 px  median; from 40 to 40" in lines
    assert lines[-1] == "no faults, no notes"
    assert max(map(len, lines)) <= 80


def test_a_broken_set(broken, capsys):
    assert run(["data", "check", str(broken)]) == 1
    out = capsys.readouterr().out
    lines = out.splitlines()
    assert max(map(len, lines)) <= 80
    assert "fault  unreadable image: 1, 10.0 %" in lines
    assert "       broken:1" in lines
    assert "fault  writer on both sides of a split: 1" in lines
    assert "       a (train, val)" in lines
    assert "fault  light on dark: 1, 10.0 %" in lines
    assert "       broken:8 (ĝ)" in lines
    assert "1 outside the alphabet: ĝ 1" in out
    assert lines[-1] == "5 faults, no notes"


def test_json_and_the_sheet(broken, tmp_path, capsys):
    sheet = tmp_path / "sheet.png"
    assert run(["data", "check", str(broken), "--json", "-", "--sheet", str(sheet)]) == 1
    report = json.loads(capsys.readouterr().out)
    assert (report["lines"], report["writers"], report["outside"]) == (10, 3, {"ĝ": 1})
    assert {finding["name"] for finding in report["findings"] if finding["is_fault"]} == {
        "unreadable image",
        "writer on both sides of a split",
        "no text",
        "character outside the alphabet",
        "light on dark",
    }
    with Image.open(sheet) as picture:
        assert (picture.format, picture.mode) == ("PNG", "RGB")
        assert np.asarray(picture).std() > 10


def test_several_places_are_one_set(clean, tmp_path, capsys):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "1.png").write_bytes(png("bonjour"))
    (tmp_path / "mine" / "lines.tsv").write_text("1.png\tbonjour\tme\ttest\n")
    assert run(["data", "check", str(clean), str(tmp_path / "mine")]) == 1
    out = capsys.readouterr().out
    assert out.startswith("lines              11  train 8, val 2, test 1\n")
    assert "clean:0 = 1.png" in out


def test_alphabets(clean, tmp_path, capsys):
    letters = tmp_path / "letters.txt"
    letters.write_text("abcdefghijklmnopqrstuvwxyz\né\n")
    assert run(["data", "check", str(clean), "--alphabet", str(letters)]) == 1
    assert "4 outside the alphabet: " in capsys.readouterr().out
    contract = tmp_path / "contract.json"
    contract.write_text(json.dumps({"labels": sorted(set("".join(WORDS)))}))
    assert run(["data", "check", str(clean), "--alphabet", str(contract)]) == 0
    assert "of the alphabet never" not in capsys.readouterr().out


def test_the_network_s_size_decides_what_is_too_narrow(clean, capsys):
    assert run(["data", "check", str(clean), "--height", "40", "--stride", "32"]) == 1
    assert "fault  too narrow for its text" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["check", "nowhere"], "error: no file or folder nowhere; allowed: "),
        (["look", "x"], "error: data look; allowed: check, fetch, make; try: "),
        (["check"], "error: "),
        (["fetch", "mnist", "x"], "error: fetch mnist x; allowed: copiste FOLDER"),
        (["fetch", "copiste"], "error: fetch copiste; allowed: copiste FOLDER"),
        (["check", "CLEAN", "--alphabet", "nowhere.txt"], "error: --alphabet nowhere.txt cannot be read"),
        (["check", "CLEAN", "--sheet", "no/folder/s.png"], "error: --sheet no/folder/s.png cannot be written"),
    ],
)
def test_bad_input_is_one_line(clean, arguments, part, capsys):
    assert run(["data", *(str(clean) if word == "CLEAN" else word for word in arguments)]) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith(part)
    assert captured.err.count("\n") == 1
    assert captured.out == ""


def test_fetching_asks_for_what_it_says(monkeypatch, tmp_path, capsys):
    asked = []
    monkeypatch.setattr(copiste, "fetch_copiste", lambda folder: asked.append(folder) or folder)
    assert run(["data", "fetch", "copiste", str(tmp_path)]) == 0
    assert asked == [tmp_path]
    assert capsys.readouterr().out == f"{tmp_path}\n"


def test_checking_loads_no_torch(clean):
    code = (
        f"import sys; from frugal.cli.main import run; assert run(['data', 'check', {str(clean)!r}]) == 0;"
        "print(sorted({'torch', 'lightning', 'hydra', 'cv2'} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"
