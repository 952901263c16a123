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


def test_the_template_of_declarations_is_filled_in_and_told(two, capsys, tmp_path):
    import yaml

    assert main.run(["report", "--about-template"]) == 0
    template = capsys.readouterr().out
    assert "# À quoi sert-il" in template and "# What is it for" in template
    assert set(yaml.safe_load(template)) == {"declared_by", "declared_on", "answers"}
    about = tmp_path / "about.yaml"
    filled = template.replace('declared_by: ""', 'declared_by: "Bakery Martin"')
    filled = filled.replace('declared_on: ""', "declared_on: 2026-11-20")
    about.write_text(filled.replace('volume: ""', 'volume: "200 pages <b>a month"'), encoding="utf-8")
    assert main.run(["report", two[0], "--about", str(about)]) == 0
    out = capsys.readouterr().out
    assert "declared by Bakery Martin on 2026-11-20 | 200 pages &lt;b>a month |" in out


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("declared_by: x", "declared_on"),
        ("declared_on: 2026-01-01", "declared_by"),
        ("declared_by: x\ndeclared_on: 2026-13-01", "month must be in 1..12"),
        ("declared_by: x\ndeclared_on: '2026-13-01'", "declared_on"),
        ("declared_by: x\ndeclared_on: 2026-01-01\nanswers: {nonsense: y}", "nonsense"),
        ("declared_by: x\ndeclared_on: 2026-01-01\nanswers: {volume: [1]}", "volume"),
        ("declared_by: x\ndeclared_on: 2026-01-01\nextra: 1", "not a declaration"),
        ("[", "is not YAML"),
        ("- 1", "not a declaration"),
        ("!!python/object/apply:os.getcwd []", "is not YAML"),
    ],
)
def test_a_bad_declaration_is_one_line(two, capsys, tmp_path, text, says):
    (tmp_path / "about.yaml").write_text(text)
    assert main.run(["report", two[0], "--about", str(tmp_path / "about.yaml")]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1 and says in err and "about.yaml" in err


def test_further_ledgers_count(two, capsys, tmp_path):
    energy = {"value": 50.0, "low": 20.0, "high": 125.0, "method": "C"}
    line = {"what": "sweep", "fit": "a/0", "status": "failed", "cpu_s": 10.0, "energy_j": energy}
    (tmp_path / "ledger.jsonl").write_text(json.dumps(line) + "\n")
    assert main.run(["report", two[0], "--ledger", str(tmp_path / "ledger.jsonl")]) == 0
    assert "| sweep | failed | 1 | 10.0 | 50 (20–120) C |" in capsys.readouterr().out
    (tmp_path / "ledger.jsonl").write_text("{}\n")
    for place in (tmp_path / "ledger.jsonl", tmp_path / "missing.jsonl"):
        assert main.run(["report", two[0], "--ledger", str(place)]) == 2
        assert capsys.readouterr().err.count("\n") == 1


def test_samples_of_people_are_shown_on_request_only(two, capsys, tmp_path):
    lines = ["item\tgroup\ttruth\tanswer\tconfidence\terrors", "a\tw\tsecret\tseoret\t0.9\t1", "b\tw\tfine\tfine\t1\t0"]
    (tmp_path / "0" / "predictions.tsv").write_text("\n".join(lines) + "\n")
    assert main.run(["report", two[0]]) == 0
    assert "secret" not in capsys.readouterr().out
    assert main.run(["report", two[0], "--with-samples"]) == 0
    out = capsys.readouterr().out
    assert "| a | secret | seoret | 1 |" in out and "fine" not in out
    assert main.run(["report", two[1], "--with-samples"]) == 2
    assert "predictions.tsv" in capsys.readouterr().err


def test_no_report_is_one_line(capsys):
    assert main.run(["report"]) == 2
    assert capsys.readouterr().err == "error: no report; allowed: one or more; try: frugal report REPORT.json\n"
