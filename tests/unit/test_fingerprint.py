"""What is hashed: arguments, sources and their imports; what is not: where the data lies."""

from __future__ import annotations

import functools
import importlib
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from frugal.fingerprint import describe, digest, sources, versions


@dataclass(frozen=True)
class _Thing:
    ratio: float = 0.5
    root: str = "/data"


def test_a_dataclass_is_described_by_its_fields_without_where_the_data_lies() -> None:
    assert describe(_Thing())["arguments"] == {"ratio": 0.5}


def test_a_partial_is_described_by_what_it_calls() -> None:
    assert describe(functools.partial(_Thing, ratio=0.1))["arguments"] == {"ratio": 0.1}


def test_an_object_is_described_by_its_constructors_parameters() -> None:
    from torchvision.transforms import v2

    assert describe(v2.RandomRotation(10)) != describe(v2.RandomRotation(20))
    assert "object at 0x" not in str(describe(v2.RandomRotation(10)))


def test_digest_depends_on_order_and_content() -> None:
    assert digest("a", "b") != digest("b", "a")
    assert digest({"x": 1, "y": 2}) == digest({"y": 2, "x": 1})


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "plug_in_under_test"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "part.py").write_text("WIDTH = 8\n")
    (folder / "other.py").write_text("UNUSED = 1\n")
    (folder / "net.py").write_text("from plug_in_under_test.part import WIDTH\n\ndef net():\n    return WIDTH\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.invalidate_caches()
    yield folder
    for name in [name for name in sys.modules if name.startswith("plug_in_under_test")]:
        del sys.modules[name]


def test_editing_an_imported_module_changes_the_sources_and_editing_another_does_not(package: Path) -> None:
    net = importlib.import_module("plug_in_under_test.net").net
    before = sources(net)
    (package / "other.py").write_text("UNUSED = 2\n")
    assert sources(net) == before
    (package / "part.py").write_text("WIDTH = 9\n")
    assert sources(net) != before


def test_sources_of_frugals_plug_ins_leave_out_torch() -> None:
    from frugal.tasks.characters import Characters

    modules = sources(Characters(labels="ab"))
    assert "frugal.tasks.characters" in modules
    assert "frugal.runtime.classification" in modules
    assert not any(name.startswith("torch") for name in modules)


def test_versions_name_what_decides_a_result() -> None:
    assert {"torch", "onnx", "onnxruntime", "numpy"} <= versions().keys()


def test_imports_for_annotations_do_not_count() -> None:
    from frugal.training import Training

    modules = sources(Training)
    assert "frugal.schedules" in modules and "frugal.evaluation" in modules
    assert "frugal.experiment" not in modules and "frugal.report.french" not in modules
