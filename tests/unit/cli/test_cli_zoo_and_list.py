"""`frugal zoo` and `frugal list`: what they print, without loading what they list."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

import frugal
from frugal.cli.listing import GROUPS
from frugal.cli.main import run
from frugal.cli.zoo import in_plain_words
from frugal.zoo import index


@pytest.fixture
def zoo(tmp_path, monkeypatch, make_classifier):
    folder = tmp_path / "zoo"
    source = {"name": "ink", "licence": "CC-BY-NC-4.0", "credit": "someone", "restriction": "research only"}
    make_classifier(folder / "chars-xs@1", replaced={"licence": {"weights": "Apache-2.0", "sources": [source]}})
    error = {"metric": "error_rate", "value": 0.2, "samples": 50, "data": "val writers"}
    (folder / "chars-xs@1" / "origin.json").write_text(json.dumps({"error": error}))
    monkeypatch.setattr(index, "FOLDER", folder)
    return folder


def test_the_zoo_as_a_table(zoo, capsys):
    assert run(["zoo"]) == 0
    header, line, *licence = capsys.readouterr().out.splitlines()
    assert header.split() == ["name", "version", "task", "kB", "parameters", "labels", "error"]
    assert line.split()[:3] == ["chars-xs", "1", "characters"]
    assert "2 352" in line
    assert line.endswith("20.00 % error_rate of 50 val writers")
    assert licence[0] == "  weights: Apache-2.0 (any use, keep the notice)"
    assert licence[1] == "  data: ink, CC-BY-NC-4.0 (no commercial use, name the authors), research only"


def test_a_card_and_json(zoo, capsys, tmp_path):
    assert run(["zoo", "chars-xs"]) == 0
    assert capsys.readouterr().out == "# chars-xs@1\n\nA card.\n"
    assert run(["zoo", "--json", "-"]) == 0
    [entry] = json.loads(capsys.readouterr().out)
    assert (entry["name"], entry["version"], entry["labels"], entry["parameters"]) == ("chars-xs", 1, 3, 2352)
    assert run(["zoo", "chars-xs@1", "--json", str(tmp_path / "e.json")]) == 0
    assert json.loads((tmp_path / "e.json").read_text()) == entry


def test_an_unknown_model_is_one_line(zoo, capsys):
    assert run(["zoo", "chars"]) == 2
    assert capsys.readouterr().err == "error: no model 'chars' in the zoo; allowed: chars-xs@1; try: chars-xs\n"


def test_an_empty_zoo_says_so_on_stderr(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(index, "FOLDER", tmp_path)
    assert run(["zoo"]) == 0
    assert capsys.readouterr() == ("", "the zoo is empty\n")
    assert run(["zoo", "--json", "-"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_a_licence_that_nobody_stated():
    assert in_plain_words({}) == ["weights: not stated"]
    assert in_plain_words({"weights": "house rules", "sources": None}) == ["weights: house rules"]


def listed(arguments, capsys):
    assert run(["list", *arguments, "--json", "-"]) == 0
    return json.loads(capsys.readouterr().out)


def test_every_yaml_is_listed_with_a_line(capsys):
    found = listed([], capsys)
    assert tuple(found) == GROUPS
    configs = Path(frugal.__file__).parents[1] / "configs"
    for group in set(GROUPS) - {"meters"}:
        assert {plugin["name"] for plugin in found[group]} == {path.stem for path in (configs / group).glob("*.yaml")}
    assert not [plugin for plugins in found.values() for plugin in plugins if not plugin["about"]]


def test_the_line_is_the_docstring_of_the_target(capsys):
    [tiny] = [plugin for plugin in listed(["budget"], capsys)["budget"] if plugin["name"] == "tiny"]
    assert tiny["about"].startswith("For a small board")
    [model] = [plugin for plugin in listed(["model"], capsys)["model"] if plugin["name"] == "char_net"]
    source = Path(frugal.__file__).parent / "models" / "char_net.py"
    classes = {n.name: ast.get_docstring(n) for n in ast.parse(source.read_text()).body if isinstance(n, ast.ClassDef)}
    assert model["about"] == classes[model["target"].rpartition(".")[2]].splitlines()[0]


def test_meters_are_listed_from_their_files(capsys):
    meters = listed(["meters"], capsys)["meters"]
    assert {"powercap", "cpu_time"} <= {meter["name"] for meter in meters}


def test_configs_of_ones_own(tmp_path, capsys):
    (tmp_path / "stage").mkdir()
    (tmp_path / "stage" / "mine.yaml").write_text("# Halve everything.\n_target_: not_installed.halve.Halve\n")
    (tmp_path / "stage" / "none.yaml").write_text("amount: 3\n")
    found = {p["name"]: p for p in listed(["stage", "--config-dir", str(tmp_path)], capsys)["stage"]}
    assert found["mine"] == {"name": "mine", "about": "Halve everything.", "target": "not_installed.halve.Halve"}
    assert found["none"]["target"] is None


def test_text_has_a_heading_per_group(capsys):
    assert run(["list", "budget"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "budget"
    assert lines[1].startswith("  none  No ceilings")


def test_a_terminals_lines_end_where_it_does(capsys, monkeypatch):
    assert run(["list", "recipe"]) == 0
    whole = capsys.readouterr().out
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert run(["list", "recipe"]) == 0
    wrapped = capsys.readouterr().out
    assert max(map(len, whole.splitlines())) > 80 >= max(map(len, wrapped.splitlines()))
    assert wrapped.split() == whole.split()


@pytest.mark.parametrize(
    ("arguments", "part"),
    [(["stag"], "group stag; allowed: task, model"), (["--config-dir", "nowhere"], "is not a folder")],
)
def test_bad_input(arguments, part, capsys):
    assert run(["list", *arguments]) == 2
    assert part in capsys.readouterr().err


def test_listing_imports_neither_torch_nor_hydra_nor_onnxruntime():
    code = (
        "import sys; from frugal.cli.main import run; assert run(['list']) == 0;"
        "print(sorted({'torch', 'hydra', 'lightning', 'onnxruntime'} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"
