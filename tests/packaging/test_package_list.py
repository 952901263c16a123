"""Everything that is in the source tree is in the wheel: packages, YAML files and data."""

from __future__ import annotations

import glob
from pathlib import Path

from tree import ROOT, pyproject

SETUPTOOLS = pyproject()["tool"]["setuptools"]


def folder_of(package: str) -> Path:
    """Where the sources of a package stand, by the longest entry of package-dir."""
    mapped = SETUPTOOLS["package-dir"]
    owner = max((name for name in mapped if package == name or package.startswith(f"{name}.")), key=len)
    rest = package.removeprefix(owner).strip(".").replace(".", "/")
    return ROOT / mapped[owner] / rest


def source_folders() -> set[Path]:
    """Every folder of frugal/ and configs/ that holds a Python file."""
    found = {path.parent for top in ("frugal", "configs") for path in (ROOT / top).rglob("*.py")}
    return {folder for folder in found if "__pycache__" not in folder.parts}


def data_files() -> set[Path]:
    files = {path for top in ("frugal", "configs") for path in (ROOT / top).rglob("*") if path.is_file()}
    return {path for path in files if path.suffix not in {".py", ".pyc"}}


def shipped_data() -> set[Path]:
    """What the patterns of package-data match, by setuptools' own rule (recursive glob in the package's folder)."""
    return {
        folder_of(package) / match
        for package, patterns in SETUPTOOLS["package-data"].items()
        for pattern in patterns
        for match in glob.glob(pattern, root_dir=folder_of(package), recursive=True)  # noqa: PTH207 - setuptools uses this function
    }


def test_the_package_list_is_the_folders() -> None:
    assert {folder_of(package) for package in SETUPTOOLS["packages"]} == source_folders()


def test_every_folder_with_python_files_is_a_package() -> None:
    assert not [folder for folder in source_folders() if not (folder / "__init__.py").is_file()]


def test_every_yaml_and_data_file_is_shipped() -> None:
    missing = data_files() - shipped_data()
    assert not missing, sorted(str(path.relative_to(ROOT)) for path in missing)


def test_package_data_names_listed_packages() -> None:
    assert set(SETUPTOOLS["package-data"]) <= set(SETUPTOOLS["packages"])


def test_the_whole_of_all_is_the_extras_for_users() -> None:
    extras = pyproject()["project"]["optional-dependencies"]
    (everything,) = extras["all"]
    named = set(everything.partition("[")[2].rstrip("]").split(","))
    assert named == set(extras) - {"all", "dev"}


def test_the_version_is_written_once() -> None:
    project = pyproject()
    assert project["project"]["dynamic"] == ["version"]
    assert SETUPTOOLS["dynamic"]["version"] == {"attr": "frugal.__version__"}
