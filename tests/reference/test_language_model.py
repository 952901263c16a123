"""Smoothing, mixing, pruning and packing against the formulas in plain Python; the reader of the documentation."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pytest

from frugal.runtime.language_model import LanguageModel
from frugal.runtime.ngram import BackoffModel, with_backoffs
from frugal.runtime.ngram_file import layout_of, pack, size_bytes
from frugal.runtime.ngram_pruning import prune, relative_entropy
from frugal.runtime.ngram_smoothing import count, kneser_ney, mix

ALPHABET = " abcdeé'"
FORMAT = Path(__file__).parents[2] / "export" / "LM_FORMAT.md"


def lines(seed: int, number: int = 60, letters: str = "abcdeé'") -> list[str]:
    """Words drawn with very unequal frequencies, so that some n-grams are common and many rare."""
    generator = np.random.default_rng(seed)
    words = ["".join(generator.choice(list(letters), generator.integers(1, 5))) for _ in range(40)]
    share = 1 / np.arange(1, 41)
    drawn = generator.choice(words, (number, 4), p=share / share.sum())
    return [" ".join(row) for row in drawn]


def key(text: str) -> int:
    return int.from_bytes(bytes(ALPHABET.index(character) for character in text), "big")


def probability(model: BackoffModel, context: str, character: str) -> float:
    context = context[-(model.order - 1) :] if model.order > 1 else ""
    keys = np.array([key(context + character)], dtype=np.uint64)
    return float(model.probability(keys, len(context) + 1)[0])


class PlainKneserNey:
    """Chen and Goodman 1998, equations 24 to 27, with dictionaries; discounts as the paper estimates them."""

    def __init__(self, text: list[str], order: int) -> None:
        self.order = order
        grams: dict[int, Counter[str]] = {n: Counter() for n in range(1, order + 1)}
        for line in text:
            padded = f" {line} "
            for n in range(1, order + 1):
                for end in range(max(n, 2), len(padded) + 1):
                    grams[n][padded[end - n : end]] += 1
        self.counts = {order: dict(grams[order])}
        for n in range(1, order):
            before = defaultdict(set)
            for gram in grams[n + 1]:
                before[gram[1:]].add(gram[0])
            self.counts[n] = {gram: len(before[gram]) or times for gram, times in grams[n].items()}
        self.discounts = {n: self._discounts(list(counts.values())) for n, counts in self.counts.items()}

    def _discounts(self, counts: list[int]) -> tuple[float, float, float]:
        n1, n2, n3, n4 = (counts.count(times) for times in (1, 2, 3, 4))
        if not (n1 and n2 and n3):
            return 0.5, 1.0, 1.5
        y = n1 / (n1 + 2 * n2)
        found = (1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3)
        return found if all(0 < d <= r for r, d in enumerate(found, 1)) else (0.5, 1.0, 1.5)

    def probability(self, context: str, character: str) -> float:
        n = len(context) + 1
        own = {gram: times for gram, times in self.counts[n].items() if gram[:-1] == context}
        lower = self.probability(context[1:], character) if n > 1 else 1 / len(ALPHABET)
        if not own:
            return lower
        d = self.discounts[n]
        taken = {gram: min(d[min(times, 3) - 1], times) for gram, times in own.items()}
        total = sum(own.values())
        gram = context + character
        kept = own.get(gram, 0) - taken.get(gram, 0)
        return (kept + sum(taken.values()) * lower) / total


@pytest.mark.parametrize("order", [1, 2, 4])
@pytest.mark.parametrize("number", [3, 60])
def test_kneser_ney_is_the_formula_of_the_paper(order, number):
    text = lines(0, number)
    model, plain = kneser_ney(count(text, ALPHABET, order), ALPHABET), PlainKneserNey(text, order)
    contexts = {f" {line} "[start : start + order - 1] for line in lines(0, 5) + lines(7, 5) for start in range(8)}
    for context in sorted(contexts):
        for character in ALPHABET:
            assert probability(model, context, character) == pytest.approx(plain.probability(context, character))


def test_a_mixture_is_the_weighted_sum_for_every_stored_ngram():
    sources = [lines(0), lines(1), ["abc", "a"]]
    mixture = mix(sources, lines(0, 9), alphabet=ALPHABET, order=3)
    parts = [PlainKneserNey(source, 3) for source in sources]
    assert sum(mixture.weights) == pytest.approx(1)
    for n, keys in enumerate(mixture.model.keys, start=1):
        for stored, found in list(zip(keys, mixture.model.probabilities[n - 1], strict=True))[::7]:
            gram = "".join(ALPHABET[symbol] for symbol in int(stored).to_bytes(n, "big"))
            summed = sum(w * p.probability(gram[:-1], gram[-1]) for w, p in zip(mixture.weights, parts, strict=True))
            assert found == pytest.approx(summed)


def test_no_other_weights_predict_the_held_out_lines_better():
    sources, held_out = [lines(0), lines(1)], lines(0, 5) + lines(1, 3)
    mixture = mix(sources, held_out, alphabet=ALPHABET, order=3)
    first, second = (kneser_ney(count(source, ALPHABET, 3), ALPHABET).probabilities_in(held_out) for source in sources)
    losses = {w: -np.log(w * first + (1 - w) * second).mean() for w in np.linspace(0.01, 0.99, 99)}
    best = min(losses, key=losses.get)
    assert mixture.weights[0] == pytest.approx(best, abs=0.011)


def small(order: int = 4) -> BackoffModel:
    mixture = mix([lines(0), lines(1)], lines(2), alphabet=ALPHABET, order=order)
    return prune(mixture, lambda counts: sum(counts) <= 300)


def test_all_distributions_sum_to_one():
    mixture = mix([lines(0), lines(1)], lines(2), alphabet=ALPHABET, order=4)
    for model in (mixture.model, small()):
        for context in ("", " ", "a", "'a", "abc", "eee", " d'", "ccé"):
            total = sum(probability(model, context, character) for character in ALPHABET)
            assert total == pytest.approx(1, abs=1e-9), context


def test_pruning_judges_by_the_relative_entropy_to_the_model_without_the_ngram():
    """Stolcke 1998, equation 1: the sum over all characters, with the model really built without the n-gram."""
    mixture = mix([lines(0), lines(1)], lines(2), alphabet=ALPHABET, order=3)
    model = mixture.model
    losses = relative_entropy(model, mixture.shares[2], 3)
    for index in (0, 5, 40, len(losses) - 1):
        removed = int(model.keys[2][index])
        kept = np.arange(len(losses)) != index
        without = with_backoffs(
            ALPHABET, (*model.keys[:2], model.keys[2][kept]), (*model.probabilities[:2], model.probabilities[2][kept])
        )
        context = "".join(ALPHABET[symbol] for symbol in (removed >> 8).to_bytes(2, "big"))
        share = mixture.shares[2][(model.keys[2] >> np.uint64(8)) == (removed >> 8)].sum()
        pairs = [(probability(model, context, c), probability(without, context, c)) for c in ALPHABET]
        assert losses[index] == pytest.approx(share * sum(p * math.log(p / q) for p, q in pairs), abs=1e-12)


def test_rounding_moves_a_logarithm_by_half_a_step_at_most():
    model = small()
    data = pack(model)
    layout = layout_of(data, Path("lm.bin"))
    assert len(data) == size_bytes([len(keys) for keys in model.keys], len(ALPHABET))
    for level, probabilities in zip(layout.levels, model.probabilities, strict=True):
        codes = np.frombuffer(data, np.uint8, level.count, level.probabilities)
        read = layout.probability.highest - codes * layout.probability.step
        assert np.abs(read - np.log(probabilities)).max() <= layout.probability.step / 2 * 1.001
    assert layout.probability.step < 0.05


def test_a_packed_model_is_the_model_but_for_rounding():
    model = small()
    packed = LanguageModel(data := pack(model), layout_of(data, Path("lm.bin")))
    text = lines(3, 30)
    exact = -np.log2(model.probabilities_in(text)).mean()
    assert packed.bits_per_character(text) == pytest.approx(exact, abs=0.01)
    state = packed.start
    for character in "abé' ca":
        total = sum(math.exp(packed.log_probability(state, symbol)) for symbol in range(len(ALPHABET)))
        assert total == pytest.approx(1, abs=0.03)
        state = packed.after(state, packed.symbol(character))


def test_the_reader_of_the_documentation_reads_the_same(tmp_path):
    (code,) = re.findall(r"```python\n(.*?)```", FORMAT.read_text(encoding="utf-8"), re.S)
    names: dict[str, object] = {}
    exec(compile(code, str(FORMAT), "exec"), names)
    for order in (1, 2, 5):
        mixture = mix([lines(0), lines(1)], lines(2), alphabet=ALPHABET, order=order)
        data = pack(prune(mixture, lambda counts: sum(counts) <= 400))
        (tmp_path / "lm.bin").write_bytes(data)
        ours = LanguageModel(data, layout_of(data, Path("lm.bin")))
        theirs = names["LanguageModel"](tmp_path / "lm.bin")  # type: ignore[operator]
        for line in [*lines(4, 10), "", "axb", "xx", "é" * 12]:
            assert theirs.score(line) == pytest.approx(ours.log_probability_of(line))
