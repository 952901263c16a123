"""`frugal score` as a user calls it: files in, a table of 80 columns, JSON and exit codes out."""

import json

import pytest

from frugal.cli import main

TRUTH = {"1": "L’été est là", "2": "où ça", "3": "« rien » à dire", "4": "la mer", "5": "le ciel est bleu", "6": "fin"}


def write(path, answers, writer=None):
    lines = [f"{item}\t{text}" + (f"\t{writer(item)}" if writer else "") for item, text in answers.items()]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    bad = {item: text.lower().replace("é", "e").replace("à", "a").replace("e", "") for item, text in TRUTH.items()}
    return {
        "truth": write(tmp_path / "truth.tsv", TRUTH, writer=lambda item: f"w{int(item) % 3}"),
        "good": write(tmp_path / "good.tsv", {**TRUTH, "1": "L'été est la"}),
        "bad": write(tmp_path / "bad.tsv", bad),
        "tmp": tmp_path,
    }


def test_one_engine_with_every_number_and_the_rules_by_name(files, capsys):
    assert main.run(["score", files["truth"], files["good"]]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    rows = {line[:13].strip(): line.split()[-2:] for line in out.splitlines()[2:10]}
    assert rows["CER"][0] == "1.75" and rows["CER, raw"][0] == "3.51"
    assert rows["worst writers"][1] == "5.56" and rows["not answered"][1] == "0"
    assert "6 lines, 57 characters, 17 words, 6 accented characters by 3 writers." in out
    assert "bootstrap over writers" in out
    for rule in ("nfc", "quotes", "spaces"):
        assert f"\n  {rule} " in out
    assert "difference" not in out and max(map(len, out.splitlines())) <= 80


def test_two_engines_with_the_difference_the_verdict_and_the_lines_that_differ_most(files, capsys):
    assert main.run(["score", files["truth"], files["bad"], files["good"], "--show", "2"]) == 0
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= 80
    head, cer = out.splitlines()[0].split(), out.splitlines()[2]
    assert head == ["bad", "good", "difference"]
    assert "−" in cer and " to " in cer and "−0.00" not in out
    said = " ".join(out.split())
    assert "No difference in CER is shown (p = 0.2500, exact paired randomisation test over 3 writers; " in said
    assert "with 3 that differ it cannot fall below 0.25)." in said
    shown = out[out.index("Where they differ most:") :].splitlines()
    assert sum(line.startswith("  truth") for line in shown) == 2
    assert any(line.startswith("  good") for line in shown)


def test_a_difference_that_is_shown_names_the_better_engine(files, capsys, tmp_path):
    truth = write(tmp_path / "t.tsv", {str(i): "a b c d" for i in range(20)})
    worse = write(tmp_path / "worse.tsv", {str(i): "a b x x" for i in range(20)})
    better = write(tmp_path / "better.tsv", {str(i): "a b c x" for i in range(20)})
    for pair in ((worse, better), (better, worse)):
        assert main.run(["score", truth, *pair]) == 0
        said = " ".join(capsys.readouterr().out.split())
        assert "better reads better than worse: CER 14.29 points lower (p < 0.0001, exact paired randomisation " in said
        assert "writers unknown" in said and "bootstrap over lines" in said
    assert main.run(["score", truth, worse, worse]) == 0
    assert "make the same number of errors for every line." in " ".join(capsys.readouterr().out.split())


def test_folds_are_further_rules_by_name(files, capsys):
    folds = ["--fold-case", "--fold-accents", "--fold-punctuation", "--json", "-"]
    assert main.run(["score", files["truth"], files["bad"], *folds]) == 0
    found = json.loads(capsys.readouterr().out)
    assert list(found["rules"]) == ["nfc", "quotes", "case", "accents", "punctuation", "spaces"]
    assert found["engines"][0]["cer"]["value"] < found["engines"][0]["cer_raw"]["value"]
    assert main.run(["score", files["truth"], files["bad"], "--rules", "none", "--json", "-"]) == 0
    bare = json.loads(capsys.readouterr().out)
    assert bare["rules"] == {} and bare["engines"][0]["cer"] == bare["engines"][0]["cer_raw"]
    assert main.run(["score", files["truth"], files["bad"], "--rules", "none"]) == 0
    assert "No rule applied." in capsys.readouterr().out


def test_json_holds_both_engines_the_test_and_the_lines(files, capsys):
    path = files["tmp"] / "score.json"
    assert main.run(["score", files["truth"], files["bad"], files["good"], "--show", "1", "--json", str(path)]) == 0
    assert "difference" in capsys.readouterr().out
    found = json.loads(path.read_text(encoding="utf-8"))
    assert (found["counted"]["lines"], found["writers"], found["intervals_over"]) == (6, 3, "writer")
    assert [engine["name"] for engine in found["engines"]] == ["bad", "good"]
    change = found["difference"]["rates"]["cer"]
    assert change["low"] <= change["value"] <= change["high"] < 0
    assert found["difference"]["p_value"] == 0.25
    (line,) = found["differ_most"]
    assert line["edits"][0] > line["edits"][1] and line["truth"] == TRUTH[line["item"]]


def test_lines_without_an_answer_are_said_loudly_and_strangers_noted(files, capsys):
    few = write(files["tmp"] / "few.tsv", {"1": "L'été est là", "9": "x"})
    assert main.run(["score", files["truth"], few, "--show", "9"]) == 0
    out, err = capsys.readouterr()
    assert err.splitlines() == [
        f"WARNING: {few} has no answer for 5 of 6 lines, which count as empty: 2, 3, 4, ...",
        f"note: {few} answers 1 items that the truth lacks, which count nothing: 9",
    ]
    assert "not answered" in out and out.count("no answer") == 5


def test_a_run_folder_is_read_by_its_predictions_and_named_by_its_folder(files, capsys):
    for run, answer in (("one", "été"), ("two", "ete")):
        (files["tmp"] / run).mkdir()
        (files["tmp"] / run / "predictions.tsv").write_text(
            f"item\tgroup\ttruth\tanswer\tconfidence\terrors\n1\tw\tété\t{answer}\t0.9\t0\n", encoding="utf-8"
        )
    folders = [str(files["tmp"] / run) for run in ("one", "two")]
    assert main.run(["score", folders[0], *(f"{folder}/predictions.tsv" for folder in folders)]) == 0
    out = capsys.readouterr().out
    assert out.splitlines()[0].split() == ["one", "two", "difference"]
    assert "1 lines, 3 characters, 1 words, 2 accented characters by one writer." in out


@pytest.mark.parametrize(
    "arguments",
    [
        ["{truth}", "{tmp}/none.tsv"],
        ["{tmp}", "{good}"],
        ["{truth}", "{good}", "--rules", "nfd"],
        ["{truth}", "{good}", "--show", "-1"],
        ["{truth}", "{other}"],
        ["{good}", "{truth}"],
        ["{truth}", "{good}", "--json", "{good}/x.json"],
        ["{truth}"],
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(files, capsys, arguments):
    files["other"] = write(files["tmp"] / "other.tsv", {"page-1.png": "x"})
    assert main.run(["score", *(argument.format(**files) for argument in arguments)]) == 2
    err = capsys.readouterr().err
    assert err.startswith("error: ") and err.count("\n") == 1
