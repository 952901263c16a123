"""What a model's outputs say, one answer per sample: through the decoder that its contract names, else by their kind.

A stranger's model has no decoder: texts are taken as they are, whole numbers are classes, of several scores the
largest counts, of one score in [0, 1] its half. Knows no truth and no metric.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from frugal.contract import Arrays, Artefact, InputError
from frugal.runtime import classification, ctc
from frugal.runtime.session import open_session

_OWN = "--metric MODULE:FUNCTION with a function that reads it"


def run_all(artefact: Artefact, feeds: Sequence[Arrays]) -> Iterator[dict[str, np.ndarray]]:
    """Every output of every call, one call per feed."""
    session = open_session(artefact.model_path)
    for feed in feeds:
        yield session(feed)


def decoded(artefact: Artefact, outputs: Iterable[Mapping[str, np.ndarray]]) -> list[str]:
    """Labels or texts, one per sample; raises InputError where an answer is NaN, which no class is the largest of."""
    name = artefact.contract["outputs"][0]["name"]
    calls = list(outputs)
    _check_numbers(artefact, name, [np.asarray(call[name]) for call in calls], np.isnan)
    return [answer for call in calls for answer in _decoded(call[name], artefact.contract)]


def numbers(artefact: Artefact, outputs: Iterable[Mapping[str, np.ndarray]]) -> list[float]:
    """The first output as one number per sample."""
    name = artefact.contract["outputs"][0]["name"]
    values = [np.asarray(call[name]) for call in outputs]
    if any(value.dtype.kind not in "biuf" or value.size != len(np.atleast_1d(value)) for value in values):
        raise InputError(f"the output {name} holds more than one number per sample", remedy=_OWN)
    _check_numbers(artefact, name, values, lambda value: ~np.isfinite(value))
    return [float(number) for value in values for number in value.ravel()]


def _check_numbers(
    artefact: Artefact, name: str, values: Sequence[np.ndarray], is_none: Callable[[np.ndarray], np.ndarray]
) -> None:
    bad = sum(value.dtype.kind == "f" and bool(is_none(value).any()) for value in values)
    if bad:
        raise InputError(
            f"the output {name} of {artefact.model_path} is not a number in {bad} of {len(values)} calls",
            allowed="finite numbers, or scores that can be compared",
            remedy="inputs in the range that the model was made for",
        )


def _decoded(output: np.ndarray, contract: Mapping[str, Any]) -> list[str]:
    """One call's answers."""
    if contract.get("decoder") == "ctc":
        return [str(line.value) for line in ctc.decode(output, contract["labels"], blank=contract["blank"])]
    if contract.get("decoder") == "classification":
        return [str(prediction.value) for prediction in classification.decode(output, contract["labels"])]
    return _plain(output, contract.get("labels"))


def _plain(output: np.ndarray, names: Sequence[str] | None) -> list[str]:
    """A stranger's output of one call, (B,) or (B, C)."""
    if output.dtype.kind in "OUS":
        return [str(text) for text in output.ravel()]
    table = output.reshape(len(output), -1) if output.ndim else output.reshape(1, 1)
    if output.dtype.kind in "iub" and table.shape[1] == 1:
        classes = table[:, 0].astype(int)
    elif table.shape[1] > 1 and output.ndim == 2:
        classes = table.argmax(axis=1)
    elif table.shape[1] == 1 and output.dtype.kind == "f" and table.min() >= 0 and table.max() <= 1:
        classes = (table[:, 0] > 0.5).astype(int)
    else:
        raise InputError(f"an output of shape {list(output.shape)}, which does not say its class", remedy=_OWN)
    return [str(names[index]) if names else str(index) for index in classes.tolist()]
