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
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from frugal.contract import Artefact, InputError

if TYPE_CHECKING:
    from frugal.benchmarking import BenchSettings, Measured
    from frugal.energy.meters.choice import MeterRequest
    from frugal.functional_unit import FunctionalUnit
    from frugal.report.records import Report, Row
    from frugal.runtime.samples import GivenSamples


_Block = Annotated[str | None, typer.Option(help="Length of a block; as the meters need.")]
_Unit = Annotated[str | None, typer.Option(help="What it is for: character, line, 1000-characters, page=30 (calls).")]
_Python = Annotated[str | None, typer.Option(help="Python of another environment, which runs OTHER.")]
_Meter = Annotated[
    str, typer.Option(help="auto, cpu, rapl, nvml, apple, jetson, pi5, joulescope, ppk2:VOLTS, csv:FILE, MODULE:METER.")
]
_Accuracy = Annotated[str | None, typer.Option(help="Of an instrument, from its sheet: 1%.")]
_Offset = Annotated[str, typer.Option(help="To be added to the times of csv:FILE.")]
_Wait = Annotated[str, typer.Option(help="For csv:FILE to cover the measurement.")]
_Import = Annotated[
    Path | None, typer.Option("--import", help="Rows measured elsewhere, to stand beside these (docs/estimate.md).")
]
_Tdp = Annotated[float | None, typer.Option(help="Thermal design power of the CPU: narrows method C.")]
_Cores = Annotated[int | None, typer.Option(help="Cores of the whole CPU, where a guest cannot see them.")]


def command(
    model: Annotated[str, typer.Argument(help="Artefact folder, ONNX file or zoo name.")],
    other: Annotated[str | None, typer.Argument(help="A second model, interleaved with the first.")] = None,
    data: Annotated[Path | None, typer.Option(help="Folder of images or of NPZ files, or one NPZ file.")] = None,
    labels: Annotated[Path | None, typer.Option(help="Truth: file TAB label; of one NPZ file row TAB label.")] = None,
    metric: Annotated[str | None, typer.Option(help="accuracy, f1, cer, wer, mae or MODULE:FUNCTION.")] = None,
    shape: Annotated[list[str] | None, typer.Option(help="Shape of an open input: NAME=1,1,48,800.")] = None,
    unit: _Unit = None,
    ci: Annotated[str, typer.Option(help="Stop when every interval is this narrow.")] = "2%",
    cap: Annotated[str, typer.Option(help="Stop after this long anyway.")] = "60s",
    block: _Block = None,
    threads: Annotated[int, typer.Option(help="Threads of onnxruntime.")] = 1,
    provider: Annotated[str, typer.Option(help="Execution provider of onnxruntime.")] = "cpu",
    other_python: _Python = None,
    meter: _Meter = "auto",
    meter_accuracy: _Accuracy = None,
    clock_offset: _Offset = "0s",
    wait: _Wait = "10s",
    cpu_tdp_w: _Tdp = None,
    cpu_cores: _Cores = None,
    import_: _Import = None,
    pair: Annotated[bool, typer.Option("--pair", help="Accepted; two models are always paired.")] = False,
    json: Annotated[str | None, typer.Option("--json", help="Write the report here; - is stdout.")] = None,
) -> int:
    """Measure a model on this machine: error, CPU and wall time, memory, energy with its range, exact counts.

    Example: frugal bench model.onnx smaller.onnx --data images/ --labels truth.tsv --ci 5% --cap 5s
    """
    from frugal.cli.bench_import import imported_rows
    from frugal.scoring import check_metric
    from frugal.zoo.loading import resolve

    asked = _meter_request(meter, clock_offset, wait, meter_accuracy, cpu_tdp_w, cpu_cores)
    settings = _settings(ci, cap, block, threads, provider, shape or [], asked)
    _check_options(pair, other, other_python, data, labels, json)
    check_metric(metric)
    further = tuple(imported_rows(import_)) if import_ else ()
    artefacts = [resolve(name) for name in (model, other) if name is not None]
    request = _Request(artefacts, settings, _samples(artefacts, data, labels), unit, metric, other_python, further)
    report = _report(request)
    _show(report, settings, json)
    return 0


def _meter_request(
    name: str, offset: str, wait: str, accuracy: str | None, cpu_tdp_w: float | None, cpu_cores: int | None
) -> MeterRequest:
    from frugal.energy.meters.choice import MeterRequest

    return MeterRequest(
        name=name,
        clock_offset_s=parse_seconds(offset, "--clock-offset"),
        patience_s=parse_seconds(wait, "--wait"),
        accuracy=parse_share(accuracy, "--meter-accuracy") if accuracy else None,
        cpu_tdp_w=cpu_tdp_w,
        cpu_cores=cpu_cores,
    )


def _settings(
    ci: str, cap: str, block: str | None, threads: int, provider: str, shapes: Sequence[str], meter: MeterRequest
) -> BenchSettings:
    from frugal.benchmarking import BenchSettings

    return BenchSettings(
        ci=parse_share(ci),
        cap_s=parse_seconds(cap),
        block_s=parse_seconds(block, "--block") if block else None,
        threads=threads,
        provider=provider,
        shapes=parse_shapes(shapes),
        meter=meter,
    )


@dataclass(frozen=True)
class _Request:
    """What is measured, and how it is scored."""

    artefacts: Sequence[Artefact]
    settings: BenchSettings
    samples: Sequence[GivenSamples] | None
    unit: str | None
    metric: str | None
    other_python: str | None
    further: tuple[Row, ...]


def parse_share(text: str, option: str = "--ci") -> float:
    """`2%` or `0.02` as a share of 1."""
    try:
        return float(text[:-1]) / 100 if text.endswith("%") else float(text)
    except ValueError:
        raise InputError(f"{option} {text}", allowed="a share such as 2% or 0.02") from None


def parse_seconds(text: str, option: str = "--cap") -> float:
    """`60s`, `2m` or `60` in seconds."""
    factor = {"s": 1.0, "m": 60.0}.get(text[-1:], 0.0)
    try:
        return float(text[:-1]) * factor if factor else float(text)
    except ValueError:
        raise InputError(f"{option} {text}", allowed="seconds or minutes such as 60s or 2m") from None


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


def _check_options(
    pair: bool, other: str | None, other_python: str | None, data: Path | None, labels: Path | None, json: str | None
) -> None:
    """What would fail only after the measuring fails now."""
    if pair and other is None:
        raise InputError("--pair with one model", allowed="two models")
    if other_python is not None and other is None:
        raise InputError("--other-python with one model", allowed="two models")
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
    from frugal.runtime.sample_files import read_any

    return [read_any(data, artefact, labels=labels) for artefact in artefacts]


def _report(request: _Request) -> Report:
    from frugal.benchmarking import measure, package_versions
    from frugal.functional_unit import OF_TASK, functional_unit
    from frugal.report.records import Report
    from frugal.scoring import check_truths

    task, truths = request.artefacts[0].contract.get("task"), request.samples[0].truths if request.samples else None
    unit = functional_unit(request.unit, task, truths)
    for artefact, given in zip(request.artefacts, request.samples or (), strict=False):
        check_truths(artefact, given, request.metric)
    with _progress() as progress:
        measured = measure(
            request.artefacts,
            request.settings,
            each=[given.feeds for given in request.samples] if request.samples else None,
            progress=progress,
            other_python=request.other_python,
        )
    return Report(
        name=" and ".join(measured.names),
        created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        seed=0,
        unit=unit.name if unit.is_one_call else OF_TASK.get(str(task), "inference"),
        rows=(*_rows(request, measured, unit), *request.further),
        versions=package_versions(),
        host=measured.host,
        ratios=measured.ratios,
        about={
            "command": shlex.join(["frugal", *sys.argv[1:]]),
            "task": task,
            "meter_scope": measured.host["meter_scope"],
            "boundary": "one call of the model in onnxruntime, inputs and outputs in place; loading and decoding apart",
            "energy_boundary": measured.details[0]["energy_boundary"],
            "energy_ratios": [ratio.to_json() for ratio in measured.energy_ratios],
        },
    )


def _rows(request: _Request, measured: Measured, unit: FunctionalUnit) -> Iterator[Row]:
    from frugal.functional_unit import per_unit
    from frugal.scoring import with_error

    for index, artefact in enumerate(request.artefacts):
        samples = request.samples[index] if request.samples else None
        row = with_error(measured.row(index), artefact, samples, metric=request.metric)
        yield row.replace(details={**row.details, **per_unit(row, unit)})


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
    from rich.text import Text

    from frugal.cli.bench_lines import result_lines
    from frugal.report import json as machine
    from frugal.report import terminal

    _warn(report)
    if json == "-":
        sys.stdout.write(machine.render(report))
        return
    console = Console()
    console.print(terminal.render(report))
    for line in result_lines(report, settings):
        console.print(Text(line))
    if json is not None:
        machine.write_report(report, Path(json))
        print(f"written: {json}", file=sys.stderr)


def _warn(report: Report) -> None:
    """What makes these numbers worse than they could be."""
    load, cores = report.host.get("load_average"), report.host.get("usable_cores") or 1
    if load is not None and load > cores:
        print(f"note: the machine is busy (load {load} on {cores} cores), intervals are wide", file=sys.stderr)
    slowest, fastest = report.host.get("frequency_mhz_range") or (1, 1)
    if fastest > 1.05 * slowest:
        print(f"note: the CPU's clock moved between {slowest:.0f} and {fastest:.0f} MHz", file=sys.stderr)
    if report.host.get("segments_discarded"):
        print(f"note: {report.host['segments_discarded']} segments left out, the machine slept", file=sys.stderr)
    for row in report.rows:
        if row.details.get("unknown_operators"):
            print(f"note: {row.step}: not in macs: {', '.join(row.details['unknown_operators'])}", file=sys.stderr)
