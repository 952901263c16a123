"""onnxruntime's own quantisation tools, as its documentation calls them. Runs in an environment of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

PACKAGES = ("onnx", "onnxruntime")


class Samples:
    """What `quantize_static` wants to be handed: one feed after the other."""

    def __init__(self, feeds: Sequence[Mapping[str, np.ndarray]]) -> None:
        self.feeds: Iterator[Mapping[str, np.ndarray]] = iter(feeds)

    def get_next(self) -> Mapping[str, np.ndarray] | None:
        return next(self.feeds, None)


def quantise(
    source: Path,
    target: Path,
    feeds: Sequence[Mapping[str, np.ndarray]],
    *,
    mode: str,
    reduce_range: bool = False,
) -> None:
    """Static or dynamic int8.

    Args:
        mode: "static" (defaults), "static-tuned" (uint8 activations, per channel) or "dynamic" (defaults).
        reduce_range: weights in 7 bits, which processors without VNNI want.
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic, quantize_static
    from onnxruntime.quantization.shape_inference import quant_pre_process

    prepared = target.with_name("prepared.onnx")
    quant_pre_process(source, prepared, skip_symbolic_shape=True)
    if mode == "dynamic":
        quantize_dynamic(prepared, target)
        return
    tuned: dict[str, Any] = {"per_channel": True, "activation_type": QuantType.QUInt8, "weight_type": QuantType.QInt8}
    options = tuned if mode == "static-tuned" else {}
    quantize_static(prepared, target, Samples(feeds), reduce_range=reduce_range, **options)
