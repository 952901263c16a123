"""Ranges of activations, from calibration samples that may all differ in shape. Knows no integers.

"percentile" clips rare extremes as Wu et al. 2020 do, "Integer quantization for deep learning inference"
(arXiv:2004.09602), section 5.2.

Deviations: the clipped share is cut half from either end of the values, not from their magnitudes. Samples are run one
by one, as they are: nothing is padded, so no padding is counted, and no two samples need the same width (onnxruntime's
own histogram calibration fails there). One run finds the extremes and, for percentiles, a second one fills a histogram
between them.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from frugal.contract import Arrays, InputError
from frugal.runtime.session import Session, open_session

if TYPE_CHECKING:
    import onnx

Ranges = dict[str, tuple[float, float]]
BINS = 2048


def activation_ranges(
    model: onnx.ModelProto, tensors: Sequence[str], feeds: Sequence[Arrays], *, percentile: float = 100.0
) -> Ranges:
    """Tensor name -> (lowest, highest) value that is to be represented.

    Args:
        tensors: intermediate results, inputs or outputs of the graph.
        feeds: at least one; each of any shape that the model takes.
        percentile: share of the values, in percent, that lies within the range; 100 for all.
    """
    session = _session(model, tensors, feeds)
    ranges = _extremes(session, tensors, feeds)
    return ranges if percentile >= 100 else _clipped(session, ranges, feeds, percentile)


def channel_means(model: onnx.ModelProto, tensors: Sequence[str], feeds: Sequence[Arrays]) -> dict[str, np.ndarray]:
    """Tensor name -> the mean of each of its channels, the second axis, over every position of every sample."""
    if not tensors:
        return {}
    session = _session(model, tensors, feeds)
    sums: dict[str, np.ndarray] = {}
    counts: dict[str, int] = dict.fromkeys(tensors, 0)
    for feed in feeds:
        results = {**feed, **session(feed)}
        for name in tensors:
            channels = np.moveaxis(results[name].astype(np.float64), 1, 0)
            flat = channels.reshape(len(channels), -1)
            sums[name] = sums.get(name, 0.0) + flat.sum(axis=1)
            counts[name] += flat.shape[1]
    return {name: sums[name] / counts[name] for name in tensors}


def _session(model: onnx.ModelProto, tensors: Sequence[str], feeds: Sequence[Arrays]) -> Session:
    """One whose outputs are `tensors` too."""
    if not feeds:
        raise InputError("no calibration samples", allowed="one or more", remedy="--data with real inputs")
    with tempfile.TemporaryDirectory(prefix="frugal-calibration-") as scratch:
        file = Path(scratch) / "exposed.onnx"
        file.write_bytes(_exposed(model, tensors).SerializeToString())
        return open_session(file, optimised=False)


def _exposed(model: onnx.ModelProto, tensors: Sequence[str]) -> onnx.ModelProto:
    import onnx

    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    present = {value.name for value in (*copy.graph.output, *copy.graph.input)}
    copy.graph.output.extend(onnx.ValueInfoProto(name=name) for name in tensors if name not in present)
    return copy


def _values(session: Session, tensors: Sequence[str], feeds: Sequence[Arrays]) -> Iterator[tuple[str, np.ndarray]]:
    for feed in feeds:
        results = {**feed, **session(feed)}
        yield from ((name, results[name].ravel()) for name in tensors if results[name].size)


def _extremes(session: Session, tensors: Sequence[str], feeds: Sequence[Arrays]) -> Ranges:
    ranges: Ranges = {}
    for name, values in _values(session, tensors, feeds):
        low, high = float(values.min()), float(values.max())
        if not np.isfinite([low, high]).all():
            raise InputError("NaN or infinity inside the model on a calibration sample", allowed="finite values")
        known = ranges.get(name, (low, high))
        ranges[name] = (min(low, known[0]), max(high, known[1]))
    return ranges


def _clipped(session: Session, ranges: Ranges, feeds: Sequence[Arrays], percentile: float) -> Ranges:
    """The edges of the histogram's bins between which `percentile` of the values lie."""
    counts = {name: np.zeros(BINS, np.int64) for name in ranges}
    for name, values in _values(session, list(ranges), feeds):
        counts[name] += np.histogram(values, BINS, range=ranges[name])[0]
    cut = (100.0 - percentile) / 200.0
    clipped: Ranges = {}
    for name, (low, high) in ranges.items():
        share = np.cumsum(counts[name]) / counts[name].sum()
        edges = np.linspace(low, high, BINS + 1)
        first, last = int(np.searchsorted(share, cut, side="right")), int(np.searchsorted(share, 1.0 - cut))
        clipped[name] = (float(edges[first]), float(edges[min(last, BINS - 1) + 1]))
    return clipped
