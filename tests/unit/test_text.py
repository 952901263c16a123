"""Rules by name, alignment, accents and alphabets, each on a line that a person can check."""

from __future__ import annotations

import string
import time
import unicodedata

import pytest

from frugal.text import (
    FRENCH,
    RULES,
    STANDARD,
    accent_tally,
    align,
    alphabet_of,
    apply_rules,
    edit_distance,
    is_accented,
    normalise,
    words,
)


def test_normalise_joins_accents_folds_quotes_and_leaves_guillemets() -> None:
    given = " \t« L’e\u0301te\u0301 »\u00a0: ‘a’ “b”\u202f!\n"
    assert normalise(given) == "« L'été » : 'a' \"b\" !"
    assert normalise(normalise(given)) == normalise(given)
    assert normalise(" \u2009 ") == ""


@pytest.mark.parametrize(
    ("rule", "given", "made"),
    [
        ("nfc", "c\u0327a", "ça"),
        ("quotes", "‘l’“été”", "'l'\"été\""),
        ("guillemets", "«‹x›»", "\"'x'\""),
        ("dashes", "a–b—c\u2011d−e", "a-b-c-d-e"),
        ("ellipsis", "et…", "et..."),
        ("case", "ÉTÉ Œuvre", "été œuvre"),
        ("accents", "Çà ŒUVRE, naïf æ ø", "Ca OEUVRE, naif ae ø"),
        ("punctuation", "l'« été », a_b - c!", "l été  ab  c"),
        ("spaces", "\u00a0a \u202f b\n", "a b"),
    ],
)
def test_each_rule_does_what_its_name_says_and_no_more(rule: str, given: str, made: str) -> None:
    assert RULES[rule](given) == made
    assert RULES[rule](made) == made
    assert RULES[rule]("abc 12 def") == "abc 12 def"


def test_every_rule_is_shown_above_and_explains_itself() -> None:
    assert list(RULES) == [
        "nfc",
        "quotes",
        "guillemets",
        "dashes",
        "ellipsis",
        "case",
        "accents",
        "punctuation",
        "spaces",
    ]
    assert all(rule.__doc__ for rule in RULES.values())


def test_rules_are_applied_in_their_own_order_whatever_order_they_are_named_in() -> None:
    text = "  « L’E\u0301te\u0301 »  "
    assert apply_rules(text, STANDARD) == normalise(text)
    assert apply_rules(text, ["spaces", "punctuation", "accents", "case"]) == "lete"
    assert apply_rules(text, []) == text


def test_align_pairs_what_stands_at_the_same_place() -> None:
    assert align("maïs", "mais") == [("m", "m"), ("a", "a"), ("ï", "i"), ("s", "s")]
    assert align("où", "o") == [("o", "o"), ("ù", "")]
    assert align("", "ab") == [("", "a"), ("", "b")]
    assert align("ab", "") == [("a", ""), ("b", "")]
    assert align("", "") == []


def test_align_takes_words_too() -> None:
    assert align(words("la mer bleue"), words("mer bleu")) == [("la", ""), ("mer", "mer"), ("bleue", "bleu")]


def test_edit_distance_of_long_lines_and_of_nothing() -> None:
    assert edit_distance("", "abc") == edit_distance("abc", "") == 3
    assert edit_distance("", "") == 0
    assert edit_distance("é" * 500, "é" * 499 + "e") == 1
    assert edit_distance([1, 2, 3], (1, 3)) == 1


def test_two_thousand_lines_of_sixty_characters_take_less_than_two_seconds() -> None:
    truth, answer = (
        "Le notaire a reçu ce jour la somme de deux cents francs, dont",
        "Le notaire à recu ce jour la some de deux cent francs, don",
    )
    started = time.process_time()
    assert all(edit_distance(truth, answer) == 5 for _ in range(2000))
    assert time.process_time() - started < 2.0


def test_accents_are_counted_where_they_stand_in_the_truth() -> None:
    assert accent_tally("élève", "éleve") == (1, 2)
    assert accent_tally("Çà et là", "Ca et la") == (0, 3)
    assert accent_tally("œuvre", "oeuvre") == (0, 1)
    assert accent_tally("ete", "été") == (0, 0)
    assert accent_tally("été", "été") == (2, 2)
    assert accent_tally("été", "") == (0, 2)


def test_what_counts_as_accented() -> None:
    assert all(map(is_accented, "àâçéèêëîïôùûüÿœæÀÇÉŒÆñöåő"))
    assert not any(map(is_accented, string.printable + "«»–…€°½¼²ºª·ßø한"))


def test_the_default_alphabet_is_normalised_and_holds_what_french_needs() -> None:
    assert len(set(FRENCH)) == len(FRENCH) == 169
    assert FRENCH[0] == " "
    assert [char for char in FRENCH if char != " " and normalise(char) != char] == []
    pangram = "Dès Noël, où un zéphyr haï me vêt de glaçons würmiens, je dîne d'exquis rôtis de bœuf au kir à l'aÿ"
    lower = set(pangram) | set("æ")
    needed = lower | {char.upper() for char in lower} | set(string.printable[:95]) | set("«»–—…€§°½²")
    assert needed - set(FRENCH) == set()
    assert all(unicodedata.category(char)[0] in "LNPSZ" for char in FRENCH)


def test_an_alphabet_from_data_is_sorted_with_the_space_first() -> None:
    assert alphabet_of(["Zoé", "à la", "!"]) == " !Zaloàé"
    assert alphabet_of([]) == " "
