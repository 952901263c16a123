"""A page read by something that counts strokes: which images it gets, and where words and characters lie."""

from pathlib import Path

import numpy as np
import pytest

from frugal.contract import InputError, Prediction
from frugal.reading.finding import PageLine
from frugal.reading.loading import PageImage
from frugal.reading.pages import read_page
from frugal.zoo.loading import load
from tests.unit.reading.drawn_pages import draw_page
from tests.unit.reading.line_model import write_line_model


class Recorder:
    """Keeps what it is given; reads "a" in everything."""

    def __init__(self):
        self.items = []

    def predict(self, items):
        self.items += items
        return [Prediction(value="a", confidence=0.5, spans=((0.0, float(item.shape[1])),)) for item in items]


def page_of(grey):
    return PageImage(path=Path("a.png"), number=1, count=1, grey=grey)


@pytest.fixture
def drawn():
    return draw_page(0, spacing=2.0)


def test_lines_reach_the_reader_as_dark_ink_on_even_light_paper():
    recorder = Recorder()
    page = read_page(page_of(draw_page(1, shadow=0.6, skew=2.0).grey), recorder.predict)
    assert len(page.lines) == len(recorder.items) == 14
    for item in recorder.items:
        assert item.dtype == np.uint8
        assert item.shape[0] < 60  # level: a line turned by 2 degrees would be 20 pixels higher
        assert np.median(item) > 235
        assert item.min() < 120


def test_neighbours_are_not_in_the_picture():
    """Two lines that touch in height: each image holds its own ink only."""
    page = np.full((240, 400), 240, np.uint8)
    for left in range(40, 340, 30):
        page[60:90, left : left + 16] = 20  # the upper line
        page[120:150, left + 15 : left + 31] = 20  # the lower one
    page[60:128, 74:80] = 20  # a descender that reaches between the lower line's letters
    recorder = Recorder()
    lines = read_page(page_of(page), recorder.predict).lines
    assert len(lines) == 2
    upper, lower = recorder.items
    assert upper.shape[0] > 60  # with its descender
    assert lower.shape[0] < 50
    dark = (lower < 120).any(axis=0)
    assert np.count_nonzero(np.diff(dark.astype(int)) == 1) == 10  # the descender's end, between two letters, is paper


def test_lines_of_ruled_paper_reach_the_reader_without_rules():
    marked = {}
    for rules in ("none", "lines", "seyes"):
        recorder = Recorder()
        assert len(read_page(page_of(draw_page(3, rules=rules).grey), recorder.predict).lines) == 14
        marked[rules] = np.mean([(item < 225).mean() for item in recorder.items])
    # With their rules 0.05 and 0.12 more of the pixels are marked than without.
    assert marked["none"] - 0.03 < marked["lines"] < marked["none"] + 0.01
    assert marked["none"] - 0.03 < marked["seyes"] < marked["none"] + 0.01


def test_words_and_characters_lie_on_their_ink(drawn, tmp_path):
    page = read_page(page_of(drawn.grey), load(write_line_model(tmp_path)).predict)
    assert (page.width, page.height) == drawn.grey.shape[::-1]
    assert len(page.lines) == 14
    seen = 0
    for line, (left, top, right, bottom) in zip(page.lines, drawn.boxes, strict=True):
        assert line.text == "".join(character.text for character in line.characters)
        assert line.text.split() == [word.text for word in line.words]
        for word in line.words:
            (x0, y0), _, (x1, y1), _ = word.polygon
            assert left - 12 < x0 < x1 < right + 12
            assert y0 < top + 8 and y1 > bottom - 8
            assert 0 <= word.confidence <= 1
            assert word.text == "".join(character.text for character in word.characters)
            ink = drawn.grey[int(top) : int(bottom), max(0, int(x0)) : int(x1)]
            seen += (ink < 120).any()
    assert seen == sum(len(line.words) for line in page.lines) > 20


def test_an_image_of_one_line_is_read_as_it_is():
    page = draw_page(2, lines=1)
    (left, top, right, bottom) = map(int, page.boxes[0])
    alone = page.grey[top - 6 : bottom + 6, left - 6 : right + 6]
    recorder = Recorder()
    read = read_page(page_of(alone), recorder.predict)
    assert recorder.items[0] is alone
    height, width = alone.shape
    assert read.lines[0].polygon == ((0, 0), (width, 0), (width, height), (0, height))


def test_given_lines_are_read_and_not_sought(drawn):
    left, top, right, bottom = drawn.boxes[3]
    outline = ((left, top), (right, top), (right, bottom), (left, bottom))
    nowhere = ((-90.0, -90.0), (-80.0, -90.0), (-80.0, -80.0))
    recorder = Recorder()
    given = [PageLine(polygon=nowhere, baseline=()), PageLine(polygon=outline, baseline=(), block=4)]
    unread, line = read_page(page_of(drawn.grey), recorder.predict, given=given).lines
    assert len(recorder.items) == 1
    assert (unread.text, unread.confidence) == ("", None)
    assert (line.polygon, line.block, line.text) == (outline, 4, "a")
    assert abs(recorder.items[0].shape[1] - (right - left)) < 4


def test_a_line_that_is_refused_names_the_file(drawn):
    def refuse(items):
        raise InputError("item 0: an image of 2 x 30000 pixels", allowed="shorter ones")

    with pytest.raises(InputError, match=r"^a\.png: item 0: an image of 2 x 30000 pixels; allowed: shorter ones$"):
        read_page(page_of(drawn.grey), refuse)


def test_a_blank_page_has_no_lines():
    assert read_page(page_of(np.full((500, 400), 250, np.uint8)), Recorder().predict).lines == ()
