"""`frugal need` as a user calls it. On digits nothing learnt by a network is needed at 95 %, and a network at 98 %."""

import json

import pytest

from frugal.cli import main
from frugal.report.json import read_report, write_report
from frugal.report.records import Report, Row


def needed(tmp_path, capsys, *arguments):
    code = main.run(
        ["need", "--data", "digits", "--ci", "20%", "--cap", "2s", "--json", str(tmp_path / "n.json"), *arguments]
    )
    return code, json.loads((tmp_path / "n.json").read_text())["sections"]["need"], capsys.readouterr().out


def test_at_95_percent_a_linear_or_nearest_answer_wins(tmp_path, capsys):
    code, need, out = needed(tmp_path, capsys, "--accuracy", "95%")
    kinds = {each["name"]: each["kind"] for each in need["candidates"]}
    assert code == 0 and kinds[need["chosen"]] in ("nearest", "linear")
    holding = [each for each in need["candidates"] if each["error"] is not None and each["error"] <= 0.05]
    assert any(each["kind"] == "network" for each in holding), "the network would do as well: it is not chosen"
    assert "No: for at least 95" in out and "The network digits-xs@" in out and max(map(len, out.splitlines())) <= 80


def test_at_98_percent_the_network_wins_and_the_verdict_joins_a_run(tmp_path, capsys):
    row = Row(step="only", kind="train", method="m", metric="error_rate", error=0.25)
    write_report(Report(name="run", created="2026", seed=0, unit="character", rows=(row,)), tmp_path / "report.json")
    code, need, out = needed(tmp_path, capsys, "--error", "<=2%", "--lang", "fr", "--into", str(tmp_path))
    kinds = {each["name"]: each["kind"] for each in need["candidates"]}
    assert code == 0 and kinds[need["chosen"]] == "network" and need["decided_by"] == "only"
    assert "seul un réseau lit bien au moins 98" in out
    joined = read_report(tmp_path / "report.json")
    assert joined.name == "run" and joined.sections["need"]["chosen"] == need["chosen"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--data", "digits"], "no accuracy"),
        (["--data", "digits", "--accuracy", "95%", "--error", "5%"], "both"),
        (["--data", "digits", "--accuracy", "105%"], "--accuracy 105%"),
        (["--data", "digits", "--accuracy", "high"], "--accuracy high"),
        (["--data", "nowhere", "--accuracy", "95%"], "--data nowhere; allowed: digits"),
        (["--data", "digits", "--accuracy", "95%", "--model", "nonesuch"], "nonesuch"),
        (["--data", "digits", "--accuracy", "95%", "--rule", "nowhere.py:f"], "--rule nowhere.py:f"),
        (["--data", "digits", "--accuracy", "95%", "--into", "nowhere.json"], "nowhere.json"),
        (["--data", "digits", "--accuracy", "95%", "--lang", "de"], "lang=de"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(capsys, arguments, says):
    assert main.run(["need", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.startswith("error: ") and err.count("\n") == 1 and says in err
