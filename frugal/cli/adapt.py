"""`frugal adapt`: make a lines model better for one person, with 20 to 200 of that person's lines.

Knows words and files; the work is `frugal.adapting`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from frugal.contract import InputError

if TYPE_CHECKING:
    from frugal.report.records import Report


def command(
    model: Annotated[str, typer.Option(help="A lines model of the zoo with trainable weights, or a run folder.")],
    data: Annotated[str, typer.Option(help="The person's lines: lines.tsv with images, *.parquet, ALTO, PAGE.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Run folder of the adaptation.")] = Path("runs/adapt"),
    lines: Annotated[int | None, typer.Option(help="Learn from so many lines at most.")] = None,
    epochs: Annotated[int, typer.Option(help="Epochs of 160 distorted lines.")] = 10,
    keep: Annotated[float, typer.Option(help="Share of the model as it was: more forgets less.")] = 0.6,
    general: Annotated[
        str | None, typer.Option(help="Lines of other people: the error on them before and after is told.")
    ] = None,
    general_kinds: Annotated[str | None, typer.Option(help="Kinds of those lines to measure with, commas.")] = None,
    seed: Annotated[int, typer.Option(help="Of order and distortion.")] = 0,
) -> int:
    """Adapt a model to one writer; ends in an int8 artefact with the same contract.

    Example: frugal adapt --model lines-fr-xs --data my_lines --out runs/mine
    """
    from frugal.extras import require

    require("torch", extra="train")
    from frugal.adapting import adapt, check_lines
    from frugal.cli.progress import show_progress
    from frugal.stages.adapt_writer import AdaptWriter

    if lines is not None and lines < 1:
        raise InputError(f"--lines {lines}", allowed="1 or more", remedy="--lines 100")
    kinds = general_kinds.split(",") if general_kinds else None
    if general is not None:
        check_lines(general, kinds=kinds)  # before minutes of training, not after
    show_progress()
    stage = AdaptWriter(epochs=epochs, keep=keep)
    result = adapt(model, data, out=out, lines_limit=lines, stage=stage, seed=seed)
    _show(result.report, out)
    if general is not None:
        _show_forgetting(model, out, general, kinds)
    return 0


def _show(report: Report, out: Path) -> None:
    from rich.console import Console

    from frugal.report import terminal

    Console().print(terminal.render(report))
    print(f"artefact: {out / 'artefact'}")


def _show_forgetting(model: str, out: Path, general: str, kinds: Sequence[str] | None) -> None:
    """The error on other people's lines of the model as given and of the artefact at the end."""
    from frugal.adapting import measured_on, task_of
    from frugal.initial import find_initial

    task = task_of(find_initial(model))
    given = next((out / "steps").glob("*-given-*/artefact"))
    for name, artefact in (("before", given), ("after", out / "artefact")):
        found = measured_on(artefact, general, task, kinds=kinds)
        low, high = (100 * share for share in found.interval())
        error = f"{task.metric.name} {100 * found.error:.2f} % ({low:.2f}-{high:.2f})"
        print(f"other people's lines, {name}: {error}, {len(found.ids)} lines")
