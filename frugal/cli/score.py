"""`frugal score`: how well any engine read, and which of two read better.

Knows arguments and words; reading files is `frugal.transcripts`, counting and testing `frugal.comparison`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from frugal.contract import InputError

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

    from frugal.comparison import Difference, Rate, Score
    from frugal.transcripts import Truth

_ROWS = {
    "cer": "CER",
    "wer": "WER",
    "cer_raw": "CER, raw",
    "wer_raw": "WER, raw",
    "accents": "accents right",
    "exact": "lines right",
}
_NAME_WIDTH = 16
_SHOWN = 0.05
"""The p-value below which a difference is called shown."""


def command(
    truth: Annotated[Path, typer.Argument(metavar="TRUTH.tsv", help="item TAB text [TAB writer], or with a header.")],
    answers: Annotated[Path, typer.Argument(metavar="ANSWERS.tsv", help="item TAB text, or a predictions.tsv.")],
    other: Annotated[
        Path | None, typer.Argument(metavar="[OTHER.tsv]", help="A second engine's answers: adds a paired test.")
    ] = None,
    rules: Annotated[str, typer.Option(help="What is made equal first, by name; none: nothing.")] = "nfc,quotes,spaces",
    fold_case: Annotated[bool, typer.Option("--fold-case", help="Also the rule case: É is é.")] = False,
    fold_accents: Annotated[bool, typer.Option("--fold-accents", help="Also the rule accents: é is e.")] = False,
    fold_punctuation: Annotated[
        bool, typer.Option("--fold-punctuation", help="Also the rule punctuation: it is left out.")
    ] = False,
    show: Annotated[int, typer.Option(min=0, help="Show this many lines that differ most, or read worst.")] = 0,
    json: Annotated[str | None, typer.Option(help="Write JSON to this file as well; - is stdout, instead.")] = None,
) -> None:
    """Character and word error rates of any engine, raw and by named rules; of two engines, a paired test.

    Example: frugal score truth.tsv ours.tsv kraken.tsv --fold-case --show 5
    """
    from frugal.cli.output import write_data
    from frugal.comparison import difference, score
    from frugal.transcripts import read_answers, read_truth

    folds = {"case": fold_case, "accents": fold_accents, "punctuation": fold_punctuation}
    named = _rules(rules, [name for name, asked in folds.items() if asked])
    right = read_truth(truth)
    paths = [answers] if other is None else [answers, other]
    scores = []
    for name, path in zip(_names(paths), paths, strict=True):
        scores.append(score(name, right, read_answers(path), named))
        _warn(scores[-1], path, right)
    change = difference(scores[0], scores[1], right) if other is not None else None
    if json != "-":
        from rich.console import Console

        Console(highlight=False, markup=False, emoji=False).print(*_page(right, scores, change, named, show), sep="\n")
    if json is not None:
        write_data(_plain(right, scores, change, named, show), json)


def _rules(given: str, folds: Sequence[str]) -> list[str]:
    """The names of the rules in the order in which they are applied."""
    from frugal.text import RULES

    asked = [name.strip() for name in given.split(",") if name.strip() not in ("", "none")] + list(folds)
    unknown = [name for name in asked if name not in RULES]
    if unknown:
        raise InputError(f"--rules {given}", allowed=", ".join([*RULES, "none"]))
    return [name for name in RULES if name in asked]


def _names(paths: Sequence[Path]) -> list[str]:
    """The shortest names that tell the files apart: of the files, of their folders, or the whole paths."""
    for names in ([path.stem for path in paths], [path.resolve().parent.name for path in paths]):
        if len(set(names)) == len(names) and names != ["predictions"]:
            return names
    return [str(path) for path in paths]


def _warn(score: Score, path: Path, truth: Truth) -> None:
    """Say on stderr which lines one side lacks; raises InputError when the two files have no line in common."""
    if len(score.missing) == len(truth.texts):
        example = score.strangers[0] if score.strangers else "none"
        raise InputError(
            f"{path} answers no item of the truth (it has {example!r}, the truth {score.missing[0]!r})",
            allowed="the same names in the first column",
        )
    if score.missing:
        print(
            f"WARNING: {path} has no answer for {len(score.missing)} of {len(truth.texts)} lines, "
            f"which count as empty: {_few(score.missing)}",
            file=sys.stderr,
        )
    if score.strangers:
        print(
            f"note: {path} answers {len(score.strangers)} items that the truth lacks, "
            f"which count nothing: {_few(score.strangers)}",
            file=sys.stderr,
        )


def _few(items: Sequence[str]) -> str:
    return ", ".join(items[:3]) + (", ..." if len(items) > 3 else "")


def _page(
    truth: Truth, scores: Sequence[Score], change: Difference | None, rules: Sequence[str], show: int
) -> Iterator[RenderableType]:
    yield _table(truth, scores, change)
    counts = ", ".join(f"{number} {name}" for name, number in _counted(scores[0]).items())
    yield f"\n{counts}{_by_writers(truth)}."
    yield f"All in %; ranges: 95 %, bootstrap over {_unit(truth)}s; worst writers: CER of the worst tenth."
    yield from _rules_applied(rules)
    if change is not None:
        yield f"\n{verdict(scores, change, _unit(truth))}"
    if show:
        yield from _lines(truth, scores, show)


def _table(truth: Truth, scores: Sequence[Score], change: Difference | None) -> RenderableType:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), show_edge=False)
    table.add_column("", no_wrap=True)
    for score in scores:
        name = score.name if len(score.name) <= _NAME_WIDTH else f"{score.name[: _NAME_WIDTH - 1]}…"
        table.add_column(name, justify="right")
    if change is not None:
        table.add_column("difference", justify="right")
    for metric, label in _ROWS.items():
        cells = [_cell(score.rates[metric]) for score in scores]
        table.add_row(label, *cells, *([] if change is None else [_cell(change.rates[metric], sign="+")]))
    worst = [score.worst_decile for score in scores]
    table.add_row("worst writers", *("unknown" if each is None else f"{100 * each:.2f}" for each in worst))
    missing = [len(score.missing) for score in scores]
    table.add_row("not answered", *map(str, missing), style="bold red" if any(missing) else "")
    return table


def _cell(rate: Rate, sign: str = "") -> str:
    """`8.12 (7.50–8.80)`; a difference with its sign. From 10 on, one decimal less."""
    if rate.value is None:
        return "unknown"
    ends = [100 * end for end in (rate.value, rate.low, rate.high) if end is not None]
    decimals = 1 if abs(ends[0]) >= 10 else 2
    texts = [f"{round(end, decimals) + 0.0:{sign}.{decimals}f}".replace("-", "−") for end in ends]
    return texts[0] if len(texts) == 1 else f"{texts[0]} ({texts[1]}{' to ' if sign else '–'}{texts[2]})"


def _counted(score: Score) -> dict[str, int]:
    """What the rates are shares of."""
    names = {"exact": "lines", "cer": "characters", "wer": "words", "accents": "accented characters"}
    return {name: round(sum(tally.total for tally in score.tallies[metric])) for metric, name in names.items()}


def _unit(truth: Truth) -> str:
    from frugal.comparison import units

    return "line" if units(truth) is None else "writer"


def _by_writers(truth: Truth) -> str:
    if truth.writers is None:
        return ", writers unknown"
    count = len(set(truth.writers))
    return f" by {count} writers" if count > 1 else " by one writer"


def _rules_applied(rules: Sequence[str]) -> Iterator[str]:
    from frugal.text import RULES

    yield "Rules applied to truth and answers, except where it says raw:" if rules else "No rule applied."
    for name in rules:
        yield f"  {name:<11} {(RULES[name].__doc__ or '').splitlines()[0]}"


def verdict(scores: Sequence[Score], change: Difference, unit: str) -> str:
    """Which of two engines read better, by how much, and how easily chance alone would have done it."""
    rate, (first, second) = change.rates["cer"], scores
    if not change.differing:
        return f"{first.name} and {second.name} make the same number of errors for every {unit}."
    points = 100 * (rate.value or 0.0)
    p = "p < 0.0001" if change.p_value < 0.0001 else f"p = {change.p_value:.4f}"
    test = f"{p}, exact paired randomisation test over {change.units} {unit}s"
    if change.p_value >= _SHOWN:
        few = f"; with {change.differing} that differ it cannot fall below {change.least_p:.2g}"
        return f"No difference in CER is shown ({test}{few if change.least_p >= _SHOWN else ''})."
    better, worse = (second, first) if points < 0 else (first, second)
    return f"{better.name} reads better than {worse.name}: CER {abs(points):.2f} points lower ({test})."


def _lines(truth: Truth, scores: Sequence[Score], count: int) -> Iterator[RenderableType]:
    """The lines that tell most, what is wrong in them in red."""
    from rich.text import Text

    from frugal.comparison import differ_most

    items, texts = list(truth.texts), list(truth.texts.values())
    width = max(len("truth"), *(min(len(score.name), _NAME_WIDTH) for score in scores))
    yield "\nWhere they differ most:" if len(scores) > 1 else "\nThe worst lines:"
    for index in differ_most(scores, count):
        edits = " against ".join(f"{score.tallies['cer'][index].errors:.0f}" for score in scores)
        writer = "" if truth.writers is None else f", writer {truth.writers[index]}"
        yield Text(f"\n{items[index]}{writer}: {edits} edits")
        yield Text(f"  {'truth':<{width}}  {texts[index]}")
        for score in scores:
            label = Text(f"  {score.name[:_NAME_WIDTH]:<{width}}  ")
            missed = items[index] in score.missing
            yield label + (
                Text("no answer", style="bold red") if missed else _marked(texts[index], score.answers[index])
            )


def _marked(truth: str, answer: str) -> Text:
    from rich.text import Text

    from frugal.text import align

    marked = Text()
    for char, other in align(truth, answer):
        marked.append(other, style="" if char == other else "bold red")
    return marked


def _plain(
    truth: Truth, scores: Sequence[Score], change: Difference | None, rules: Sequence[str], show: int
) -> dict[str, Any]:
    """Everything as JSON values, shares of 1."""
    import dataclasses

    from frugal.comparison import differ_most
    from frugal.text import RULES

    items = list(truth.texts)
    engines = [
        {
            "name": score.name,
            **{metric: dataclasses.asdict(rate) for metric, rate in score.rates.items()},
            "cer_worst_decile": score.worst_decile,
            "missing": list(score.missing),
            "strangers": list(score.strangers),
        }
        for score in scores
    ]
    lines = [
        {
            "item": items[index],
            "truth": truth.texts[items[index]],
            "answers": [score.answers[index] for score in scores],
            "edits": [int(score.tallies["cer"][index].errors) for score in scores],
        }
        for index in differ_most(scores, show)
    ]
    return {
        "counted": _counted(scores[0]),
        "writers": None if truth.writers is None else len(set(truth.writers)),
        "intervals_over": _unit(truth),
        "rules": {name: (RULES[name].__doc__ or "").splitlines()[0] for name in rules},
        "engines": engines,
        "difference": None if change is None else dataclasses.asdict(change),
        "differ_most": lines,
    }
