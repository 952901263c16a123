"""What a language model and a word list add to a text's score."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from frugal.contract import InputError
from frugal.runtime.fusion import Joint, ModelScorer, WordScorer, read_words
from frugal.runtime.language_model import LanguageModel
from frugal.runtime.ngram_file import layout_of
from frugal.runtime.ngram_training import train

CHARACTERS = ("a", "b", "c", " ", "'", "-", "x", "A", "")
ALPHABET = " abc'-A"


def total(scorer, text: str) -> float:
    """ln of all weights of a text."""
    context, weight = scorer.start(), 1.0
    for character in text:
        label = CHARACTERS.index(character)
        weight *= scorer.weight(context, label)
        assert weight <= scorer.highest ** len(text) * 1.0001
        context = scorer.after(context, label)
    return math.log(weight * scorer.end(context))


def words(*listed: str) -> WordScorer:
    return WordScorer(listed, CHARACTERS, bonus=1.0)


@pytest.mark.parametrize(
    ("text", "bonus"),
    [
        ("ab", 2), ("ab ab", 4), ("c ab", 2), ("ab'ab", 4), ("ab-c", 2), ("Ab", 2),
        ("a", 0), ("abc", 0), ("abb", 0), ("cab", 0), ("ac", 0), ("", 0), (" ", 0), ("a b", 0), ("AB"[:1], 0),
    ],
)  # fmt: skip
def test_a_listed_word_is_worth_its_characters_and_nothing_else_is_worth_anything(text, bonus):
    assert total(words("ab"), text) == pytest.approx(bonus)


def test_the_bonus_comes_with_each_character_so_that_the_word_is_not_lost_before_its_end():
    scorer = words("abc")
    context, label = scorer.start(), CHARACTERS.index("a")
    assert scorer.weight(context, label) == pytest.approx(math.e)
    context = scorer.after(context, label)
    assert scorer.weight(context, CHARACTERS.index("x")) == pytest.approx(1 / math.e)


def test_listed_words_may_hold_apostrophes_and_hyphens():
    assert total(words("a'b", "a-c"), "a'b a-c") == pytest.approx(6)
    assert total(words("a'b"), "a'c") == pytest.approx(0)


def test_prefixes_of_each_other_and_doubles_and_empty_lines():
    scorer = words("ab", "abc", "ab", "", " ")
    assert total(scorer, "ab abc a") == pytest.approx(5)


def language_model(**settings: float) -> LanguageModel:
    trained = train({"t": ["abc", "ab", "a b"]}, ["abc"], alphabet=ALPHABET, order=3)
    return LanguageModel(trained.data, layout_of(trained.data, Path("lm.bin")), **settings)


def test_fusion_weighs_by_alpha_and_rewards_by_beta():
    model = language_model(alpha=0.7, beta=1.3)
    scorer = ModelScorer(model, CHARACTERS)
    for text in ("abc", "a", "", "ab cab", "axb"):
        assert total(scorer, text) == pytest.approx(0.7 * model.log_probability_of(text) + 1.3 * len(text))


def test_joint_scorers_add_up():
    one, other = ModelScorer(language_model(), CHARACTERS), words("ab")
    both = Joint([one, other])
    assert total(both, "ab c") == pytest.approx(total(one, "ab c") + total(other, "ab c"))


def test_words_come_as_a_list_or_a_file(tmp_path):
    (tmp_path / "w.txt").write_text("\ufeffÉlodie\r\nab\n", encoding="utf-8")
    assert [word.strip() for word in read_words(tmp_path / "w.txt")] == ["Élodie", "ab", ""]
    assert read_words(iter(["a", "b"])) == ["a", "b"]
    for bad in (tmp_path / "none.txt", tmp_path):
        with pytest.raises(InputError, match="cannot be read; allowed: a UTF-8 file"):
            read_words(bad)
