"""Are CER and WER right? Against jiwer and a plain edit matrix, on random lines with accents, gaps and repeats."""

from __future__ import annotations

import random

import jiwer
import pytest

from frugal.text import FRENCH, accent_tally, align, edit_distance, is_accented, normalise, words


def lines(seed: int, count: int = 150) -> list[tuple[str, str]]:
    """Pairs of lines, the second a damaged copy of the first: characters lost, changed, doubled, or all different."""
    generator = random.Random(seed)
    letters = "aeé st l'rnçœ.,E" + FRENCH[1 : 1 + seed % 60]
    pairs = []
    for _ in range(count):
        truth = normalise("".join(generator.choices(letters, k=generator.randint(1, 90)))) or "é"
        damage = generator.choice((0.0, 0.05, 0.3, 1.0))
        answer = [
            generator.choice(("", generator.choice(letters), char + char, " ")) if generator.random() < damage else char
            for char in truth
        ]
        pairs.append((truth, normalise("".join(answer))))
    return pairs


def matrix_distance(a: str, b: str) -> int:
    """Wagner and Fischer 1974, cell by cell."""
    above = list(range(len(b) + 1))
    for i, char in enumerate(a, start=1):
        row = [i]
        for j, other in enumerate(b, start=1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (char != other)))
        above = row
    return above[-1]


@pytest.mark.parametrize("seed", range(4))
def test_character_error_rate_is_that_of_jiwer(seed: int) -> None:
    pairs = lines(seed)
    ours = sum(edit_distance(truth, answer) for truth, answer in pairs) / sum(len(truth) for truth, _ in pairs)
    assert 0.05 < ours < 1.5
    assert ours == pytest.approx(jiwer.cer(*map(list, zip(*pairs, strict=True))), abs=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_word_error_rate_is_that_of_jiwer(seed: int) -> None:
    pairs = [(words(truth), words(answer)) for truth, answer in lines(seed)]
    ours = sum(edit_distance(truth, answer) for truth, answer in pairs) / sum(len(truth) for truth, _ in pairs)
    assert 0.05 < ours < 1.5
    assert ours == pytest.approx(jiwer.wer(*map(list, zip(*lines(seed), strict=True))), abs=1e-12)


def test_distance_of_every_line_is_that_of_the_plain_matrix() -> None:
    generator = random.Random(9)
    short = [tuple("".join(generator.choices("abé", k=generator.randint(0, 7))) for _ in "12") for _ in range(1500)]
    for truth, answer in [*short, *lines(5, 40)]:
        assert edit_distance(truth, answer) == matrix_distance(truth, answer), (truth, answer)


def test_a_path_spells_both_lines_and_is_as_short_as_jiwers() -> None:
    for truth, answer in lines(3):
        path = align(truth, answer)
        assert "".join(char for char, _ in path) == truth
        assert "".join(char for _, char in path) == answer
        found = jiwer.process_characters(truth, answer)
        assert sum(char != other for char, other in path) == found.substitutions + found.deletions + found.insertions


def test_accents_recalled_are_those_that_jiwers_alignment_calls_equal() -> None:
    """On lines that can still be read; of noise, equally short paths pair different characters."""
    readable = [(t, a) for seed in range(4) for t, a in lines(seed) if edit_distance(t, a) <= 0.2 * len(t)]
    ours, theirs = 0, 0
    for truth, answer in readable:
        recalled, total = accent_tally(truth, answer)
        (chunks,) = jiwer.process_characters(truth, answer).alignments
        same = [range(chunk.ref_start_idx, chunk.ref_end_idx) for chunk in chunks if chunk.type == "equal"]
        reference = sum(is_accented(truth[index]) for span in same for index in span)
        assert total == sum(map(is_accented, truth))
        assert abs(recalled - reference) <= 1, (truth, answer)
        ours, theirs = ours + recalled, theirs + reference
    assert ours > 1000
    assert ours == pytest.approx(theirs, rel=0.005)
