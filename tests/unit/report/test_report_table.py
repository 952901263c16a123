"""The table over seeds: means and spreads by hand, and what may share a row."""

import csv
import io
import math

import pytest

from frugal.contract import InputError
from frugal.report import markdown, table
from frugal.report.records import Quantity, Report, Row


def run(seed, *, error=0.02, size=1000, cpu=0.1, energy=0.5, method="C", **changes):
    energy_mj = Quantity.unknown("no meter") if energy is None else Quantity(value=energy, method=method)
    row = Row(
        step="int8",
        kind="pass",
        method="Int8",
        metric="error_rate",
        error=error,
        size_bytes=size,
        macs=500,
        weight_bytes=900,
        parameters=200,
        cpu_ms=Quantity(value=cpu, method="clock"),
        energy_mj=energy_mj,
    )
    values = dict(
        name="digits",
        created="2026-10-14",
        seed=seed,
        unit="character",
        rows=(row,),
        host={"cpu": "X"},
        about={"command": f"frugal run recipe=digits seed={seed} out=runs/{seed}"},
    )
    return Report(**(values | changes))


def rows(reports, to="csv"):
    return list(csv.DictReader(io.StringIO(table.render({str(i): r for i, r in enumerate(reports)}, to))))


def test_mean_and_sample_deviation_by_hand():
    # errors 1, 2, 6 %: mean 3, deviations -2, -1, 3: (4 + 1 + 9) / 2 = 7
    (line,) = rows([run(0, error=0.01, cpu=0.1), run(1, error=0.02, cpu=0.2), run(2, error=0.06, cpu=0.3)])
    assert float(line["error"]) == pytest.approx(0.03)
    assert float(line["error_sd"]) == pytest.approx(math.sqrt(7) / 100)
    assert float(line["cpu_ms"]) == pytest.approx(0.2) and float(line["cpu_ms_sd"]) == pytest.approx(0.1)
    assert (line["n"], line["seeds"], float(line["size_bytes_sd"])) == ("3", "0 1 2", 0.0)
    assert line["command"] == "frugal run recipe=digits seed=0,1,2"
    assert line["energy_method"] == "C"


def test_one_run_has_no_spread_and_its_own_command():
    (line,) = rows([run(4)])
    assert (line["error_sd"], line["n"]) == ("", "1")
    assert line["command"] == "frugal run recipe=digits seed=4 out=runs/4"


def test_unknown_is_left_out_and_counted():
    (line,) = rows([run(0, energy=0.4), run(1, energy=None), run(2, energy=0.6)])
    assert float(line["energy_mj"]) == pytest.approx(0.5) and line["energy_mj_n"] == "2"
    assert "0.500 ± 0.14 C (n = 2)" in table.render({str(i): run(i, energy=e) for i, e in enumerate((0.4, 0.6, None))})
    (line,) = rows([run(0, energy=None)])
    assert (line["energy_mj"], line["energy_mj_n"]) == ("", "0")


def test_energies_of_different_methods_are_not_averaged():
    (line,) = rows([run(0, method="B"), run(1, method="C")])
    assert (line["energy_mj"], line["energy_method"]) == ("", "B/C")
    assert "not comparable (methods B/C)" in table.render({"a": run(0, method="B"), "b": run(1, method="C")})


@pytest.mark.parametrize(
    "other",
    [
        run(1, name="mnist"),
        run(1, about={"command": "frugal run recipe=digits stages.prune.ratio=0.3 seed=1"}),
        run(1, host={"cpu": "Y"}),
        run(1, rows=(run(1).rows[0].replace(step="prune"),)),
    ],
    ids=["name", "command", "processor", "steps"],
)
def test_runs_that_differ_in_more_than_the_seed_stay_apart(other):
    assert len(rows([run(0), other])) == 2


def test_the_same_seed_twice_is_refused():
    with pytest.raises(InputError, match="two runs of digits with seed 0"):
        table.render({"a": run(0), "b": run(0)})


def test_markdown_holds_means_and_spreads():
    text = table.render({"a": run(0, error=0.01), "b": run(1, error=0.03)}, "md")
    assert "| digits | int8 | 2 | 2.00 ± 1.41 | 1 000 ± 0 |" in text
    assert "standard deviation (n - 1)" in text


def test_a_command_in_markdown_can_be_copied_to_a_terminal():
    command = "frugal run recipe=digits 'model.widths=[16,32]' out=runs/*"
    text = table.render({"a": run(0, about={"command": command})}, "md")
    assert f"| `{command}` |" in text
    assert markdown.code("a `b` | c") == r"`` a `b` \| c ``"


def test_latex_is_escaped_and_has_as_many_cells_as_columns():
    text = table.render({"a": run(0, name="a_b & 50%"), "b": run(1, name="a_b & 50%")}, "tex")
    assert r"a\_b \& 50\%" in text and r"$\pm$" in text and r"\texttt{frugal run recipe=digits seed=0,1}" in text
    body = [line for line in text.splitlines() if line.endswith(r"\\")]
    assert [line.replace(r"\&", "").count("&") for line in body] == [10, 10]


def test_a_formula_in_a_name_stays_text():
    assert rows([run(0, name="=1+1")])[0]["run"] == "'=1+1"


@pytest.mark.parametrize(("given", "to"), [({}, "md"), ({"a": run(0)}, "xls")])
def test_nothing_and_unknown_formats_are_input_errors(given, to):
    with pytest.raises(InputError):
        table.render(given, to)
