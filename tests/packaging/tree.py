"""The repository as the house rules see it: its Python files, their imports, and pyproject.toml.

Reads source text only; imports nothing of frugal.
"""

from __future__ import annotations

import ast
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
IMPORTERS = ("import_module", "require", "__import__")
"""Functions whose first argument is the name of a module to import."""


@dataclass(frozen=True)
class Import:
    """One import: `source` imports `target` at `line`; `where` is module, function or typing (TYPE_CHECKING)."""

    source: str
    target: str
    line: int
    where: str

    @property
    def top(self) -> str:
        return self.target.partition(".")[0]

    def __str__(self) -> str:
        return f"{self.source}:{self.line} imports {self.target} ({self.where} level)"


def python_files() -> list[Path]:
    """Every Python file of the package."""
    return sorted(path for path in (ROOT / "frugal").rglob("*.py") if "__pycache__" not in path.parts)


def module_name(path: Path) -> str:
    """frugal/report/records.py -> frugal.report.records."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def modules() -> dict[str, Path]:
    return {module_name(path): path for path in python_files()}


@cache
def imports() -> tuple[Import, ...]:
    """Every import in frugal/, also inside functions and through `import_module("...")` or `require("...")`."""
    return tuple(found for name, path in modules().items() for found in _imports_of(name, path))


def pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def tracked_files() -> list[Path]:
    """The files of the project: what git knows and has not forgotten; in an unpacked sdist, every file."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    if shutil.which("git") and (ROOT / ".git").exists():
        answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        return [path for line in answer.stdout.splitlines() if (path := ROOT / line).is_file()]
    hidden = {".venv", "__pycache__", "build", "dist"}
    return [path for path in ROOT.rglob("*") if path.is_file() and not hidden & set(path.relative_to(ROOT).parts)]


def _imports_of(name: str, path: Path) -> Iterator[Import]:
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]

    def walk(node: ast.AST, where: str) -> Iterator[Import]:
        for child in ast.iter_child_nodes(node):
            inner = _where(child, where)
            for target in _targets(child, package):
                yield Import(name, target, child.lineno, where)  # type: ignore[attr-defined]
            yield from walk(child, inner)

    yield from walk(ast.parse(path.read_text()), "module")


def _where(node: ast.AST, outer: str) -> str:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        return "function"
    if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
        return "typing"
    return outer


def _targets(node: ast.AST, package: str) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        base = node.module or ""
        if node.level:
            parents = package.split(".")[: len(package.split(".")) - node.level + 1]
            base = ".".join([*parents, *([base] if base else [])])
        return [_precise(base, alias.name) for alias in node.names]
    if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if called in IMPORTERS and isinstance(node.args[0].value, str):
            return [node.args[0].value]
    return []


def _precise(base: str, name: str) -> str:
    """`from frugal.zoo import loading` imports the module frugal.zoo.loading, not a name of frugal.zoo."""
    return f"{base}.{name}" if f"{base}.{name}" in modules() else base
