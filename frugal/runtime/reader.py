"""Read items with an artefact: arrays in, predictions out, whatever the neighbours of an item are.

Knows the contract, a session and the decoders beside it; knows no zoo and no file of items.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from frugal.contract import Artefact, InputError, Prediction, Signature
from frugal.runtime.artefact import parse_onnx, signature_of
from frugal.runtime.beam import Scorer
from frugal.runtime.ctc import LinePrediction
from frugal.runtime.fusion import Joint, ModelScorer, WordScorer, read_words
from frugal.runtime.items import Feed, as_feeds
from frugal.runtime.language_model import LanguageModel, open_language_model
from frugal.runtime.line_reading import NOTHING, LineFormat, line_format
from frugal.runtime.session import Session, open_session

BATCH = 32
_MIXING = {"DynamicQuantizeLinear", "DynamicQuantizeMatMul", "DynamicQuantizeLSTM"}
"""Operators that choose one scale for the whole batch, so that a neighbour changes an item's result."""


class Reader:
    """An artefact that reads.

    Example:
        >>> reader = frugal.load("chars-xs")                       # doctest: +SKIP
        >>> reader.predict([image])[0].value                       # doctest: +SKIP
        'g'
    """

    def __init__(self, artefact: Artefact, *, find_lm: Callable[[str], Path] | None = None) -> None:
        """Args:
        find_lm: the folder of a language model by its name; None where only folders can be named.
        """
        self._artefact = artefact
        self._find_lm = find_lm
        self._decode = _decoder(artefact)
        self._lines = line_format(artefact.contract) if artefact.contract["decoder"] == "ctc" else None
        self._language_models: dict[str, LanguageModel] = {}

    @property
    def contract(self) -> Mapping[str, Any]:
        """`contract.json`."""
        return self._artefact.contract

    @property
    def size_bytes(self) -> int:
        """Bytes of `model.onnx`."""
        return self._artefact.size_bytes

    @cached_property
    def signature(self) -> Signature:
        """The inputs that an item has and the outputs that are decoded; the first axis is the batch."""
        return signature_of(self._artefact)

    def predict(
        self, items: Any, *, lm: str | Path | None = None, words: str | Path | Iterable[str] | None = None
    ) -> list[Prediction]:
        """One prediction per item, in order.

        Args:
            items: a list or an array whose first axis is the item axis; an item is an array as the contract's input
                describes it (characters: uint8 (28, 28), light ink on black; lines: uint8 (H, W) of any size, dark ink
                on light paper) or a dict of named inputs; or a dict of arrays, one per input.
            lm: a language model, by name or folder: lines are then decoded by beam search with it; None is greedy. A
                classifier takes none.
            words: words that may well occur in lines, as a list or a text file; a soft bonus, they exclude nothing.

        Raises:
            InputError: a ValueError that names the index, what was given and what is allowed.
        """
        if self._lines is not None:
            feeds = as_feeds(items, self.signature.inputs)
            scorer, lines = self._scorer(self._lines.symbols, lm, words), self._lines
            if lm is not None:
                lines = replace(lines, temperature=lines.temperature * self._language_model(lm).temperature)
            return self._read_lines(lines, feeds, scorer)
        for name, given in (("lm", lm), ("words", words)):
            if given is not None:
                task = self.contract.get("task")
                raise InputError(
                    f"{name}={str(given)!r} for the task {task}", allowed=f"{name}=None: a classifier reads no text"
                )
        feeds = as_feeds(items, self.signature.inputs)
        scores: dict[int, np.ndarray] = {}
        for indices in self._batches(feeds):
            scores.update(zip(indices, self._run([feeds[index] for index in indices]), strict=True))
        if not feeds:
            return []
        return self._decode(np.stack([scores[index] for index in range(len(feeds))]), list(self.contract["labels"]))

    def _read_lines(self, lines: LineFormat, feeds: list[Feed], scorer: Scorer | None) -> list[Prediction]:
        """Each line alone, so that neither padding nor a neighbour's contrast can change it; its ends are trimmed."""
        name = self.signature.inputs[0].name
        for index, feed in enumerate(feeds):
            lines.check_size(index, feed[name])
        return [_trimmed(self._read_line(lines, name, feed[name], scorer)) for feed in feeds]

    def _read_line(self, lines: LineFormat, name: str, item: np.ndarray, scorer: Scorer | None) -> LinePrediction:
        if lines.holds_nothing(item):
            return NOTHING
        scores = self._run([{name: item}])
        wide = lines.drawn_out(scores, item)
        if wide is None:
            return lines.decode(scores, item, scorer)
        return lines.decode_both((scores, self._run([{name: wide}])), (item, wide), scorer)

    def _scorer(
        self, symbols: Sequence[str], lm: str | Path | None, words: str | Path | Iterable[str] | None
    ) -> Scorer | None:
        scorers: list[Scorer] = []
        if lm is not None:
            scorers.append(ModelScorer(self._language_model(lm), symbols))
        if words is not None:
            scorers.append(WordScorer(read_words(words), symbols))
        return Joint(scorers) if len(scorers) > 1 else next(iter(scorers), None)

    def _language_model(self, lm: str | Path) -> LanguageModel:
        """Opened once, and kept with what it has already worked out."""
        known = self._language_models.get(str(lm))
        if known is None:
            folder = Path(lm)
            if self._find_lm is not None and not folder.is_dir():
                folder = self._find_lm(str(lm))
            known = self._language_models[str(lm)] = open_language_model(folder)
        return known

    def _batches(self, feeds: list[Feed]) -> list[list[int]]:
        """Indices of items that may run together: same shapes, in a graph that treats each item by itself."""
        groups: dict[tuple[tuple[int, ...], ...], list[int]] = {}
        for index, feed in enumerate(feeds):
            groups.setdefault(tuple(array.shape for array in feed.values()), []).append(index)
        most = BATCH if len(feeds) > 1 and self._treats_items_separately else 1
        return [group[start : start + most] for group in groups.values() for start in range(0, len(group), most)]

    def _run(self, feeds: list[Feed]) -> np.ndarray:
        outputs = self._session({name: np.stack([feed[name] for feed in feeds]) for name in feeds[0]})
        scores = outputs[self.signature.outputs[0].name]  # (B, C)
        if scores.shape[:1] != (len(feeds),):
            raise InputError(
                f"{self._artefact.model_path} gives {scores.shape} for {len(feeds)} items", allowed="(B, C)"
            )
        return scores

    @cached_property
    def _session(self) -> Session:
        return open_session(self._artefact.model_path)

    @cached_property
    def _treats_items_separately(self) -> bool:
        if not all(isinstance(size, str) for port in self.signature.inputs for size in port.shape[:1]):
            return False
        return _MIXING.isdisjoint(node.op_type for node in parse_onnx(self._artefact.model_path).graph.node)


def _trimmed(line: LinePrediction) -> LinePrediction:
    """Without white space at the ends, as everyone else reads a line (`frugal.text.normalise`, `run_onnx.py`)."""
    start = len(line.value) - len(line.value.lstrip())
    stop = max(start, len(line.value.rstrip()))
    value = line.value[start:stop]
    texts: dict[str, float] = {}
    for text, confidence in line.alternatives:
        texts.setdefault(text.strip(), confidence)
    return replace(
        line,
        value=value,
        alternatives=tuple((text, share) for text, share in texts.items() if text != value),
        spans=line.spans[start:stop],
        confidences=line.confidences[start:stop],
    )


def _decoder(artefact: Artefact) -> Callable[..., list[Prediction]]:
    """`decode` of the module of this package that the contract names; a contract reaches no other code."""
    name, labels = artefact.contract.get("decoder"), artefact.contract.get("labels")
    is_here = isinstance(name, str) and name.isidentifier() and (Path(__file__).parent / f"{name}.py").is_file()
    decode = getattr(importlib.import_module(f"frugal.runtime.{name}"), "decode", None) if is_here else None
    if decode is None:
        raise InputError(
            f"{artefact.model_path} with the decoder {name}", allowed="a contract.json with classification or ctc"
        )
    if not isinstance(labels, list) or not all(isinstance(label, str) for label in labels):
        raise InputError(f"{artefact.model_path} without labels", allowed="a contract.json with a list of texts")
    return decode  # type: ignore[no-any-return]
