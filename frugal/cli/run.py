"""`frugal run`: the Hydra edge. Composes the configuration, instantiates it once, runs it and prints the table.

With `hydra_errors.py` the only file that knows Hydra and OmegaConf.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shlex
import sys
import tempfile
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from frugal.cli.hydra_errors import keys_of, one_line, unknown_key
from frugal.cli.output import print_worse
from frugal.cli.progress import show_progress
from frugal.cli.setting_types import check_settings
from frugal.contract import InputError

if TYPE_CHECKING:
    from frugal.experiment import Experiment
    from frugal.report.records import Report

log = logging.getLogger(__name__)


def command(
    context: typer.Context,
    config_dir: str = typer.Option("", help="A folder of your own configs, searched first."),
    multirun: bool = typer.Option(False, "-m", "--multirun", help="Sweep: KEY=A,B,C runs every combination."),
    fresh: bool = typer.Option(False, help="Run every step again, also those that are finished."),
    strict: bool = typer.Option(
        False, "--strict", help="Exit 1 when a step made the model larger, slower or otherwise worse."
    ),
) -> int:
    """Train, compress, export, measure and report.

    Arguments are KEY=VALUE settings, for example: frugal run recipe=digits seed=1 training.max_epochs=5
    """
    overrides = list(context.args)
    for argument in overrides:
        if argument.startswith("-"):
            raise InputError(f"option {argument}", allowed="--config-dir, -m, --fresh, --strict and KEY=VALUE settings")
    if fresh:
        overrides.append("fresh=true")
    return run_overrides(overrides, config_dir=config_dir, multirun=multirun, strict=strict)


def run_overrides(
    overrides: Sequence[str], *, config_dir: str = "", multirun: bool = False, strict: bool = False
) -> int:
    """Run what these settings describe; 1 when a claim (budget, parity; strict: no step worse) is broken, else 0."""
    from frugal.extras import require

    for package in ("torch", "lightning", "hydra"):
        require(package, extra="train")
    show_progress()
    if config_dir and not Path(config_dir).is_dir():
        raise InputError(f"--config-dir {config_dir} is not a folder", remedy="a folder with recipe/ or model/ in it")
    if multirun:
        return _sweep(overrides, config_dir, strict)
    return _run_one(_compose(overrides, config_dir), overrides, strict)


def composed(overrides: Sequence[str]) -> Experiment:
    """The experiment that these settings describe."""
    experiment: Experiment = _instantiated(_compose(overrides, ""))
    return experiment


def experiment_of(run: Path, overrides: Sequence[str] = ()) -> Experiment:
    """The experiment that a finished run was, from its config.yaml, with `overrides` (KEY=VALUE) on top."""
    from omegaconf import OmegaConf

    file = run / "config.yaml"
    if not file.is_file():
        raise InputError(
            f"{run} without config.yaml",
            allowed="the folder of a finished `frugal run`",
            remedy="frugal.compress(network, budget=..., data=..., task=...) from Python",
        )
    try:
        config = OmegaConf.merge(OmegaConf.load(file), OmegaConf.from_dotlist(list(overrides)))
    except Exception as error:
        raise one_line(error) from error
    experiment: Experiment = _instantiated(config)
    return experiment


def _compose(overrides: Sequence[str], config_dir: str) -> Any:
    import hydra
    from hydra.core.global_hydra import GlobalHydra

    GlobalHydra.instance().clear()
    search = [f"hydra.searchpath=[file://{Path(config_dir).resolve()}]"] if config_dir else []
    try:
        with hydra.initialize_config_module("frugal.configs", version_base="1.3", job_name="frugal"):
            return hydra.compose("run", overrides=[*search, *overrides])
    except Exception as error:
        raise one_line(error, known=partial(_keys_without, error, overrides, config_dir)) from error
    finally:
        GlobalHydra.instance().clear()


def _keys_without(error: BaseException, overrides: Sequence[str], config_dir: str) -> list[str]:
    """The keys that there are with the other overrides; none where those are at fault too."""
    others = [item for item in overrides if item.partition("=")[0] != unknown_key(error)]
    if len(others) == len(overrides):
        return []
    try:
        return keys_of(_compose(others, config_dir))
    except InputError:
        return []


def _sweep(overrides: Sequence[str], config_dir: str, strict: bool) -> int:
    """Every combination of the swept values, by Hydra's own sweeper and launcher; each in a folder of its own."""
    import hydra

    codes: list[int] = []

    @hydra.main(version_base="1.3", config_path="pkg://frugal.configs", config_name="run")
    def job(config: Any) -> None:
        from hydra.core.hydra_config import HydraConfig

        settings = HydraConfig.get()
        chosen = list(settings.overrides.task)
        swept = settings.job.override_dirname
        if not _tells_apart(chosen, overrides):
            config.out = str(Path(config.out) / swept.replace("/", "_"))
        codes.append(_run_one(config, chosen, strict))

    with tempfile.TemporaryDirectory() as scratch:
        own = [f"hydra.sweep.dir={scratch}", "hydra.sweep.subdir=.", "hydra.output_subdir=null"]
        own.append("hydra.job.config.override_dirname.exclude_keys=[out]")
        flags = [f"--config-dir={Path(config_dir).resolve()}"] if config_dir else []
        arguments, sys.argv = sys.argv, ["frugal", "-m", *flags, *overrides, *own]
        try:
            with _hydra_raises():
                job()
        finally:
            sys.argv = arguments
    return max(codes, default=0)


def _tells_apart(chosen: Sequence[str], typed: Sequence[str]) -> bool:
    """Whether `out` is swept itself or made of what is swept; one folder for all runs would keep the last alone."""
    return any(item.startswith("out=") and ("${" in item or item not in typed) for item in chosen)


def _run_one(config: Any, overrides: Sequence[str], strict: bool) -> int:
    return _execute(_instantiated(config), config, shlex.join(["frugal", "run", *overrides]), strict)


def _instantiated(config: Any) -> Any:
    from hydra.utils import instantiate
    from omegaconf import OmegaConf

    if str(Path.cwd()) not in sys.path:  # a _target_ in a local module
        sys.path.insert(0, str(Path.cwd()))
    _drop_values_without_step(config)
    try:
        check_settings(OmegaConf.to_container(config, resolve=True))
        return instantiate(config, _convert_="all")
    except Exception as error:
        raise one_line(error) from error


def _drop_values_without_step(config: Any) -> None:
    """Take out what a recipe sets for a step that the pipeline chosen instead does not have, and say so."""
    from omegaconf import open_dict

    for group in ("stages", "passes"):
        steps = config.get(group)
        for name in [name for name in steps or () if steps[name] is not None and "_target_" not in steps[name]]:
            log.info("%s.%s: the pipeline has no such step, its values are left out", group, name)
            with open_dict(steps):
                del steps[name]


def _execute(experiment: Any, config: Any, command_line: str, strict: bool) -> int:
    from omegaconf import OmegaConf

    from frugal.exporting import ParityError

    out = Path(experiment.out)
    try:
        report = experiment.run(command_line)
    except ParityError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    (out / "config.yaml").write_text(OmegaConf.to_yaml(config), encoding="utf-8")
    _print(report, out)
    worse = print_worse(report)
    return 1 if report.violations or (worse and strict) else 0


def _print(report: Report, out: Path) -> None:
    from rich.console import Console

    from frugal.report import terminal

    console = Console()
    console.print(terminal.render(report))
    for violation in report.violations:
        print(f"budget broken: {violation}", file=sys.stderr)
    print(f"report: {out / 'report.html'}")


@contextlib.contextmanager
def _hydra_raises() -> Iterator[None]:
    """Hydra prints its errors and exits 1; with the full-error switch it raises them, and they become one line."""
    before = os.environ.get("HYDRA_FULL_ERROR")
    os.environ["HYDRA_FULL_ERROR"] = "1"
    try:
        yield
    except Exception as error:
        if type(error).__module__.partition(".")[0] in ("hydra", "omegaconf"):
            raise one_line(error) from error
        raise
    finally:
        os.environ.pop("HYDRA_FULL_ERROR")
        if before is not None:
            os.environ["HYDRA_FULL_ERROR"] = before
