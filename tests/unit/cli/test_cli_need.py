"""`frugal need` as a user calls it. On digits nothing learnt by a network is needed at 95 %, and a network at 98 %."""

from typing import NamedTuple

import pytest

from frugal.cli import main
from frugal.report.json import read_report, write_report
from frugal.report.need import Need, parse
from frugal.report.records import Report, Row


class Answered(NamedTuple):
    """What one call left: exit code, what it printed, the report that it wrote and the one that it added to."""

    code: int
    out: str
    written: Report
    joined: Report

    def need(self, error: float) -> Need:
        """The verdict of the same measurement for another error that is accepted."""
        return parse(self.written.sections["need"] | {"asked_error": error})


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Answered:
    """`frugal need` on the digits, for at most 2 % errors; measured once for all tests."""
    folder = tmp_path_factory.mktemp("need")
    row = Row(step="only", kind="train", method="m", metric="error_rate", error=0.25)
    run = Report(name="run", created="2026", seed=0, unit="character", rows=(row,))
    write_report(run, folder / "report.json")
    arguments = ["--error", "<=2%", "--ci", "20%", "--cap", "2s", "--lang", "fr", "--into", str(folder)]
    with pytest.MonkeyPatch.context() as patch:
        printed: list[str] = []
        patch.setattr("rich.console.Console.print", lambda self, what: printed.append(_text(what)))
        code = main.run(["need", "--data", "digits", *arguments, "--json", str(folder / "n.json")])
    return Answered(code, "".join(printed), read_report(folder / "n.json"), read_report(folder))


def _text(what: object) -> str:
    import io

    from rich.console import Console, RenderableType

    console = Console(width=80, file=io.StringIO(), color_system=None)
    renderable: RenderableType = what  # type: ignore[assignment]
    lines = console.render_lines(renderable, pad=False)
    return "\n".join("".join(segment.text for segment in line) for line in lines)


def test_at_95_percent_a_linear_or_nearest_answer_wins(digits: Answered) -> None:
    """The network holds 95 % as well: it is not chosen, since it takes more for each right answer."""
    need = digits.need(0.05)
    chosen, network = need.candidate(need.chosen), next(c for c in need.candidates if c.kind == "network")
    assert chosen is not None and chosen.kind in ("nearest", "linear")
    assert network.error is not None and network.error <= 0.05
    assert (chosen.per_correct_mj.value or 1) < (network.per_correct_mj.value or 0)


def test_at_98_percent_the_network_wins(digits: Answered) -> None:
    need = digits.need(0.02)
    chosen = need.candidate(need.chosen)
    assert digits.code == 0 and chosen is not None and chosen.kind == "network" and need.decided_by == "only"
    assert "seul un réseau lit bien au moins 98" in digits.out
    assert max(map(len, digits.out.splitlines())) <= 80
    assert digits.written.rows[-1].step == need.chosen


def test_the_verdict_joins_the_report_of_a_run(digits: Answered) -> None:
    assert digits.joined.name == "run"
    assert parse(digits.joined.sections["need"]) == digits.need(0.02)


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
