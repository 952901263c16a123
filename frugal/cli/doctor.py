"""`frugal doctor`: what this machine can measure and train, or what a model is made of.

Knows words only; the looking is done by the energy and runtime rooms.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from frugal.contract import Meter

PACKAGES = ("frugal-ml", "numpy", "onnx", "onnxruntime", "pillow", "pyyaml", "typer", "rich", "jinja2")
EXTRAS = {
    "train": ("torch", "torchvision", "lightning", "hydra", "onnxscript", "onnxslim", "torch_pruning", "safetensors",
              "sklearn", "torchmetrics", "jiwer", "pyarrow", "optuna"),
    "hf": ("optimum", "transformers"),
    "read": ("cv2", "pypdfium2"),
    "loggers": ("tensorboard", "mlflow", "wandb"),
    "sweep": ("hydra_plugins",),
    "meters": ("pynvml", "joulescope", "zeus_apple_silicon"),
    "dev": ("pytest", "mypy", "ruff", "build"),
}  # fmt: skip
"""Extra -> the modules that it brings."""


def command(
    model: Annotated[
        str | None, typer.Argument(help="Artefact folder, ONNX file or zoo name; none: the machine.")
    ] = None,
) -> None:
    """Say what this machine can measure and why not more; or, given a model, what in it is worth knowing.

    Example: frugal doctor model.onnx
    """
    lines = _machine() if model is None else _model(model)
    sys.stdout.write("\n".join(lines) + "\n")


def _machine() -> Iterator[str]:
    from frugal.benchmarking import package_versions
    from frugal.energy import machine
    from frugal.energy.meters.choice import all_meters

    versions = package_versions(PACKAGES)
    yield _line("versions", ", ".join(f"{name} {version}" for name, version in versions.items()))
    facts = machine.describe()
    yield _line("cpu", f"{facts['cpu'] or 'unknown'}, {facts['cores']} cores, {facts['usable_cores']} usable")
    for name in ("machine", "system", "load_average", "governor", "virtual_machine", "container", "steal_share"):
        yield _line(name.replace("_", " "), _word(facts[name]))
    yield _line("meter A", "recording of an instrument: any CSV file of times and watts, frugal bench --meter csv:FILE")
    for meter in all_meters():
        yield _line(f"meter {meter.method}", f"{meter.name}: {_state(meter)}")
    for extra, modules in EXTRAS.items():
        yield _line(f"extra {extra}", _extra(extra, modules))
    yield _line("data", _data())


def _state(meter: Meter) -> str:
    """Whether it reads here, and whether anybody has held it beside the real thing."""
    reason = meter.unavailable()
    state = f"available, {getattr(meter, 'scope', '')}" if reason is None else f"not available: {reason}"
    tried = ", ".join(getattr(meter, "tried_on", ()))
    return f"{state}; {f'tried on {tried}' if tried else 'not tried on hardware'}"


def _extra(extra: str, modules: tuple[str, ...]) -> str:
    missing = [name for name in modules if find_spec(name) is None]
    if not missing:
        return "installed"
    lacking = "not installed" if len(missing) == len(modules) else f"incomplete, lacks {', '.join(missing)}"
    return f"{lacking}: pip install 'frugal-ml[{extra}]'"


def _data() -> str:
    """What lies where the loaders look when no data.root is given."""
    root = os.environ.get("FRUGAL_DATA")
    if not root:
        return "FRUGAL_DATA is not set: loaders need data.root=FOLDER (digits needs none)"
    if not Path(root).is_dir():
        return f"FRUGAL_DATA={root} is not a folder"
    return f"{root}: {', '.join(sorted(path.name for path in Path(root).iterdir())) or 'empty'}"


def _model(model: str) -> Iterator[str]:
    from frugal.runtime.diagnosis import diagnose
    from frugal.zoo.loading import resolve

    found = diagnose(resolve(model))
    for name, text in found.facts.items():
        yield _line(name, text)
    for warning in found.warnings:
        yield _line("warning", warning)
    if not found.warnings:
        yield _line("warnings", "none")


def _line(name: str, text: str) -> str:
    from frugal.cli.output import folded

    return folded(f"{name + ':':<18}{text}", indent=18)


def _word(value: object) -> str:
    if value is None:
        return "unknown"
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)
