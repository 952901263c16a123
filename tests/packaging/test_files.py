"""How the files of the project read: short, documented, and free of what must not be in them."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from tree import ROOT, python_files, tracked_files

MODULE_LINES = 300
FUNCTION_LINES = 40
FORBIDDEN_NAMES = {"utils", "util", "misc", "helpers", "common", "manager", "handler"}
# Spelt in pieces, so that this file does not contain what it looks for.
INDEX_HOSTS = [r"py" + r"pi\.(org|python)", "python" + "hosted", r"download\.py" + "torch", r"registry\.np" + r"mjs"]
MACHINE_PATHS = re.compile(rb"/(?:root|work/main|work/shared|home/\w+|Users/\w+|pyenv)/[\w.]")
PICKLE_MODULES = {"pickle", "cPickle", "dill", "joblib", "cloudpickle", "shelve", "marshal"}

SHIPPED = [path for path in python_files() if path.is_file()]
STANDALONE = sorted((ROOT / "export").rglob("*.py")) + sorted((ROOT / "benchmarks").rglob("*.py"))
ids = {"ids": lambda path: str(path.relative_to(ROOT))}


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(path.read_text())
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def code_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from `def` to the end, without the docstring."""
    total = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function) is None:
        return total
    return total - ((first.end_lineno or first.lineno) - first.lineno + 1)


@pytest.mark.parametrize("path", SHIPPED + STANDALONE, **ids)
def test_a_module_is_short_and_says_what_it_is(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= MODULE_LINES
    assert ast.get_docstring(ast.parse(text)), "the first statement of a module is its docstring"


@pytest.mark.parametrize("path", SHIPPED + STANDALONE, **ids)
def test_a_function_fits_on_a_screen(path: Path) -> None:
    long = {function.name: code_lines(function) for function in functions(path)}
    assert not {name: lines for name, lines in long.items() if lines > FUNCTION_LINES}


@pytest.mark.parametrize("path", SHIPPED, **ids)
def test_a_module_is_named_for_its_subject(path: Path) -> None:
    assert not FORBIDDEN_NAMES & set(path.relative_to(ROOT).with_suffix("").parts)


@pytest.mark.parametrize("path", SHIPPED + STANDALONE, **ids)
def test_nothing_is_unpickled(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names] + [getattr(node, "module", None) or ""]
            assert not {name.partition(".")[0] for name in names} & PICKLE_MODULES, f"line {node.lineno}"
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            keywords = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
            assert called != "torch.load" or keywords.get("weights_only") == "True", f"line {node.lineno}"
            assert keywords.get("allow_pickle", "False") == "False", f"line {node.lineno}"


@pytest.mark.parametrize("path", SHIPPED, **ids)
def test_the_library_prints_nothing(path: Path) -> None:
    """Results are returned; only the command line prints."""
    if "cli" in path.parts:
        return
    calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    assert not [call.lineno for call in calls if isinstance(call.func, ast.Name) and call.func.id == "print"]


def test_no_file_names_a_package_index() -> None:
    pattern = re.compile("|".join(INDEX_HOSTS).encode())
    assert not [str(path.relative_to(ROOT)) for path in tracked_files() if pattern.search(path.read_bytes())]


def test_no_file_holds_a_path_of_the_machine_it_was_made_on() -> None:
    """Also inside ONNX files, where exporters like to leave them."""
    found = {path: MACHINE_PATHS.search(path.read_bytes()) for path in tracked_files()}
    assert not {str(path.relative_to(ROOT)): match.group() for path, match in found.items() if match}


def test_no_file_is_a_pickle() -> None:
    suffixes = {".pkl", ".pickle", ".pt", ".pth", ".ckpt", ".joblib"}
    assert not [str(path.relative_to(ROOT)) for path in tracked_files() if path.suffix in suffixes]
