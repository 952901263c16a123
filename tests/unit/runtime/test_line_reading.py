"""Lines in, texts out: sizes, blank paper, neighbours, language models and word lists."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from frugal.contract import InputError
from frugal.runtime.artefact import open_artefact
from frugal.runtime.lm_folder import write_lm_folder
from frugal.runtime.ngram_training import train
from frugal.runtime.reader import Reader
from frugal.zoo import index
from frugal.zoo.loading import load

ALPHABET = " abcé"


@pytest.fixture
def reader(tmp_path, make_line_reader):
    return Reader(open_artefact(make_line_reader(tmp_path / "lines")))


@pytest.fixture
def unsure(tmp_path, make_line_reader):
    """It hardly tells b from c, or é from c."""
    return Reader(open_artefact(make_line_reader(tmp_path / "unsure", sharpness=0.04)))


def write_lm(folder: Path, lines, **settings) -> Path:
    trained = train({"lines": lines}, lines, alphabet=ALPHABET, order=3)
    how = {"alpha": 1.0, "beta": 1.0, **settings}
    write_lm_folder(folder, trained, sources={"lines": lines}, held_out=lines, alphabet=ALPHABET, **how)
    return folder


def test_a_line_is_read_and_every_character_has_its_place(reader, draw):
    [line] = reader.predict([draw("bac é")])
    assert line.value == "bac é"
    assert 0.9 < line.confidence <= 1
    assert line.alternatives == ()
    middles = [(start + end) / 2 for start, end in line.spans]
    assert middles == pytest.approx([6, 14, 22, 30, 38])
    assert [word.text for word in line.words] == ["bac", "é"]
    assert line.words[0].span == (line.spans[0][0], line.spans[2][1])


@pytest.mark.parametrize(("drawn", "value", "middles"), [(" ab ", "ab", [14, 22]), ("b  ", "b", [6]), ("  ", "", [])])
def test_the_ends_are_trimmed_with_their_places(reader, draw, drawn, value, middles):
    [line] = reader.predict([draw(drawn)])
    assert line.value == value and len(line.confidences) == len(value)
    assert [(start + end) / 2 for start, end in line.spans] == pytest.approx(middles)


def test_texts_that_differ_by_a_space_at_an_end_are_one(reader, draw):
    [line] = reader.predict([draw("b ")], words=["c"])
    texts = [text for text, _ in line.alternatives]
    assert line.value == "b" and len({*texts, "b"}) == len(texts) + 1 and all(text == text.strip() for text in texts)


@pytest.mark.parametrize("scale", [1, 2, 5])
def test_spans_are_pixels_of_the_given_image(reader, draw, scale):
    [line] = reader.predict([draw("ab", scale=scale)])
    assert [(start + end) / 2 for start, end in line.spans] == pytest.approx([6 * scale, 14 * scale])


@pytest.mark.parametrize("scale", [1, 2])
@pytest.mark.parametrize(("narrower_than", "widths"), [(8, [1.0]), (9.1, [1.0, 2.0])])
def test_narrow_hands_are_looked_at_twice(tmp_path, make_line_reader, draw, monkeypatch, narrower_than, widths, scale):
    """Five characters on 44 pixels: 8.8 each. Drawn out they say the same, and stand where they stood."""
    look = {"narrower_than": narrower_than, "widen": 2.0}
    reader = Reader(open_artefact(make_line_reader(tmp_path / "lines", second_look=look)))
    image, seen, run = draw("bac é", scale=scale), [], reader._run
    monkeypatch.setattr(reader, "_run", lambda feeds: (seen.append(feeds[0]["image"].shape[1]), run(feeds))[1])
    [line] = reader.predict([image])
    assert line.value == "bac é"
    assert [width / image.shape[1] for width in seen] == widths
    assert [(start + end) / 2 for start, end in line.spans] == pytest.approx([scale * x for x in (6, 14, 22, 30, 38)])
    assert reader.predict([draw("")])[0].value == ""


def test_spans_end_with_the_image(reader, draw):
    image = draw("ab")[:, :-6]  # the last character is cut in two
    [line] = reader.predict([image])
    assert line.spans[-1][1] <= image.shape[1]


def test_a_line_does_not_depend_on_its_neighbours(reader, draw):
    images = [draw("ab"), draw("c é b a", scale=3), np.full((8, 4), 255, np.uint8), draw("éé")]
    together = reader.predict(images)
    assert together == [reader.predict([image])[0] for image in images]
    assert [line.value for line in together] == ["ab", "c é b a", "", "éé"]


@pytest.mark.parametrize("shape", [(0, 0), (0, 5), (1, 900), (900, 1), (1, 1), (10, 10), (64, 2), (2, 2)])
def test_paper_and_specks_are_no_text_and_no_crash(reader, shape):
    for image in (np.full(shape, 255, np.uint8), np.zeros(shape, np.uint8)):
        assert [line.value for line in reader.predict([image])] == [""]


def test_noise_of_any_size_is_read_as_something(reader):
    generator = np.random.default_rng(0)
    for shape in ((2, 2), (3, 200), (200, 3), (10, 10), (64, 1000)):
        [line] = reader.predict([generator.integers(0, 256, shape, dtype=np.uint8)])
        assert isinstance(line.value, str) and 0 <= line.confidence <= 1
        assert len(line.spans) == len(line.confidences) == len(line.value)


def test_a_very_wide_line_is_read_and_an_absurd_one_refused(reader, draw):
    text = "ab c" * 900
    image = draw(text)
    assert image.shape[1] > 28_000
    assert reader.predict([image])[0].value == text
    for height, width in ((1, 30_000), (2, 30_000), (16, 150_000)):
        absurd = np.zeros((height, width), np.uint8)
        with pytest.raises(
            InputError, match=rf"item 1: an image of {height} x {width} pixels; allowed: .*as high; try"
        ):
            reader.predict([image, absurd])


@pytest.mark.parametrize(
    ("item", "part"),
    [
        (np.zeros((8, 8), np.float32), "float32"),
        (np.zeros((8, 8, 3), np.uint8), r"shape \(8, 8, 3\)"),
        (np.full((8, 8), np.nan), "float64"),
    ],
)
def test_what_is_no_grey_image_is_refused_by_index(reader, draw, item, part):
    with pytest.raises(
        ValueError, match=rf"item 1, input image: .*{part}.*; allowed: uint8 \(height, width\), dark ink"
    ):
        reader.predict([draw("a"), item])


def test_nothing_gives_nothing(reader):
    assert reader.predict([]) == []


def test_a_language_model_decides_what_the_image_leaves_open(unsure, tmp_path, draw):
    image = draw("acé")
    image[:, 12:16] = 78  # between b and c, nearer to c
    assert unsure.predict([image])[0].value.startswith("ac")
    lm = write_lm(tmp_path / "lm", ["abé", "abé abé"])
    [line] = unsure.predict([image], lm=lm)
    assert line.value == "abé"
    assert line.alternatives and line.alternatives[0][0] != "abé"
    assert line.confidence + sum(share for _, share in line.alternatives) <= 1 + 1e-9
    assert unsure.predict([image], lm=str(lm)) == [line]
    [doubted] = unsure.predict([image], lm=write_lm(tmp_path / "warm", ["abé", "abé abé"], temperature=2.0))
    assert (doubted.value, doubted.spans) == (line.value, line.spans)
    assert doubted.confidence < line.confidence
    [weightless] = unsure.predict([image], lm=write_lm(tmp_path / "off", ["abé"], alpha=0.0, beta=0.0))
    assert weightless.value.startswith("ac")


def test_a_word_list_is_a_bonus_and_no_constraint(unsure, reader, tmp_path, draw):
    image = draw("ac")
    image[:, 12:16] = 78
    assert unsure.predict([image])[0].value == "ac"
    assert unsure.predict([image], words=["ab"])[0].value == "ab"
    (tmp_path / "words.txt").write_text("ab\n\n", encoding="utf-8")
    assert unsure.predict([image], words=tmp_path / "words.txt")[0].value == "ab"
    assert reader.predict([draw("ac")], words=["ab"])[0].value == "ac"  # clearly written
    lm = write_lm(tmp_path / "lm", ["ac ac", "ac"], alpha=0.1)
    assert unsure.predict([image], lm=lm)[0].value == "ac"
    assert unsure.predict([image], lm=lm, words=["ab"])[0].value == "ab"


def test_what_is_no_language_model_or_word_list(reader, tmp_path, draw, make_line_reader):
    image = [draw("a")]
    for lm in (tmp_path / "nowhere", make_line_reader(tmp_path / "other")):
        with pytest.raises(InputError, match="lm="):
            reader.predict(image, lm=lm)
    with pytest.raises(InputError, match=r"words='nowhere.txt' cannot be read.*try: words=\['nowhere.txt'\]"):
        reader.predict(image, words="nowhere.txt")
    with pytest.raises(InputError, match="words with 3"):
        reader.predict(image, words=[3])


def test_a_language_model_of_the_zoo_goes_by_its_name(tmp_path, monkeypatch, make_line_reader, draw):
    write_lm(tmp_path / "zoo" / "lm-x@2", ["ab ab"])
    monkeypatch.setattr(index, "FOLDER", tmp_path / "zoo")
    reader = load(make_line_reader(tmp_path / "lines"))
    by_folder = reader.predict([draw("ab")], lm=tmp_path / "zoo" / "lm-x@2")
    assert reader.predict([draw("ab")], lm="lm-x") == reader.predict([draw("ab")], lm="lm-x@2") == by_folder
    with pytest.raises(InputError, match="no model 'lm-y' in the zoo"):
        reader.predict([draw("ab")], lm="lm-y")


def test_temperature_calibrates_confidence_and_changes_no_text(tmp_path, make_line_reader, draw):
    image = draw("abc")
    image[:, 12:16] = 68
    found = {}
    for temperature in (1.0, 3.0):
        folder = make_line_reader(tmp_path / f"t{temperature}", temperature=temperature)
        reader = Reader(open_artefact(folder))
        lm = write_lm(tmp_path / "lm", ["abc"])
        found[temperature] = reader.predict([image]) + reader.predict([image], lm=lm)
    for sure, doubtful in zip(found[1.0], found[3.0], strict=True):
        assert sure.value == doubtful.value == "abc"
        assert doubtful.confidence < sure.confidence


@pytest.mark.parametrize(
    ("key", "value"),
    [("blank", 6), ("blank", "last"), ("time_stride", 0), ("time_stride", None), ("height", -1), ("temperature", 0),
     ("second_look", 2), ("second_look", {"widen": 2}), ("second_look", {"narrower_than": 3, "widen": "much"})],
)  # fmt: skip
def test_a_contract_that_cannot_be_read_names_the_key(tmp_path, make_line_reader, key, value):
    with pytest.raises(InputError, match=f"contract.json with {key}"):
        Reader(open_artefact(make_line_reader(tmp_path / "a", **{key: value})))


def test_blank_may_be_any_class(tmp_path, make_line_reader, draw):
    """The same scores, with the classes named the other way: what was blank is now a letter."""
    folder = make_line_reader(tmp_path / "a", labels=list("ABCDE"), blank=0)
    contract = json.loads((folder / "contract.json").read_text())
    assert contract["blank"] == 0
    [line] = Reader(open_artefact(folder)).predict([draw("a b")])
    assert line.value == "EAEEBE"
