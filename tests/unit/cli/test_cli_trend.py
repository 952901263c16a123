"""`frugal trend` as a user calls it."""

import pytest

from frugal.cli.main import run
from frugal.report.json import write_report
from frugal.report.records import Report, Row


@pytest.fixture
def folder(tmp_path):
    for index, error in enumerate((0.2, 0.1), start=1):
        row = Row(step="only", kind="train", method="m", metric="error_rate", error=error, samples=8)
        report = Report(name="tiny", created=f"2026-10-0{index}", seed=0, unit="character", rows=(row,))
        write_report(report, tmp_path / "reports" / f"v{index}.json")
    return tmp_path / "reports"


def test_markdown_on_stdout_and_html_in_a_file(folder, tmp_path, capsys):
    assert run(["trend", str(folder)]) == 0
    assert capsys.readouterr().out.startswith("# Trend over 2 releases")
    assert run(["trend", str(folder), "--lang", "fr", "-o", str(tmp_path / "trend.html")]) == 0
    assert capsys.readouterr().out.strip() == str(tmp_path / "trend.html")
    assert '<html lang="fr">' in (tmp_path / "trend.html").read_text()
    assert run(["trend", str(folder), "--to", "csv"]) == 0
    assert capsys.readouterr().out.count("\n") == 3


def test_what_is_no_report_is_passed_over_and_named(folder, capsys):
    (folder / "other.json").write_text("[]")
    assert run(["trend", str(folder)]) == 0
    captured = capsys.readouterr()
    assert captured.err.startswith("note: passed over: ") and "other.json" in captured.err
    assert "v2" in captured.out


@pytest.mark.parametrize(
    ("arguments", "part"),
    [(["nowhere"], "nowhere is not a folder"), (["{}", "--to", "pdf"], "--to pdf; allowed: md, html, csv"),
     (["{}", "--lang", "de"], "lang=de; allowed: en, fr")],
)  # fmt: skip
def test_bad_input_is_one_line(arguments, part, folder, capsys):
    assert run(["trend", *(argument.format(folder) for argument in arguments)]) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and captured.err.count("\n") == 1 and part in captured.err
