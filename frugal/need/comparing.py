"""All alternatives and networks on the same items: scored alike, metered alike, one candidate and one row each.

ONNX files are timed interleaved in a fresh process, as `frugal bench` does; programs are metered block by block, with
the processes that they start. Knows no method and no file of data.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from frugal.benchmarking import BenchSettings, measure
from frugal.contract import Artefact, Energy, Meter, Prediction
from frugal.energy.meters.choice import best_meter
from frugal.energy.statistics import Interval, mean_interval, with_calibration
from frugal.evaluation import Evaluation
from frugal.isolation import Progress
from frugal.need.alternative import Alternative, Graph, Program
from frugal.need.problem import Problem
from frugal.report.need import Candidate
from frugal.report.records import Quantity, Row
from frugal.runtime.reader import Reader

BLOCKS = 8
ALTERNATIVE = "alternative"
"""Kind of a row that continues none above it."""


def compare(
    problem: Problem,
    graphs: Sequence[Graph],
    programs: Sequence[Program],
    networks: Mapping[str, Artefact],
    *,
    settings: BenchSettings,
    folder: Path,
    progress: Progress | None = None,
) -> tuple[list[Candidate], list[Row], dict[str, Any]]:
    """Candidates in the order given, a row for each that could be tried, and the machine."""
    offered: list[Alternative] = [*graphs, *programs]
    unfit = {each.name: each.unfit(problem) for each in offered}
    built = {each.name: each.build(problem, folder / each.name) for each in graphs if not unfit[each.name]}
    kinds = {each.name: each.kind for each in offered} | dict.fromkeys(networks, "network")
    rows, host = _graph_rows(problem, {**built, **networks}, kinds, settings, progress)
    rows += [_program_row(problem, each) for each in programs if not unfit[each.name]]
    tried = {row.step: _candidate(row) for row in rows}
    untried = {name: Candidate(name=name, kind=kinds[name], reason=why) for name, why in unfit.items() if why}
    return [(tried | untried)[name] for name in kinds], rows, host


def _graph_rows(
    problem: Problem,
    artefacts: Mapping[str, Artefact],
    kinds: Mapping[str, str],
    settings: BenchSettings,
    progress: Progress | None,
) -> tuple[list[Row], dict[str, Any]]:
    names = list(artefacts)
    ports = [artefacts[name].contract["inputs"][0]["name"] for name in names]
    each = [[{port: image[None]} for image in problem.test.images] for port in ports]
    evaluations = [_evaluated(problem, Reader(artefacts[name]).predict(problem.test.images)) for name in names]
    measured = measure(list(artefacts.values()), settings, each=each, progress=progress, names=names)
    rows = [measured.row(index, kind=ALTERNATIVE, method=kinds[name]) for index, name in enumerate(names)]
    return [_scored(row, problem, found) for row, found in zip(rows, evaluations, strict=True)], measured.host


def _program_row(problem: Problem, program: Program) -> Row:
    """Blocks of items under the meter; their answers are collected on the way."""
    meter = best_meter()
    edges = np.linspace(0, len(problem.test), min(BLOCKS, len(problem.test)) + 1).round().astype(int)
    answers: list[Prediction] = []
    costs: list[tuple[Energy, int]] = []
    for start, end in itertools.pairwise(edges):
        energy, items, given = _metered(meter, program, problem.test.images[start:end])
        answers += given
        costs.append((energy, items))
    row = Row(
        step=program.name,
        kind=ALTERNATIVE,
        method=program.kind,
        metric=problem.metric,
        size_bytes=program.size_bytes(),
        details={"energy_scope": costs[0][0].scope, "blocks": len(costs)},
    )
    return _scored(row.replace(**_quantities(costs)), problem, _evaluated(problem, answers))


def _metered(meter: Meter, program: Program, images: Sequence[np.ndarray]) -> tuple[Energy, int, list[Prediction]]:
    """Energy of a block, how many items it read, and their answers; repeated until the meter can resolve it."""
    repeats = 1
    while True:
        given: list[list[Prediction]] = []

        def work(times: int = repeats, given: list[list[Prediction]] = given) -> None:
            given.extend(program.answers(images) for _ in range(times))

        energy = meter.measure(work)
        if energy.wall_s >= meter.min_block_s:
            return energy, repeats * len(images), given[0]
        repeats *= 2 if energy.wall_s <= 0 else max(2, round(1.5 * meter.min_block_s / energy.wall_s))


def _quantities(costs: Sequence[tuple[Energy, int]]) -> dict[str, Quantity]:
    cpu = mean_interval([energy.cpu_s / count * 1e3 for energy, count in costs])
    found = {"cpu_ms": _quantity(cpu, "clock")}
    joules = [energy.joules / count * 1e3 for energy, count in costs if energy.joules is not None]
    if len(joules) < len(costs):
        return found | {"energy_mj": Quantity.unknown(next(e.reason for e, _ in costs if e.joules is None))}
    energy = with_calibration(mean_interval(joules), max(each.factor for each, _ in costs))
    return found | {"energy_mj": _quantity(energy, costs[0][0].method)}


def _quantity(interval: Interval, method: str) -> Quantity:
    if not np.isfinite([interval.low, interval.high]).all():  # one block tells no spread
        return Quantity(value=interval.value, method=method)
    return Quantity(value=interval.value, low=max(interval.low, 0.0), high=interval.high, method=method)


def _evaluated(problem: Problem, predictions: Sequence[Prediction]) -> Evaluation:
    return Evaluation(
        ids=problem.test.ids,
        groups=problem.test.groups,
        truths=problem.test.truths,
        predictions=tuple(predictions),
        tallies=tuple(problem.score(predictions, problem.test.truths)),
        breakdown={},
    )


def _scored(row: Row, problem: Problem, found: Evaluation) -> Row:
    low, high = found.interval()
    details = {**row.details, "worst_decile": found.worst_decile()}
    return dataclasses.replace(
        row,
        metric=problem.metric,
        error=found.error,
        error_low=low,
        error_high=high,
        samples=len(found.ids),
        details=details,
    )


def _candidate(row: Row) -> Candidate:
    return Candidate(
        name=row.step,
        kind=row.method,
        error=row.error,
        error_low=row.error_low,
        error_high=row.error_high,
        cpu_ms=row.cpu_ms,
        energy_mj=row.energy_mj,
        size_bytes=row.size_bytes,
    )
