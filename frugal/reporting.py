"""From finished steps to the run's report: measure all artefacts in one interleaved run, then write every face.

Knows where a run folder keeps its files; knows no step's work and no layout of a page.
"""

from __future__ import annotations

import dataclasses
import datetime
import json
import platform
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import frugal
from frugal import harm, ledger
from frugal.benchmarking import BenchSettings, measure
from frugal.contract import Artefact
from frugal.energy.devices import profile, profile_names
from frugal.energy.estimation import estimate_all, workload_of
from frugal.energy.evidence import Evidence
from frugal.energy.lifecycle import life_cycle
from frugal.fingerprint import describe, digest, versions
from frugal.flow import Flow, Made, parity_feeds
from frugal.gate import Budget, check
from frugal.report import energy_section, html, worth
from frugal.report.files import write_text
from frugal.report.json import write_report
from frugal.report.records import Quantity, Ratio, Report, Row
from frugal.runtime.artefact import write_json
from frugal.runtime.feeds import resolve_shapes


def write_run_report(
    flow: Flow,
    made: Sequence[Made],
    bench: BenchSettings,
    *,
    budget: Budget | None = None,
    command: str = "",
    sections: Mapping[str, Any] | None = None,
) -> Report:
    """Measure, check the budget, write `artefact/`, `report.json` and `report.html` in the run folder.

    Args:
        sections: further accounts for the report, by name.
    """
    report = _report(flow, made, _measured(flow, made, bench), budget=budget, command=command, sections=sections or {})
    violations = check(report, budget) if budget is not None else []
    report = dataclasses.replace(report, violations=tuple(v.to_json() for v in violations))
    _replace_folder(made[-1].artefact.path, flow.folder.path / "artefact")
    _replace_file(made[-1].step.path / "predictions.tsv", flow.folder.path / "predictions.tsv")
    write_report(report, flow.folder.path / "report.json")
    write_text(flow.folder.path / "report.html", html.render([report]))
    return report


def _report(
    flow: Flow,
    made: Sequence[Made],
    measured: Mapping[str, Any],
    *,
    budget: Budget | None,
    command: str,
    sections: Mapping[str, Any],
) -> Report:
    """Rows with their costs, every training of the run folder, and the accounts that follow from them."""
    costs = zip(measured["quantities"], measured["details"], strict=True)
    rows = tuple(_with_costs(m.row, q, told) for m, (q, told) in zip(made, costs, strict=True))
    last, unit = made[-1].artefact, flow.task.metric.unit
    trainings = ledger.account(ledger.read(flow.folder.path / "ledger.jsonl"))
    return Report(
        name=flow.name,
        created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        seed=flow.seed,
        unit=unit,
        rows=rows,
        versions={**versions(), "frugal": frugal.__version__, "python": platform.python_version()},
        host=measured["host"],
        training={**ledger.total([line for m in made for line in m.trainings]), "ledger": trainings},
        parity=_parity(made),
        ratios=tuple(Ratio.from_json(ratio) for ratio in measured["ratios"]),
        about=_about(flow, last, budget, command),
        sections={
            **accounts(rows[-1], unit, last),
            **comparisons(made, rows, measured["ratios"]),
            **sections,
        },
    )


def _about(flow: Flow, last: Artefact, budget: Budget | None, command: str) -> dict[str, Any]:
    return {
        "command": command,
        "budget": "" if budget is None else _asked(budget),
        "task": last.contract["task"],
        "data": type(flow.data).__name__,
        "data_fingerprint": flow.data.fingerprint(),  # type: ignore[attr-defined]
        "licence": last.contract["licence"],
        "artefact": str(flow.folder.path / "artefact"),
    }


def accounts(row: Row, unit: str, artefact: Artefact) -> dict[str, Any]:
    """What follows from a row and its artefact without measuring: life cycle on three grids, other devices."""
    workload = workload_of(artefact, resolve_shapes(artefact, {}))
    devices = estimate_all(workload, [profile(name) for name in profile_names()], Evidence())
    return {
        "life_cycle": life_cycle(row.energy_mj, row.wall_ms_p50, unit=unit).to_json(),
        "devices": [each.to_json() for each in devices],
    }


def comparisons(made: Sequence[Made], rows: Sequence[Row], ratios: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What each step changed against the one before it, and who pays for all of them; nothing where one row stands."""
    if len(made) < 2:
        return {}
    first, last = made[0], made[-1]
    before, after = (harm.read_answers(m.step.path / "predictions.tsv", m.row.metric) for m in (first, last))
    return {
        "worth": worth.account(rows, [Ratio.from_json(ratio) for ratio in ratios]),
        "harm": harm.audit(before, after, names=(first.row.step, last.row.step), metric=first.row.metric),
    }


def _measured(flow: Flow, made: Sequence[Made], bench: BenchSettings) -> dict[str, Any]:
    """Costs of every artefact as plain JSON values; kept in the run folder as a step of its own."""
    hashes = [m.artefact.contract["model_sha256"] for m in made]
    names = [m.row.step for m in made]

    def work(beside: Path) -> None:
        artefacts = [m.artefact for m in made]
        measured = measure(artefacts, bench, feeds=parity_feeds(made[0].artefact), names=names)
        content = {
            "quantities": [{key: q.to_json() for key, q in one.items()} for one in measured.quantities],
            "ratios": [ratio.to_json() for ratio in measured.ratios],
            "host": measured.host,
            "details": measured.details,
        }
        write_json(beside / "measured.json", content)

    made_by = digest("measure", hashes, names, describe(bench), versions(), platform.node(), platform.processor())
    step = flow.folder.run("measure", made_by, work)
    content: dict[str, Any] = json.loads((step.path / "measured.json").read_text(encoding="utf-8"))
    return content


def _asked(budget: Budget) -> str:
    """The ceilings as a budget string."""
    ceilings = {f.name: getattr(budget, f.name) for f in dataclasses.fields(budget)}
    return " ".join(f"{name}<={value:.12g}" for name, value in ceilings.items() if value is not None)


def _parity(made: Sequence[Made]) -> dict[str, Any]:
    """Parity of the last exported network; without one, of the last artefact."""
    exported = [m for m in made if m.model_folder.exists()] or list(made)
    return dict(exported[-1].row.details.get("parity") or {})


def _with_costs(row: Row, quantities: dict[str, Any], told: dict[str, Any]) -> Row:
    """The row with what was measured, and with what each meter says beside the headline."""
    energy = {key: told[key] for key in energy_section.KEYS if key in told}
    measured = {key: Quantity.from_json(value) for key, value in quantities.items()}
    return row.replace(**measured, details={**row.details, **energy})


def _replace_folder(source: Path, target: Path) -> None:
    """Copy beside, move into place: a reader never finds half an artefact for longer than two renames."""
    beside, old = target.with_name(f".{target.name}-new"), target.with_name(f".{target.name}-old")
    for leftover in (beside, old):
        shutil.rmtree(leftover, ignore_errors=True)
    shutil.copytree(source, beside)
    if target.exists():
        target.rename(old)
    beside.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def _replace_file(source: Path, target: Path) -> None:
    beside = target.with_name(f".{target.name}")
    shutil.copyfile(source, beside)
    beside.replace(target)
