"""`frugal list`: every plug-in by group, with the first line of what it says about itself.

Reads the YAML of frugal.configs and the source text of its targets; imports no plug-in, no torch, no Hydra.
"""

from __future__ import annotations

import ast
import importlib.resources
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from frugal.contract import InputError

GROUPS = ("task", "model", "data", "stage", "pass", "pipeline", "device", "budget", "recipe", "meters")
_NAMED_BY_THEIR_FILE = {"pipeline", "device", "budget", "recipe"}
"""Groups in which many files share one target, or have none: their first comment tells them apart."""


def command(
    group: Annotated[str | None, typer.Argument(help=f"One of {', '.join(GROUPS)}.")] = None,
    config_dir: Annotated[Path | None, typer.Option(help="A folder of your own configs, listed as well.")] = None,
    json: Annotated[str | None, typer.Option(help="Write JSON to this file instead; - is stdout.")] = None,
) -> None:
    """List what can be named in a configuration: stages, models, recipes, meters ...

    Example: frugal list stage
    """
    from frugal.cli.output import write_data

    if group is not None and group not in GROUPS:
        raise InputError(f"group {group}", allowed=", ".join(GROUPS))
    if config_dir is not None and not config_dir.is_dir():
        raise InputError(f"--config-dir {config_dir} is not a folder", allowed="a folder with stage/, model/ ...")
    found = {name: _group(name, config_dir) for name in ([group] if group else GROUPS)}
    if json is not None:
        write_data(found, json)
        return
    for name, plugins in found.items():
        if plugins:
            print("\n".join([name, *_lines(plugins)]))


def _lines(plugins: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Name and description of each."""
    from frugal.cli.output import folded

    width = max(len(plugin["name"]) for plugin in plugins)
    for plugin in plugins:
        yield folded(f"  {plugin['name']:{width}}  {plugin['about']}".rstrip(), indent=width + 4)


def _group(group: str, config_dir: Path | None) -> list[dict[str, Any]]:
    if group == "meters":
        return list(_meters())
    folders = [Path(str(importlib.resources.files("frugal.configs"))) / group]
    folders += [config_dir / group] if config_dir else []
    return [_plugin(path, group) for folder in folders for path in sorted(folder.glob("*.yaml"))]


def _plugin(path: Path, group: str) -> dict[str, Any]:
    import yaml

    text = path.read_text(encoding="utf-8")
    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise InputError(f"{path} is not YAML ({error})", allowed="a config of one object") from error
    target = data.get("_target_") if isinstance(data, dict) else None
    comment, docstring = _comment(text), _first_line(str(target)) if target else ""
    about = comment or docstring if group in _NAMED_BY_THEIR_FILE else docstring or comment
    return {"name": path.stem, "about": about, "target": target}


def _comment(text: str) -> str:
    """The first comment line before any content that is no directive."""
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            break
        words = line.lstrip("# ").strip()
        if words and not words.startswith("@package"):
            return words
    return ""


def _first_line(target: str) -> str:
    """The first docstring line of a dotted path, else of its module; read from the source, nothing is imported."""
    names = target.split(".")
    for cut in range(len(names) - 1, 0, -1):
        source = _source(names[:cut])
        if source is not None:
            return _documented(ast.parse(source.read_text(encoding="utf-8")), names[cut:])
    return ""


def _source(names: list[str]) -> Path | None:
    """The file of a module on the import path, or beside frugal itself."""
    for root in [str(Path(__file__).parents[2]), *sys.path]:
        folder = Path(root or ".").joinpath(*names)
        for path in (folder.with_name(f"{folder.name}.py"), folder / "__init__.py"):
            if path.is_file():
                return path
    return None


def _documented(module: ast.Module, names: list[str]) -> str:
    """The class's own first line; that of the module where the class says nothing."""
    described = ast.get_docstring(module) or ""
    node: ast.AST = module
    for name in names:
        inner = [child for child in ast.iter_child_nodes(node) if getattr(child, "name", None) == name]
        if not inner:
            break
        node = inner[0]
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            described = ast.get_docstring(node) or described
    return described.partition("\n")[0]


def _meters() -> Iterator[dict[str, Any]]:
    """Files of frugal/energy/meters that define a class with a method `measure`."""
    for path in sorted((Path(__file__).parents[1] / "energy" / "meters").glob("*.py")):
        module = ast.parse(path.read_text(encoding="utf-8"))
        for node in module.body:
            if isinstance(node, ast.ClassDef) and any(getattr(inner, "name", "") == "measure" for inner in node.body):
                about = ast.get_docstring(node) or ast.get_docstring(module) or ""
                target = f"frugal.energy.meters.{path.stem}.{node.name}"
                yield {"name": path.stem, "about": about.partition("\n")[0], "target": target}
