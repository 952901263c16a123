"""Words, accents and raw characters of lines, counted by hand."""

from __future__ import annotations

from frugal.contract import Prediction, Tally
from frugal.runtime.line_scores import accent_score, raw_score, word_score


def said(*answers: str) -> list[Prediction]:
    return [Prediction(value=answer, confidence=1.0) for answer in answers]


def test_raw_characters_are_not_normalised() -> None:
    assert raw_score(said("l'été"), ["l’été"]) == [Tally(1.0, 5.0)]


def test_words_are_compared_after_normalisation() -> None:
    assert word_score(said("l'ete  est la"), ["l’été est là"]) == [Tally(2.0, 3.0)]
    assert word_score(said(""), ["un deux"]) == [Tally(2.0, 2.0)]


def test_accents_count_what_the_truth_has() -> None:
    assert accent_score(said("dejà vu", "rien"), ["déjà vu", "rien"]) == [Tally(1.0, 2.0), Tally(0.0, 0.0)]
