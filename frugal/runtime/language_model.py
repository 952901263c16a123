"""A character language model: how probable is this character after those? Read from a folder with `lm.bin`.

Knows the byte layout and nothing of images, scores or how it was trained.

A line is scored as if a space stood before it and after it. The states are those of a back-off automaton (Allauzen,
Mohri and Roark 2003) that is built where decoding comes along: a step that was taken before is one look-up.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from frugal.contract import InputError
from frugal.runtime.ngram_file import Layout, Level, layout_of

ALPHA = 0.5
BETA = 1.0
_MOST_STATES = 100_000
"""Remembered states, after which remembering begins anew; each takes about a kilobyte."""


Context = tuple[int, int, int, float]
"""The symbols that follow an n-gram lie at [first, end) of the file, on a level counted from 0; ln of its back-off."""


class State:
    """What the model remembers of a text: the stored n-grams that end here and that something follows, longest first.

    Attributes:
        contexts: of each of them, and of the empty one at the end, what is needed to go on from it.
        log_probabilities, following: by symbol, as far as they were asked for.
    """

    __slots__ = ("contexts", "following", "log_probabilities")

    def __init__(self, contexts: tuple[Context, ...]) -> None:
        self.contexts = contexts
        self.log_probabilities: dict[int, float] = {}
        self.following: dict[int, State] = {}


class LanguageModel:
    """An n-gram model over characters, with what its contract says.

    Attributes:
        alphabet: its characters; a symbol is a position in it.
        order: the longest n-gram.
        alpha, beta: weight of the model, and reward of each character, in shallow fusion (see `frugal.runtime.beam`).
        temperature: calibrates the confidence of texts that were read with it, on top of the network's own.
        size_bytes: of `lm.bin`.
        start: the state at the beginning of a line.
    """

    def __init__(
        self, data: bytes, layout: Layout, *, alpha: float = ALPHA, beta: float = BETA, temperature: float = 1.0
    ) -> None:
        self.alphabet = layout.alphabet
        self.order = len(layout.levels)
        self.alpha = alpha
        self.beta = beta
        self.temperature = temperature
        self.size_bytes = layout.size_bytes
        self._data = data
        self._levels = layout.levels
        self._probability = [layout.probability.highest - code * layout.probability.step for code in range(256)]
        self._backoff = [layout.backoff.highest - code * layout.backoff.step for code in range(256)]
        self._symbols = {character: symbol for symbol, character in enumerate(layout.alphabet)}
        self._bytes = [bytes((symbol,)) for symbol in range(256)]
        self._states: dict[tuple[int, ...], State] = {}
        self._begins = [_begins(data, layout.levels, level) for level in range(self.order - 1)]
        unigrams = layout.levels[0]
        self._unknown = self._probability[max(data[unigrams.probabilities : unigrams.probabilities + unigrams.count])]
        self._empty = State(((unigrams.symbols, unigrams.symbols + unigrams.count, 0, 0.0),))
        self.start = self.after(self._empty, self.symbol(" "))

    def symbol(self, character: str) -> int:
        """The position of a character in the alphabet; -1 for one that is not in it."""
        return self._symbols.get(character, -1)

    def log_probability(self, state: State, symbol: int) -> float:
        """ln p(symbol | state); a character outside the alphabet is as probable as the rarest one in it."""
        found = state.log_probabilities.get(symbol)
        if found is None:
            found = state.log_probabilities[symbol] = self._log_probability(state, symbol)
        return found

    def after(self, state: State, symbol: int) -> State:
        """The state after a symbol; nothing is remembered behind a character outside the alphabet."""
        found = state.following.get(symbol)
        if found is None:
            found = state.following[symbol] = self._after(state, symbol)
        return found

    def log_probability_of(self, text: str) -> float:
        """ln p of the characters of a line and of the space after it."""
        total, state = 0.0, self.start
        for character in f"{text} ":
            symbol = self.symbol(character)
            total += self.log_probability(state, symbol)
            state = self.after(state, symbol)
        return total

    def bits_per_character(self, lines: Iterable[str]) -> float:
        """Mean of -log2 p over all characters, the space after each line counted as one; perplexity is 2 ** this."""
        total, characters = 0.0, 0
        for line in lines:
            total -= self.log_probability_of(line)
            characters += len(line) + 1
        if not characters:
            raise ValueError("no line to measure a language model on; give one at least")
        return total / characters / math.log(2)

    def _log_probability(self, state: State, symbol: int) -> float:
        if symbol < 0:
            return self._unknown
        data, byte = self._data, self._bytes[symbol]
        total = 0.0
        for first, end, level, log_backoff in state.contexts:
            place = data.find(byte, first, end)
            if place >= 0:
                return total + self._probability[data[place + self._levels[level].count]]
            total += log_backoff
        raise AssertionError("every symbol is a unigram")

    def _after(self, state: State, symbol: int) -> State:
        if symbol < 0:
            return self._empty
        find, byte, deepest = self._data.find, self._bytes[symbol], self.order - 1
        contexts, places = [], []
        for first, end, level, _ in state.contexts:
            place = find(byte, first, end)
            if place < 0 or level == deepest:
                continue
            here = self._levels[level]
            begins, index = self._begins[level], place - here.symbols
            if begins[index] < begins[index + 1]:
                log_backoff = self._backoff[self._data[here.backoffs + index]]
                contexts.append((begins[index], begins[index + 1], level + 1, log_backoff))
                places.append(place)
        key = tuple(places)
        found = self._states.get(key)
        if found is None:
            if len(self._states) >= _MOST_STATES:
                self._states.clear()
            found = self._states[key] = State((*contexts, *self._empty.contexts))
        return found


def _begins(data: bytes, levels: Sequence[Level], level: int) -> memoryview:
    """Where in the file the symbols that follow each n-gram of a level begin, and behind the last of them."""
    here = levels[level]
    children = np.frombuffer(data, dtype=np.uint8, count=here.count, offset=here.children)
    begins = np.zeros(here.count + 1, dtype=np.uint32)
    np.cumsum(children, out=begins[1:])
    begins += np.uint32(levels[level + 1].symbols)
    return begins.data


def open_language_model(folder: Path) -> LanguageModel:
    """The model in a folder with `lm.bin` and `contract.json`; raises InputError for anything else."""
    folder = Path(folder)
    contract = _contract(folder)
    path = folder / "lm.bin"
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"{path} cannot be read ({error.strerror})", allowed="a folder that frugal lm wrote"
        ) from error
    alpha, beta = (_number(contract, key, default, folder) for key, default in (("alpha", ALPHA), ("beta", BETA)))
    temperature = _number(contract, "temperature", 1.0, folder)
    if temperature <= 0:
        raise InputError(f"{folder / 'contract.json'}: temperature {temperature:g}", allowed="a number above 0")
    return LanguageModel(data, layout_of(data, path), alpha=alpha, beta=beta, temperature=temperature)


def _contract(folder: Path) -> Mapping[str, Any]:
    path = folder / "contract.json"
    try:
        contract = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(
            f"lm={folder} has no readable contract.json", allowed="a folder that frugal lm wrote"
        ) from error
    if not isinstance(contract, dict) or contract.get("task") != "lm":
        task = contract.get("task") if isinstance(contract, dict) else None
        raise InputError(f"lm={folder} is a model for the task {task}", allowed="a language model: task lm")
    return contract


def _number(contract: Mapping[str, Any], key: str, default: float, folder: Path) -> float:
    value = contract.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise InputError(f"{folder / 'contract.json'}: {key} {value!r}", allowed="a number")
    return float(value)
