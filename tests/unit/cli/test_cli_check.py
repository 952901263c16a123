"""`frugal check`: exit codes, baseline, faces."""

import json
from xml.etree import ElementTree

import pytest

from frugal.cli.main import run
from frugal.report.json import read_report, write_report
from frugal.report.records import Quantity, Report, Row


@pytest.fixture
def write(tmp_path):
    def make(name, *, error=0.02, size_bytes=1000, unit="character", metric="error_rate", cpu="A", rows=1):
        row = Row(step="int8", kind="pass", method="int8", metric=metric, error=error, size_bytes=size_bytes,
                  cpu_ms=Quantity(value=1.0, low=1.0, high=1.0, method="clock"))  # fmt: skip
        path = tmp_path / name
        report = Report(
            name="chars | xs", created="2025-01-01", seed=0, unit=unit, rows=(row,) * rows, host={"cpu": cpu}
        )
        write_report(report, path)
        return str(path)

    return make


def test_holds_is_0_and_broken_is_1(write, capsys):
    path = write("r.json")
    assert run(["check", path, "--budget", "size_bytes<=1k error<=0.02"]) == 0
    out = capsys.readouterr()
    assert "0 of 2 ceilings broken" in out.out
    assert out.err == ""
    assert run(["check", path, "--budget", "size_bytes<=999 error<=0.02"]) == 1
    assert "broken   size_bytes  1000  (asked <= 999)" in capsys.readouterr().out


def test_warn_only_says_it_and_exits_0(write, capsys):
    assert run(["check", write("r.json"), "--budget", "macs<=1M", "--warn-only"]) == 0
    assert "warning  macs  unknown: not measured  (asked <= 1000000)" in capsys.readouterr().out


def test_baseline_is_written_compared_and_replaced(write, tmp_path, capsys):
    base = tmp_path / "new" / "base.json"
    old = write("old.json")
    assert run(["check", old, "--baseline", str(base), "--init"]) == 0
    assert "written" in capsys.readouterr().err
    assert read_report(base).rows[0].error == 0.02
    new = write("new.json", error=0.03)
    arguments = ["check", new, "--budget", "error_increase<=0.005", "--baseline", str(base)]
    assert run(arguments) == 1
    capsys.readouterr()
    assert run([*arguments, "--init"]) == 0
    assert "replaced (it was chars | xs, 2025-01-01)" in capsys.readouterr().err
    assert run(arguments) == 0


def refused(arguments, capsys):
    assert run(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("error: ")
    assert captured.err.count("\n") == 1
    return captured.err


def test_init_overwrites_nothing_but_a_report(write, tmp_path, capsys):
    precious = tmp_path / "notes.json"
    precious.write_text('{"precious": 1}')
    message = refused(["check", write("r.json"), "--baseline", str(precious), "--init"], capsys)
    assert "does not overwrite" in message
    assert json.loads(precious.read_text()) == {"precious": 1}


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        ([], "check without --budget"),
        (["--init"], "--init without --baseline"),
        (["--budget", ""], "an empty budget"),
        (["--budget", "eror<=1"], "try: error"),
        (["--budget", "error>=1"], "operator >="),
        (["--budget", "error<=1", "--baseline", "nowhere.json"], "--init to write it"),
        (["--budget", "error<=1", "--md", "/proc/no/where.md"], "cannot write"),
        (["--budget", "error<=1", "--nonesuch"], "--nonesuch"),
    ],
)
def test_bad_input_is_one_line_and_2(write, capsys, arguments, part):
    assert part in refused(["check", write("r.json"), *arguments], capsys)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"schema": 1, "rows": []}', "not json"])
def test_what_is_no_report_is_refused(tmp_path, capsys, content):
    path = tmp_path / "r.json"
    path.write_text(content)
    assert str(path) in refused(["check", str(path), "--budget", "error<=1"], capsys)


@pytest.mark.parametrize("other", [{"unit": "line"}, {"metric": "cer"}])
def test_a_foreign_baseline_is_refused(write, capsys, other):
    base = write("base.json", **other)
    assert "baseline with" in refused(["check", write("r.json"), "--budget", "error<=1", "--baseline", base], capsys)


def test_faces_for_a_ci_service(write, tmp_path):
    md, junit = tmp_path / "s.md", tmp_path / "j.xml"
    budget = "size_bytes<=999 error<=0.02 macs<=5"
    assert run(["check", write("r.json"), "--budget", budget, "--md", str(md), "--junit", str(junit)]) == 1
    text = md.read_text()
    assert "### Budget of chars \\| xs: 2 of 3 ceilings broken" in text
    assert "| size_bytes | 999 | 1000 | **broken** |" in text
    assert "| error | 0.02 | 0.02 | holds |" in text
    suites = ElementTree.parse(junit).getroot()
    assert suites.attrib == {"tests": "3", "failures": "2", "errors": "0", "skipped": "0"}
    cases = {case.get("name"): case.find("failure") for case in suites.iter("testcase")}
    assert list(cases) == ["error<=0.02", "size_bytes<=999", "macs<=5"]
    assert cases["error<=0.02"] is None
    assert cases["macs<=5"].get("message") == "macs is unknown (not measured), asked <= 5 (step int8)"


def test_notes_where_a_comparison_holds_less_than_it_seems(write, capsys):
    path = write("r.json")
    assert run(["check", path, "--budget", "error_ratio<=1"]) == 0
    assert "compares the only row with itself" in capsys.readouterr().err
    base = write("base.json", cpu="B")
    assert run(["check", path, "--budget", "cpu_ms_ratio<=1 error_ratio<=1", "--baseline", base]) == 0
    err = capsys.readouterr().err
    assert "cpu_ms_ratio compares two machines: measured on A, the baseline on B" in err
    assert "error_ratio" not in err


def test_a_budget_without_ceilings_says_so(write, capsys):
    assert run(["check", write("r.json"), "--budget", "none"]) == 0
    assert capsys.readouterr().out == "no ceiling asked\n"


def test_help_has_an_example(capsys):
    assert run(["check", "--help"]) == 0
    assert "Example: frugal check" in capsys.readouterr().out
