"""Benchmarks are folders of scripts and no package: their modules, imported for as long as a test needs them."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
PEERS = BENCHMARKS / "peers"


@contextmanager
def imported(names: Sequence[str], folder: Path = PEERS) -> Iterator[SimpleNamespace]:
    """The modules of `folder`, by name; afterwards neither they nor the folder are known any more."""
    sys.path.insert(0, str(folder))
    try:
        yield SimpleNamespace(**{name: importlib.import_module(name) for name in names})
    finally:
        sys.path.remove(str(folder))
        for name in names:
            sys.modules.pop(name, None)
