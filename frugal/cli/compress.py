"""`frugal compress`: find the pipeline that makes a model keep a budget, and prove it on samples that were kept apart.

Knows words, files and where data and task of a model are described; the search is `frugal.search`.
"""

from __future__ import annotations

import logging
import shlex
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from frugal.cli.output import print_worse
from frugal.contract import InputError

if TYPE_CHECKING:
    from frugal.compression import Result
    from frugal.experiment import Experiment
    from frugal.gate import Budget
    from frugal.report.records import Report

RECIPES = {"lines": "lines_small", "characters": "unipen_chars"}
"""Task of a zoo model -> the recipe that says how it is trained on with one's own data."""


def command(
    model: Annotated[str, typer.Argument(help="Run folder, artefact folder, ONNX file or zoo name.")],
    budget: Annotated[str, typer.Option(help='Ceilings: "size_bytes<=300k error_increase<=0.003", or a YAML file.')],
    data: Annotated[
        Path | None,
        typer.Option(help="Of an artefact or ONNX file: a folder of images or NPZ; else where the data set lies."),
    ] = None,
    labels: Annotated[Path | None, typer.Option(help="Truth of a folder of images: file TAB label.")] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Run folder; default runs/compress-NAME.")] = None,
    cap: Annotated[str, typer.Option(help="CPU minutes that the search may cost, or 90s.")] = "15",
    seed: Annotated[int | None, typer.Option(help="Of the search and its trainings; default: the run's.")] = None,
    config_dir: Annotated[
        Path | None, typer.Option(help="A folder of your own configs: stage/ and pass/ join the search.")
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit 1 also when a step made the model larger, slower or otherwise worse.")
    ] = False,
) -> int:
    """Find out by itself how to make a model keep a budget; exit 1 when it cannot be kept, with the nearest.

    Interrupted, the same command goes on. Example: frugal compress runs/digits --budget "size_bytes<=20k"
    """
    from frugal.extras import require
    from frugal.gate import parse_budget

    ceilings, cap_cpu_s = parse_budget(budget), parse_minutes(cap)
    for package in ("torch", "optuna"):
        require(package, extra="train")
    _show_trials()
    target = out or Path("runs") / f"compress-{Path(model).resolve().name if Path(model).exists() else model}"
    typed = shlex.join(["frugal", *sys.argv[1:]])
    common: dict[str, Any] = {"out": target, "budget": ceilings, "command": typed}
    if _is_run(model) or _is_trainable_of_zoo(model):
        if labels is not None:
            raise InputError("--labels with a model that is trained", allowed="truths as its data set has them")
        result = _network(model, data, seed, cap_cpu_s, config_dir, common)
    else:
        result = _finished(model, data, labels, seed or 0, cap_cpu_s, config_dir, common)
    _show(result, ceilings)
    worse = print_worse(result.report)
    return 1 if result.report.violations or (worse and strict) else 0


def parse_minutes(text: str) -> float:
    """`15`, `15m` or `90s` in seconds."""
    factor = {"s": 1.0, "m": 60.0}.get(text[-1:])
    try:
        seconds = float(text) * 60 if factor is None else float(text[:-1]) * factor
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise InputError(f"--cap {text}", allowed="CPU minutes above 0 such as 15, or 90s")
    return seconds


def _show_trials() -> None:
    """A line when a trial begins and one when it ends; not every epoch of its trainings."""
    from frugal.cli.progress import show_progress

    show_progress()
    for name in ("frugal.training", "frugal.steps"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _is_run(model: str) -> bool:
    return (Path(model) / "steps").is_dir()


def _is_trainable_of_zoo(model: str) -> bool:
    from frugal.zoo import index

    return not Path(model).exists() and model.partition("@")[0] in index.names() and _weights(model).is_file()


def _weights(model: str) -> Path:
    from frugal.models.saving import WEIGHTS
    from frugal.zoo import index

    return index.find(model) / WEIGHTS


def _network(
    model: str, data: Path | None, seed: int | None, cap_cpu_s: float, folder: Path | None, common: dict[str, Any]
) -> Result:
    """The network of a run as it was trained, or that of a zoo model; stages and passes."""
    from frugal.compression import compress
    from frugal.models.saving import load_model
    from frugal.search.searching import SearchSettings

    root = [] if data is None else [f"data.root={data}"]
    seeds = [] if seed is None else [f"seed={seed}"]
    experiment = _experiment(model, [*root, *seeds])
    weights = _trained_folder(Path(model)) if _is_run(model) else _weights(model).parent
    network = load_model(weights, factory=experiment.model)
    licence = {} if experiment.licence is None else {"licence": dict(experiment.licence)}
    result = compress(
        network,
        data=experiment.data,
        task=experiment.task,
        training=experiment.training,
        bench=experiment.bench,
        seed=experiment.seed,
        search=SearchSettings(cap_cpu_s=cap_cpu_s, folders=_folders(folder)),
        about={"recipe": experiment.name, **licence},
        **common,
    )
    if _is_run(model) and Path(model).resolve() != result.path.resolve():
        shutil.copyfile(Path(model) / "config.yaml", result.path / "config.yaml")
    return result


def _experiment(model: str, overrides: list[str]) -> Experiment:
    """Data, task and training of a run from its own configuration, of a zoo model from the recipe of its task."""
    import json

    from frugal.cli.run import composed, experiment_of

    if _is_run(model):
        return experiment_of(Path(model), overrides)
    contract = json.loads((_weights(model).parent / "contract.json").read_text(encoding="utf-8"))
    if contract["task"] not in RECIPES:
        raise InputError(f"{model} of the task {contract['task']}", allowed=", ".join(RECIPES))
    groups = ("task", "model", "data") if "height" in contract else ()
    sizes = [f"{group}.height={contract['height']}" for group in groups]
    sizes += [f"task.widen={contract['widen']}"] if "widen" in contract else []
    look = ",".join(f"{name}:{number}" for name, number in contract.get("second_look", {}).items())
    sizes += ["~task.second_look", f"+task.second_look={{{look}}}"] if look else []  # replaced, not merged
    experiment = composed([f"recipe={RECIPES[contract['task']]}", *sizes, *overrides])
    if list(contract["labels"]) != list(experiment.task.contract()["labels"]):
        raise InputError(f"{model} with other labels than the recipe {RECIPES[contract['task']]}", allowed="the same")
    return experiment


def _trained_folder(run: Path) -> Path:
    """Where a run keeps its network as trained: the first step that left one."""
    from frugal.models.saving import DESCRIPTION

    found = sorted(run.glob(f"steps/*/model/{DESCRIPTION}"), key=lambda file: int(file.parents[1].name.split("-")[0]))
    if not found:
        raise InputError(f"{run} without a trained network", allowed="a run folder with steps/*/model")
    return found[0].parent


def _finished(
    model: str,
    data: Path | None,
    labels: Path | None,
    seed: int,
    cap_cpu_s: float,
    folder: Path | None,
    common: dict[str, Any],
) -> Result:
    """An artefact or a stranger's ONNX file with samples; passes only."""
    from frugal.compression import compress
    from frugal.runtime.samples import read_samples
    from frugal.search.searching import SearchSettings
    from frugal.search.strangers import finished_model
    from frugal.zoo.loading import resolve

    artefact = resolve(model)
    if data is None:
        raise InputError(
            f"{model} without --data: an ONNX file does not say what it reads",
            allowed="--data with a folder of images, or an NPZ file of its inputs",
            remedy="the run folder, which knows its data",
        )
    given = read_samples(data, artefact, labels=labels)
    with tempfile.TemporaryDirectory(prefix="frugal-compress-") as scratch:
        subject = finished_model(artefact, given, Path(scratch), seed=seed)
        return compress(
            subject.model,
            data=subject.data,
            task=subject.task,
            seed=seed,
            search=SearchSettings(cap_cpu_s=cap_cpu_s, folders=_folders(folder)),
            about=subject.about,
            **common,
        )


def _folders(folder: Path | None) -> tuple[Path, ...]:
    if folder is not None and not folder.is_dir():
        raise InputError(f"--config-dir {folder} is not a folder", allowed="a folder with stage/ or pass/ in it")
    return () if folder is None else (folder,)


def _show(result: Result, budget: Budget) -> None:
    from rich.console import Console

    from frugal.cli.check import print_findings
    from frugal.gate import findings
    from frugal.report import terminal

    report = result.report
    Console().print(terminal.render(report))
    if report.rows[0].metric == "disagreement":
        print("no truths were given: error is disagreement, the share of samples whose decision changed")
    print_findings(findings(report, budget))
    print(_verdict(report))
    print(f"artefact: {result.path / 'artefact'}, report: {result.path / 'report.html'}")


def _verdict(report: Report) -> str:
    """Whether the budget is kept, on which samples, and what the search cost."""
    found = report.sections["search"]
    cost = f"{len(found['trials'])} trials, {found['cpu_s']:.0f} CPU s"
    chosen = next(trial for trial in found["trials"] if trial["number"] == found["chosen"])
    if not report.violations:
        return f"kept by: {chosen['told']} ({cost})"
    if found["kept"]:
        return (
            f"kept on the {found['samples']} samples of the search, not on the test samples: {chosen['told']} ({cost})"
        )
    return f"cannot be kept with what was tried; the nearest: {chosen['told']} ({cost})"
