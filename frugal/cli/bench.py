"""`frugal bench`: accuracy, time, memory, energy and counts of one model, or of two side by side.

Knows arguments and words; measuring is `frugal.benchmarking`, scoring `frugal.scoring`.
"""

from __future__ import annotations

import contextlib
import datetime
import os
import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from frugal.contract import Artefact, InputError

if TYPE_CHECKING:
    from frugal.benchmarking import BenchSettings, Measured
    from frugal.report.records import Report, Row
    from frugal.runtime.samples import GivenSamples

UNITS = {"characters": "character", "lines": "line"}


def command(
    model: Annotated[str, typer.Argument(help="Artefact folder, ONNX file or zoo name.")],
    other: Annotated[str | None, typer.Argument(help="A second model, interleaved with the first.")] = None,
    data: Annotated[Path | None, typer.Option(help="Folder of images, or NPZ with arrays named as the inputs.")] = None,
    labels: Annotated[Path | None, typer.Option(help="Truth of a folder of images: file TAB label.")] = None,
    metric: Annotated[str | None, typer.Option(help="error_rate; for lines cer (the usual one) or wer.")] = None,
    shape: Annotated[list[str] | None, typer.Option(help="Shape of an open input: NAME=1,1,48,800.")] = None,
    unit: Annotated[str | None, typer.Option(help="What one call reads: line, character, page.")] = None,
    ci: Annotated[str, typer.Option(help="Stop when every interval is this narrow.")] = "2%",
    cap: Annotated[str, typer.Option(help="Stop after this long anyway.")] = "60s",
    threads: Annotated[int, typer.Option(help="Threads of onnxruntime.")] = 1,
    provider: Annotated[str, typer.Option(help="Execution provider of onnxruntime.")] = "cpu",
    pair: Annotated[bool, typer.Option("--pair", help="Accepted; two models are always paired.")] = False,
    json: Annotated[str | None, typer.Option("--json", help="Write the report here; - is stdout.")] = None,
) -> int:
    """Measure a model on this machine: error, CPU and wall time, memory, energy with its range, exact counts.

    Example: frugal bench model.onnx smaller.onnx --data images/ --labels truth.tsv --ci 5% --cap 5s
    """
    from frugal.benchmarking import BenchSettings
    from frugal.zoo.loading import resolve

    settings = BenchSettings(
        ci=parse_share(ci),
        cap_s=parse_seconds(cap),
        threads=threads,
        provider=provider,
        shapes=parse_shapes(shape or []),
    )
    _check_options(pair, other, data, labels, json)
    artefacts = [resolve(name) for name in (model, other) if name is not None]
    report = _report(artefacts, settings, _samples(artefacts, data, labels), unit, metric)
    _show(report, settings, json)
    return 0


def parse_share(text: str) -> float:
    """`2%` or `0.02` as a share of 1."""
    try:
        return float(text[:-1]) / 100 if text.endswith("%") else float(text)
    except ValueError:
        raise InputError(f"--ci {text}", allowed="a share such as 2% or 0.02") from None


def parse_seconds(text: str) -> float:
    """`60s`, `2m` or `60` in seconds."""
    factor = {"s": 1.0, "m": 60.0}.get(text[-1:], 0.0)
    try:
        return float(text[:-1]) * factor if factor else float(text)
    except ValueError:
        raise InputError(f"--cap {text}", allowed="seconds or minutes such as 60s or 2m") from None


def parse_shapes(texts: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """`NAME=1,1,48,800`, several times, as name -> shape."""
    shapes = {}
    for text in texts:
        name, _, sizes = text.rpartition("=")
        try:
            shapes[name] = tuple(int(size) for size in sizes.split(",")) if sizes else ()
        except ValueError:
            name = ""
        if not name or any(size < 1 for size in shapes[name]):
            raise InputError(f"--shape {text}", allowed="NAME=1,1,48,800 with sizes of 1 or more")
    return shapes


def _check_options(pair: bool, other: str | None, data: Path | None, labels: Path | None, json: str | None) -> None:
    """What would fail only after the measuring fails now."""
    if pair and other is None:
        raise InputError("--pair with one model", allowed="two models")
    if labels is not None and data is None:
        raise InputError("--labels without --data", allowed="both", remedy="--data DIR")
    if json not in (None, "-"):
        folder = Path(str(json)).absolute().parent
        if not folder.is_dir() or not os.access(folder, os.W_OK) or Path(str(json)).is_dir():
            raise InputError(
                f"--json {json} cannot be written", allowed="a file in a folder that exists and is writable"
            )


def _samples(artefacts: Sequence[Artefact], data: Path | None, labels: Path | None) -> list[GivenSamples] | None:
    if data is None:
        return None
    from frugal.runtime.samples import read_samples

    return [read_samples(data, artefact, labels=labels) for artefact in artefacts]


def _report(
    artefacts: Sequence[Artefact],
    settings: BenchSettings,
    samples: Sequence[GivenSamples] | None,
    unit: str | None,
    metric: str | None,
) -> Report:
    from frugal.benchmarking import measure, package_versions
    from frugal.report.records import Report

    with _progress() as progress:
        measured = measure(
            artefacts, settings, each=[given.feeds for given in samples] if samples else None, progress=progress
        )
    task = artefacts[0].contract.get("task")
    return Report(
        name=" and ".join(measured.names),
        created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        seed=0,
        unit=unit or UNITS.get(str(task), "inference"),
        rows=tuple(_rows(artefacts, measured, samples, metric)),
        versions=package_versions(),
        host=measured.host,
        ratios=measured.ratios,
        about={
            "command": shlex.join(["frugal", *sys.argv[1:]]),
            "task": task,
            "meter_scope": measured.host["meter_scope"],
            "boundary": "one call of the model in onnxruntime; loading and decoding apart",
        },
    )


def _rows(
    artefacts: Sequence[Artefact], measured: Measured, samples: Sequence[GivenSamples] | None, metric: str | None
) -> Iterator[Row]:
    from frugal.scoring import with_error

    for index, artefact in enumerate(artefacts):
        yield with_error(measured.row(index), artefact, samples[index] if samples else None, metric=metric)


@contextlib.contextmanager
def _progress() -> Iterator[Callable[[str, float], None] | None]:
    """A bar on stderr, only on a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns: list[Any] = [TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()]
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=1.0)
        yield lambda text, share: bar.update(task, description=text, completed=share)


def _show(report: Report, settings: BenchSettings, json: str | None) -> None:
    from rich.console import Console

    from frugal.report import json as machine
    from frugal.report import terminal

    _warn(report, settings)
    if json == "-":
        sys.stdout.write(machine.render(report))
        return
    Console().print(terminal.render(report))
    if json is not None:
        machine.write_report(report, Path(json))
        print(f"written: {json}", file=sys.stderr)


def _warn(report: Report, settings: BenchSettings) -> None:
    """What makes these numbers worse than they could be."""
    load, cores = report.host.get("load_average"), report.host.get("usable_cores") or 1
    if load is not None and load > cores:
        print(f"note: the machine is busy (load {load} on {cores} cores), intervals are wide", file=sys.stderr)
    if report.rows[0].details.get("stopped") == "cap":
        line = f"note: stopped at the cap of {settings.cap_s:g} s before every interval was within {settings.ci:.1%}"
        print(line, file=sys.stderr)
    for row in report.rows:
        if row.details.get("unknown_operators"):
            print(f"note: {row.step}: not in macs: {', '.join(row.details['unknown_operators'])}", file=sys.stderr)
