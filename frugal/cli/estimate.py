"""`frugal estimate`: does a model fit a device that is not here, and what time and energy would it take there?

Knows arguments and words; the estimate is `frugal.energy.estimation`.
"""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from frugal.contract import InputError

if TYPE_CHECKING:
    from frugal.energy.estimation import Estimate, Workload
    from frugal.energy.measured import Measured
    from frugal.report.records import Quantity

_HEADER = ("device", "fits", "time, ms", "energy, mJ", "missing")


def command(
    model: Annotated[str | None, typer.Argument(help="Artefact folder, ONNX file or zoo name.")] = None,
    macs: Annotated[str | None, typer.Option(help="Instead of a model: multiply-accumulates, 12.5M.")] = None,
    weights_bytes: Annotated[str | None, typer.Option(help="With --macs: bytes of weights, 96k.")] = None,
    precision: Annotated[str | None, typer.Option(help="int8 or float32; default: what the model is.")] = None,
    device: Annotated[str, typer.Option(help="A profile (frugal list device), a YAML file of one, or all.")] = "all",
    calibrate: Annotated[Path | None, typer.Option(help="Rows measured on the device: MEASURED.json.")] = None,
    shape: Annotated[list[str] | None, typer.Option(help="Shape of an open input: NAME=1,1,48,800.")] = None,
    json: Annotated[str | None, typer.Option(help="Write JSON to this file instead; - is stdout.")] = None,
) -> None:
    """Estimate fit, time, energy, battery share and missing operators on a device that is not here.

    Example: frugal estimate chars-xs --device stm32u575
    """
    from frugal.cli.output import write_data
    from frugal.energy.devices import profile, profile_names
    from frugal.energy.estimation import estimate_all
    from frugal.energy.evidence import Evidence

    profiles = [profile(name) for name in (profile_names() if device == "all" else [device])]
    workload = _workload(model, macs, weights_bytes, precision, shape or [])
    evidence = Evidence(handed=_handed(calibrate, [p.name for p in profiles]))
    estimates = estimate_all(workload, profiles, evidence)
    if json is not None:
        write_data([one.to_json() for one in estimates], json)
    else:
        sys.stdout.write("\n".join(_lines(estimates, workload)) + "\n")


def _workload(
    model: str | None, macs: str | None, weights_bytes: str | None, precision: str | None, shapes: Sequence[str]
) -> Workload:
    from frugal.energy.estimation import ALLOWED_PRECISIONS, Workload, workload_of

    if precision is not None and precision not in ALLOWED_PRECISIONS:
        raise InputError(f"--precision {precision}", allowed=", ".join(ALLOWED_PRECISIONS))
    if model is None:
        if macs is None or weights_bytes is None or precision is None:
            raise InputError(
                "no model",
                allowed="MODEL, or --macs, --weights-bytes and --precision",
                remedy="frugal estimate chars-xs",
            )
        return Workload(
            macs=_count("--macs", macs), weight_bytes=_count("--weights-bytes", weights_bytes), precision=precision
        )
    if macs is not None or weights_bytes is not None:
        raise InputError(f"{model} and counts", allowed="either MODEL or --macs with --weights-bytes")
    from frugal.cli.bench import parse_shapes
    from frugal.runtime.feeds import check_inputs, resolve_shapes
    from frugal.zoo.loading import resolve

    artefact, asked = resolve(model), parse_shapes(shapes)
    check_inputs([artefact], asked)
    return workload_of(artefact, resolve_shapes(artefact, asked), precision)


def _count(option: str, text: str) -> int:
    """`12.5M`, `300k` or `4518672`, at least 1."""
    factor = {"k": 1_000, "M": 1_000_000, "G": 1_000_000_000}.get(text[-1:], 1)
    try:
        number = float(text[:-1] if factor > 1 else text) * factor
    except ValueError:
        number = 0.0
    if not 1 <= number <= 1e15:
        raise InputError(f"{option} {text}", allowed="a number of 1 or more, such as 4518672, 300k or 12.5M")
    return round(number)


def _handed(path: Path | None, names: Sequence[str]) -> Measured | None:
    if path is None:
        return None
    from frugal.energy.measured import read_measured

    measured = read_measured(path)
    if measured.device not in names:
        raise InputError(f"{path} is about {measured.device}", allowed=", ".join(names))
    return measured


def _lines(estimates: Sequence[Estimate], workload: Workload) -> list[str]:
    from frugal.cli.output import aligned

    peak = workload.peak
    ram = workload.peak_reason if peak is None else f"{peak.total_bytes:,} bytes ({peak.activation_bytes:,} tensors, "
    if peak is not None:
        ram += f"{peak.scratch_bytes:,} scratch) at {peak.node}"
    counted = f"{workload.macs:,}" if workload.macs is not None else f"unknown ({workload.macs_reason})"
    facts = [
        f"multiply-accumulates {counted}, weights {workload.weight_bytes:,} bytes, {workload.precision}",
        f"peak RAM: {ram}; stack, code and the runtime's own memory apart",
        "",
    ]
    table = aligned([_HEADER, *(_cells(one) for one in estimates)], right={2, 3})
    return [*facts, *table, "", *_wrapped(_gathered(estimates))]


def _cells(one: Estimate) -> tuple[str, ...]:
    missing = "unknown" if one.missing_operators is None else ", ".join(one.missing_operators) or "none"
    return (one.device, _fits(one), _ranged(one.time_ms), _ranged(one.energy_mj), missing)


def _fits(one: Estimate) -> str:
    places = {"flash": one.fits_flash, "RAM": one.fits_ram}
    full = [place for place, fits in places.items() if fits is False]
    if full:
        return f"no: {' and '.join(full)}"
    return "yes" if all(places.values()) else "unknown"


def _ranged(quantity: Quantity) -> str:
    from frugal.report.values import ranged_text
    from frugal.report.words import voice

    return "unknown" if quantity.value is None else ranged_text(voice("en"), quantity)


def _wrapped(sentences: Iterable[str]) -> Iterator[str]:
    """In the width of the terminal, what follows a line's first words set in."""
    width = shutil.get_terminal_size().columns
    for sentence in sentences:
        yield textwrap.fill(sentence, width, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


def _gathered(estimates: Sequence[Estimate]) -> list[str]:
    """Each sentence once, with the devices that it is about."""
    about: dict[str, list[str]] = {}
    for one in estimates:
        for note in _notes(one):
            about.setdefault(note, []).append(one.device)
    everywhere = len(estimates) if len(estimates) > 1 else 0
    return [f"{'all' if len(d) == everywhere else ', '.join(d)}: {note}" for note, d in about.items()]


def _notes(one: Estimate) -> list[str]:
    """Everything that is unknown, with its reason, then what is worth knowing."""
    unknown = [
        f"{name} unknown: {quantity.reason}"
        for name, quantity in (("time", one.time_ms), ("energy", one.energy_mj))
        if quantity.value is None
    ]
    if one.operators_reason:
        unknown.append(f"operators unknown: {one.operators_reason}")
    known = [] if one.confidence == "none" else [f"rests on: {one.confidence}"]
    if one.battery_percent_per_1000.value is not None:
        known.append(f"1 000 of them take {_ranged(one.battery_percent_per_1000)} % of the battery")
    return [*unknown, *one.fit_reasons, *known, *one.notes]
