"""`frugal report` and `frugal table` as a user calls them."""

import csv
import io
import json

import pytest

from frugal.cli import main
from frugal.report.json import write_report
from frugal.report.records import Quantity, Report, Row


def sample(seed=0, error=0.25):
    row = Row(step="only", kind="train", method="m", metric="error_rate", error=error, samples=8, size_bytes=1234,
              energy_mj=Quantity(value=0.5, low=0.2, high=1.25, method="C"))  # fmt: skip
    return Report(
        name="tiny", created="2026-10-14", seed=seed, unit="character", rows=(row,), about={"command": "frugal run"}
    )


@pytest.fixture
def two(tmp_path):
    for seed, error in ((0, 0.25), (1, 0.75)):
        write_report(sample(seed, error), tmp_path / str(seed) / "report.json")
    return [str(tmp_path / str(seed) / "report.json") for seed in (0, 1)]


def test_markdown_is_the_default_and_goes_to_stdout(two, capsys):
    assert main.run(["report", two[0]]) == 0
    assert capsys.readouterr().out.startswith("# Accuracy and energy: tiny")


def test_html_goes_beside_the_first_report_and_its_path_to_stdout(two, capsys, tmp_path):
    assert main.run(["report", *two, "--to", "html", "--lang", "fr"]) == 0
    path = tmp_path / "0" / "report.html"
    assert capsys.readouterr().out.strip() == str(path)
    page = path.read_text(encoding="utf-8")
    assert '<html lang="fr">' in page and "tiny, graine 1" in page


def test_the_name_of_the_output_chooses_the_format(two, capsys, tmp_path):
    assert main.run(["report", *two, "-o", str(tmp_path / "all.csv")]) == 0
    assert len(list(csv.DictReader(io.StringIO((tmp_path / "all.csv").read_text())))) == 2
    capsys.readouterr()
    assert main.run(["report", two[0], "--to", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["name"] == "tiny"


@pytest.mark.parametrize(
    "arguments",
    [
        ["report", "{bad}"],
        ["report", "{bad}/missing.json"],
        ["report", "{good}", "--to", "doc"],
        ["report", "{good}", "--lang", "de", "--to", "csv"],
        ["report", "{good}", "--to", "html", "-o", "{bad}/report.html"],
        ["table", "{bad}"],
        ["table", "{good}", "--to", "html"],
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(two, capsys, tmp_path, arguments):
    (tmp_path / "bad").write_text('{"foreign": true}')
    given = [argument.format(bad=tmp_path / "bad", good=two[0]) for argument in arguments]
    assert main.run(given) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.startswith("error: ") and err.count("\n") == 1


def test_the_table_averages_runs_and_takes_a_folder_for_a_report(two, capsys, tmp_path):
    assert main.run(["table", str(tmp_path / "0"), two[1], two[0], "--to", "csv"]) == 0
    (line,) = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert (line["n"], float(line["error"])) == ("2", 0.5)
