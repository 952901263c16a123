"""docs/public-api.md lists exactly what is public: the verbs, the contract, the commands, the config groups."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import frugal
from frugal.cli.main import COMMANDS
from frugal.report.records import SCHEMA

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "public-api.md").read_text()


def listed(heading: str) -> list[str]:
    """The first column of the table below a heading."""
    (section,) = re.findall(rf"^## {re.escape(heading)}.*?\n(.*?)(?=^## |\Z)", PAGE, re.M | re.S)
    return re.findall(r"^\| `([^`]+)` \|", section, re.M)


def public_names(path: Path) -> set[str]:
    """Classes and annotated or plain assignments at module level, without a leading underscore."""
    names = set()
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            names.add(node.name)
        if isinstance(node, ast.Assign):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return {name for name in names if not name.startswith("_")}


def test_the_page_lists_the_names_at_the_top() -> None:
    assert sorted(name.removeprefix("frugal.") for name in listed("Python")) == sorted(frugal.__all__)


@pytest.mark.parametrize("name", frugal.__all__)
def test_every_name_at_the_top_resolves(name: str) -> None:
    assert getattr(frugal, name) is not None
    assert name in dir(frugal)


def test_an_unknown_name_at_the_top_lists_the_known_ones() -> None:
    with pytest.raises(AttributeError, match=r"no attribute 'trian'; it has .*train"):
        frugal.trian  # noqa: B018


def test_the_page_lists_the_contract() -> None:
    assert set(listed("Records and protocols")) == public_names(ROOT / "frugal" / "contract.py")


def test_the_page_lists_the_commands() -> None:
    assert {name.removeprefix("frugal ") for name in listed("Command line")} == set(COMMANDS)


def test_the_page_lists_the_config_groups() -> None:
    groups = {path.name for path in (ROOT / "configs").iterdir() if path.is_dir() and list(path.rglob("*.yaml"))}
    assert groups <= set(listed("Configuration")), sorted(groups - set(listed("Configuration")))


def test_the_page_names_the_schema_that_is_written() -> None:
    assert f"| `report.json` | `schema` {SCHEMA}:" in PAGE


def test_the_changelog_and_the_citation_know_the_version() -> None:
    assert f"## {frugal.__version__} (" in (ROOT / "CHANGELOG.md").read_text()
    assert f"\nversion: {frugal.__version__}\n" in (ROOT / "CITATION.cff").read_text()
