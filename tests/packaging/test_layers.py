"""Who may know whom: imports go down, never up, never sideways between two plug-ins.

The table is the one of CONTRIBUTING.md. Walks the source text, so an import inside a function counts as well.
"""

from __future__ import annotations

import ast
import re

import pytest
from tree import ROOT, Import, imports, modules

LAYERS = (
    ("contract",),
    (
        "extras",
        "text",
        "transcripts",
        "pagexml",
        "report",
        "ledger",
        "fingerprint",
        "steps",
        "breakeven",
        "schedules",
        "strengths",
        "progress",
    ),
    ("gate", "trend", "trend_page"),
    ("runtime",),
    ("tasks", "models", "pruning", "evaluation", "energy", "torch_predictor"),
    ("stages", "passes", "data", "zoo", "initial", "teachers"),
    (
        *(
            "testing",
            "training",
            "fitting",
            "workbench",
            "flow",
            "rows",
            "recurrent_export",
            "compression",
            "pipelines",
            "exporting",
            "reporting",
        ),
        *(
            "benchmarking",
            "quantities",
            "rounds",
            "blocks",
            "partner",
            "answers",
            "metrics",
            "functional_unit",
            "energy_callback",
            "pytest_energy",
            "scoring",
            "isolation",
            "measuring",
            "edge",
            "comparison",
            "reading",
            "adapting",
            "search",
            "harm",
            "need",
            "audit",
            "classroom",
            "offline",
        ),
    ),
    ("experiment",),
    ("cli",),
    ("__main__",),
)
"""Lowest first."""

PLUG_IN_GROUPS = (
    "frugal.tasks",
    "frugal.models",
    "frugal.data",
    "frugal.stages",
    "frugal.passes",
    "frugal.energy.meters",
)
WITHOUT_TORCH = ("frugal.contract", "frugal.report", "frugal.gate", "frugal.text", "frugal.runtime", "frugal.energy",
                 "frugal.benchmarking", "frugal.zoo.loading", "frugal.zoo.index", "frugal.passes")  # fmt: skip
BOTTOM = ("frugal.contract", "frugal.extras", "frugal.report", "frugal.gate", "frugal.text")


def within(module: str, *packages: str) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def layer(module: str) -> int:
    """The height of a module; its first name below `frugal` decides. `frugal` itself only forwards: it is the top."""
    if module == "frugal":
        return len(LAYERS)
    top = module.split(".")[1]
    heights = [height for height, names in enumerate(LAYERS) if top in names]
    assert heights, f"{module} stands in no layer: add {top} to LAYERS here and to the table in CONTRIBUTING.md"
    return heights[0]


def plug_ins() -> set[str]:
    """Modules that a YAML names in a `_target_`, and every meter."""
    text = "\n".join(path.read_text() for path in (ROOT / "configs").rglob("*.yaml"))
    named = {target.rpartition(".")[0] for target in re.findall(r"_target_:\s*([\w.]+)", text)}
    return {name for name in modules() if name in named and within(name, *PLUG_IN_GROUPS)}


def internal() -> list[Import]:
    """Imports of one module of frugal by another that are run; under TYPE_CHECKING a type is named, nothing is run."""
    return [found for found in imports() if found.target.startswith("frugal.") and found.where != "typing"]


@pytest.mark.parametrize("module", sorted(modules()))
def test_every_module_stands_in_a_layer(module: str) -> None:
    assert layer(module) >= 0


def test_the_table_for_contributors_names_every_module_of_the_layers() -> None:
    (table,) = re.findall(r"## Who may import whom\n\n```\n(.*?)```", (ROOT / "CONTRIBUTING.md").read_text(), re.S)
    words = re.findall(r"[\w.]+", table)
    missing = [name for names in LAYERS for name in names if name not in words and name != "__main__"]
    assert not missing, missing


def test_no_import_goes_up() -> None:
    upward = [str(found) for found in internal() if layer(found.target) > layer(found.source)]
    assert not upward, "\n".join(upward)


def test_no_import_goes_sideways_between_two_plug_ins() -> None:
    known = plug_ins()
    sideways = [
        str(found)
        for found in internal()
        if found.source in known and found.target in known and found.source != found.target
        if layer(found.source) == layer(found.target)
    ]
    assert not sideways, "\n".join(sideways)


def test_nobody_inside_calls_the_verbs_at_the_top() -> None:
    """`from frugal import train` inside the package would be a circle; `frugal.__version__` is none."""
    verbs = {"Experiment", "train", "compress", "export", "benchmark", "check", "load"}
    circles = [
        f"{module}:{node.lineno}"
        for module, path in modules().items()
        if not within(module, "frugal.cli")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module == "frugal"
        if verbs & {alias.name for alias in node.names}
    ]
    assert not circles, circles


@pytest.mark.parametrize("package", ["hydra", "omegaconf"])
def test_hydra_ends_at_its_edge(package: str) -> None:
    files = {found.source for found in imports() if found.top == package}
    assert files <= {"frugal.cli.run", "frugal.cli.hydra_errors"}, files


def test_one_file_touches_optimum_and_only_when_called() -> None:
    found = [found for found in imports() if found.top in {"optimum", "transformers"}]
    assert len({one.source for one in found}) <= 1, [str(one) for one in found]
    assert all(one.where == "function" for one in found), [str(one) for one in found]


def test_lightning_is_known_where_data_is_loaded_and_networks_are_trained() -> None:
    """Tasks, models, stages and everything below them do without."""
    glue = LAYERS[layer("frugal.training")]
    allowed = [f"frugal.{name}" for name in ("data", "experiment", *glue)]
    used = [found for found in imports() if found.top in {"lightning", "pytorch_lightning"} and found.where != "typing"]
    strangers = [str(found) for found in used if not within(found.source, *allowed)]
    assert not strangers, strangers


def test_there_is_one_lightning_module_and_data_modules_are_data_sets() -> None:
    parents = [
        (module, ast.unparse(parent).rpartition(".")[2])
        for module, path in modules().items()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef)
        for parent in node.bases
    ]
    assert [module for module, parent in parents if parent == "LightningModule"] == ["frugal.training"]
    loaders = [module for module, parent in parents if parent == "LightningDataModule"]
    assert all(within(module, "frugal.data", "frugal.testing") for module in loaders), loaders


def test_the_terminal_belongs_to_the_command_line() -> None:
    """One face of a report is a terminal's: it imports rich when it is called."""
    asked = [found for found in imports() if found.top in {"typer", "rich"} and not within(found.source, "frugal.cli")]
    face = "frugal.report.terminal"
    strangers = [
        str(found) for found in asked if found.source != face or found.top == "typer" or found.where == "module"
    ]
    assert not strangers, strangers
    assert "click" not in {found.top for found in imports()}, "typer carries its own copy; click is no dependency"


def test_the_base_install_never_asks_for_torch() -> None:
    """Not even inside a function: what reads, times and reports must run where torch does not."""
    train_only = {"torch", "torchvision", "lightning", "sklearn", "torch_pruning", "torchmetrics"}
    asked = [
        str(found)
        for found in imports()
        if found.top in train_only and found.where != "typing" and within(found.source, *WITHOUT_TORCH)
    ]
    assert not asked, asked


def test_the_bottom_layers_import_numpy_and_the_standard_library_at_most() -> None:
    heavy = {"onnx", "onnxruntime", "yaml", "jinja2", "PIL", "scipy", "pandas"}
    found = [
        str(found)
        for found in imports()
        if found.where == "module" and found.top in heavy and within(found.source, *BOTTOM)
    ]
    assert not found, found
