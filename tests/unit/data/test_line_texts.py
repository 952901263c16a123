"""Windows of whole words, accents more often than they are, and entries that the default alphabet can spell."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from frugal.contract import InputError
from frugal.data.line_texts import ENTRIES, Sentences, read_sentences, written_line
from frugal.text import FRENCH, normalise
from tests.unit.data.handwriting import SENTENCES, write_sentences


@pytest.fixture
def sentences(tmp_path: Path) -> Sentences:
    return read_sentences([write_sentences(tmp_path / "text.txt")])


def lines(sentences: Sentences, count: int = 300, **changes: Any) -> list[str]:
    settings: dict[str, Any] = {"length": (15, 40), "accents": 0.0, "entries": 0.0, "capitals": 0.0} | changes
    return [written_line(sentences, np.random.default_rng(seed), **settings) for seed in range(count)]


def test_windows_are_whole_words_in_their_order(sentences: Sentences) -> None:
    whole = f" {' '.join(SENTENCES)} {' '.join(SENTENCES)} "
    found = lines(sentences)
    assert all(f" {line} " in whole for line in found)
    assert all(15 <= len(line) <= 40 + 10 for line in found)
    assert len(set(found)) > 100


def test_the_seed_decides(sentences: Sentences) -> None:
    assert lines(sentences, 20, accents=0.5, entries=0.5) == lines(sentences, 20, accents=0.5, entries=0.5)


def test_accents_bring_rare_letters_forward(tmp_path: Path) -> None:
    common = tuple(f"été numéro{'é' * number} sans rien" for number in range(1, 100))
    sentences = read_sentences([write_sentences(tmp_path / "text.txt", (*common, "naïf"))])
    assert sentences.accented["ï"] == ("naïf",)
    plain, more = (Counter("".join(lines(sentences, 400, accents=share))) for share in (0.0, 1.0))
    assert more["ï"] > 20 and more["ï"] > 4 * plain["ï"]


def test_every_line_gets_an_accented_word_if_asked(sentences: Sentences) -> None:
    accented = set("çéèêëîïàùôœ") | set("ÇÉÈÊËÎÏÀÙÔŒ")
    assert all(accented & set(line) for line in lines(sentences, accents=1.0))


def test_capitals(sentences: Sentences) -> None:
    assert all(line == line.upper() for line in lines(sentences, capitals=1.0))


@pytest.mark.parametrize("entry", ENTRIES)
def test_entries_are_spelt_with_the_default_alphabet(entry: Any) -> None:
    found = {entry(word, np.random.default_rng(seed)) for word in ("maison", "(été),", "«", "!") for seed in range(200)}
    assert len(found) >= 6
    assert all(text.strip() == text and text for text in found)
    assert set(normalise("".join(found))) <= set(FRENCH)


def test_entries_are_dates_prices_and_quotes(sentences: Sentences) -> None:
    text = "\n".join(lines(sentences, 2000, entries=1.0))
    for part in (" €", ",0", "1er ", "août", "n° ", " h ", " siècle", "« ", "(18", "!", "%", "”"):
        assert part in text, part


@pytest.mark.parametrize("content", [b"", b"  \n12 345\n...\n"])
def test_files_without_a_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "text.txt").write_bytes(content)
    with pytest.raises(InputError, match=r"^no sentence in .*text\.txt; try: "):
        read_sentences([tmp_path / "text.txt"])


def test_no_file_another_encoding_and_decomposed_letters(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^no sentence in no text file"):
        read_sentences([])
    with pytest.raises(InputError, match=r"missing\.txt cannot be read \(FileNotFoundError\)"):
        read_sentences([tmp_path / "missing.txt"])
    (tmp_path / "old.txt").write_bytes("été".encode("latin-1"))
    with pytest.raises(InputError, match=r"old\.txt cannot be read \(UnicodeDecodeError\)"):
        read_sentences([tmp_path / "old.txt"])
    (tmp_path / "mac.txt").write_text("e\u0301te\u0301", encoding="utf-8")
    assert read_sentences([tmp_path / "mac.txt"]).lines == ("été",)
