"""Which operators of a graph the runtime of a device lacks, and which its accelerator leaves to the processor.

The lists beside this file are re-keyed from each runtime's own pages. An operator in the list may still fail for a
shape or an attribute: only the converter knows. Knows no device.
"""

from __future__ import annotations

import functools
import importlib.resources
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from frugal.contract import InputError
from frugal.runtime import operators
from frugal.runtime.folding import remaining_nodes
from frugal.runtime.precision import float_nodes

if TYPE_CHECKING:
    import onnx


@dataclass(frozen=True, kw_only=True)
class OperatorList:
    """What one runtime takes.

    Attributes:
        operators: of the ONNX standard; None: all of them, and onnxruntime's own.
        absorbed: operators that its converter turns into scales or removes.
        accelerated: those that run on its accelerator when they are int8; None: there is none.
    """

    title: str
    source: str
    operators: frozenset[str] | None
    absorbed: frozenset[str]
    accelerated: frozenset[str] | None

    def missing(self, model: onnx.ModelProto) -> tuple[str, ...]:
        """Labels of operators that it lacks, of those that remain once shapes are fixed."""
        return tuple(sorted({operators.label(n) for n in remaining_nodes(model) if not self._takes(n)}))

    def on_the_processor(self, model: onnx.ModelProto) -> tuple[str, ...]:
        """Labels of operators that it takes and does not accelerate; empty without an accelerator."""
        if self.accelerated is None:
            return ()
        floats = {node.name for node in float_nodes(model)}
        return tuple(
            sorted(
                {
                    operators.label(node)
                    for node in remaining_nodes(model)
                    if self._takes(node)
                    if node.op_type not in self.accelerated or (node.name or node.output[0]) in floats
                }
            )
        )

    def _takes(self, node: onnx.NodeProto) -> bool:
        if node.op_type in self.absorbed:
            return True
        if self.operators is None:
            return node.domain in (*operators.STANDARD, operators.CONTRIBUTED)
        return node.domain in operators.STANDARD and node.op_type in self.operators


def operator_list(runtime: str) -> OperatorList:
    """Raises InputError for a runtime without a list."""
    known = operator_lists()
    if runtime not in known:
        raise InputError(f"runtime {runtime}", allowed=", ".join(known))
    return known[runtime]


@functools.cache
def operator_lists() -> dict[str, OperatorList]:
    """Runtime -> what it takes."""
    file = importlib.resources.files("frugal.energy") / "target_operators.json"
    data = json.loads(file.read_text(encoding="utf-8"))
    return {
        name: OperatorList(
            title=entry["title"],
            source=entry["source"],
            operators=_names(entry.get("operators")),
            absorbed=_names(entry.get("absorbed")) or frozenset(),
            accelerated=_names(entry.get("accelerated")),
        )
        for name, entry in data.items()
    }


def _names(names: Sequence[str] | None) -> frozenset[str] | None:
    return None if names is None else frozenset(names)
