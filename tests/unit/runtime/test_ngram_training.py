"""From lines to a packed model: what is counted, held out, fitted into bytes and refused."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from frugal.contract import InputError
from frugal.runtime.language_model import LanguageModel
from frugal.runtime.ngram import checked_alphabet
from frugal.runtime.ngram_file import layout_of
from frugal.runtime.ngram_smoothing import count, kneser_ney
from frugal.runtime.ngram_training import hold_out, train

ALPHABET = " abcdefghij"


def lines(seed: int, number: int = 300) -> list[str]:
    generator = np.random.default_rng(seed)
    words = ["".join(generator.choice(list(ALPHABET[1:]), generator.integers(2, 6))) for _ in range(60)]
    return [" ".join(generator.choice(words, 5)) for _ in range(number)]


def opened(data: bytes) -> LanguageModel:
    return LanguageModel(data, layout_of(data, Path("lm.bin")))


def test_ngrams_are_counted_within_padded_lines():
    counted = count(["ab", "a"], ALPHABET, 3)
    grams = [
        {int(key).to_bytes(n, "big"): int(times) for key, times in zip(keys, counts, strict=True)}
        for n, (keys, counts) in enumerate(zip(counted.keys, counted.counts, strict=True), start=1)
    ]
    space, a, b = 0, 1, 2
    assert grams[0] == {bytes([a]): 2, bytes([b]): 1, bytes([space]): 2}
    assert grams[1] == {bytes([space, a]): 2, bytes([a, b]): 1, bytes([b, space]): 1, bytes([a, space]): 1}
    assert set(grams[2]) == {bytes([space, a, b]), bytes([a, b, space]), bytes([space, a, space])}


def test_a_line_is_cut_at_a_character_outside_the_alphabet():
    counted = count(["aXb"], ALPHABET, 2)
    assert len(counted.keys[1]) == 2  # " a" and "b "
    model = kneser_ney(counted, ALPHABET)
    assert len(model.probabilities_in(["aXb"])) == 2


def test_more_bytes_predict_better_and_every_size_is_kept():
    found = {}
    for size in (600, 3_000, 20_000):
        trained = train({"t": lines(0)}, lines(0, 20), alphabet=ALPHABET, order=5, max_bytes=size)
        assert len(trained.data) <= size
        assert trained.bits_per_character == pytest.approx(opened(trained.data).bits_per_character(lines(0, 20)))
        found[size] = trained.bits_per_character
    assert found[600] > found[3_000] > found[20_000] >= trained.bits_unpruned - 0.01
    assert sum(trained.ngrams) <= sum(trained.ngrams_unpruned)


def test_the_same_lines_give_the_same_bytes():
    first, second = (train({"t": lines(0)}, lines(1, 9), alphabet=ALPHABET).data for _ in range(2))
    assert first == second


def test_a_source_like_the_held_out_lines_gets_the_weight():
    trained = train({"near": lines(0), "far": lines(5)}, lines(0, 30), alphabet=ALPHABET, order=4)
    assert trained.weights["near"] > 0.9
    fixed = train({"near": lines(0), "far": lines(5)}, lines(0, 30), alphabet=ALPHABET, order=4, weights=[1, 3])
    assert fixed.weights == {"near": 0.25, "far": 0.75}
    assert fixed.bits_per_character > trained.bits_per_character


def test_held_out_lines_are_not_trained_on():
    text = [f"{'abcdefghij'[i % 10]}{'abcdefghij'[i // 10]}" for i in range(100)] + ["aa"] * 40
    kept, held = hold_out(text)
    assert len(kept) == 133
    assert not set(kept) & set(held)
    assert len(held) == 5


def test_the_automaton_forgets_nothing_that_matters_when_its_memory_is_full(monkeypatch):
    from frugal.runtime import language_model

    trained = train({"t": lines(0)}, lines(0, 9), alphabet=ALPHABET, order=5)
    expected = [opened(trained.data).log_probability_of(line) for line in lines(3, 30)]
    monkeypatch.setattr(language_model, "_MOST_STATES", 3)
    model = opened(trained.data)
    assert [model.log_probability_of(line) for line in lines(3, 30)] == expected


def test_an_unknown_character_is_as_probable_as_the_rarest():
    trained = train({"t": lines(0)}, lines(0, 9), alphabet=ALPHABET + "Z", order=3)
    model = opened(trained.data)
    rarest = min(model.log_probability(model.after(model.start, -1), symbol) for symbol in range(len(ALPHABET) + 1))
    assert model.log_probability(model.start, model.symbol("é")) == rarest
    assert math.isfinite(model.log_probability_of("éé"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"order": 9}, "order 9; allowed: 1 to 8"),
        ({"order": 0}, "order 0"),
        ({"max_bytes": 50}, "max_bytes 50; allowed: >= "),
        ({"alphabet": "abc"}, "with the space"),
        ({"alphabet": " aa"}, "each once"),
        ({"alphabet": " \na"}, "without line breaks"),
        ({"sources": {}}, "no text holds no line"),
        ({"sources": {"t": lines(0), "empty.txt": ["", "XYZ"]}}, "empty.txt holds no line"),
        ({"held_out": []}, "no line is left to measure on; allowed: at least 20 lines"),
        ({"weights": [1, 1]}, r"weights \[1, 1\]; allowed: 1 numbers"),
        ({"weights": [0]}, "weights"),
    ],
)
def test_what_cannot_be_trained_is_one_line(change, message):
    given = {"sources": {"t": lines(0)}, "held_out": lines(1, 5), "alphabet": ALPHABET, **change}
    with pytest.raises(InputError, match=message):
        train(given.pop("sources"), given.pop("held_out"), **given)


def test_an_alphabet_of_255_characters_is_the_largest():
    most = " " + "".join(map(chr, range(0x4E00, 0x4E00 + 254)))
    trained = train({"t": [most[1:], most[::-1]]}, [most[50:90]], alphabet=most, order=2)
    assert opened(trained.data).alphabet == most
    with pytest.raises(InputError, match="at most 255"):
        checked_alphabet(most + "é")
