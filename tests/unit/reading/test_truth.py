"""Recall and CER on pages whose agreement is known by hand."""

from pathlib import Path

import pytest

from frugal.contract import InputError
from frugal.reading.pages import ReadLine, ReadPage
from frugal.reading.truth import TrueLine, agreement, together, true_lines, truth_beside


def box(top, left=0, width=100, height=20):
    return ((left, top), (left + width, top), (left + width, top + height), (left, top + height))


def read(*lines, count=1, number=1):
    read_lines = tuple(
        ReadLine(polygon=polygon, baseline=(), block=0, text=text, confidence=1.0, words=(), characters=())
        for text, polygon in lines
    )
    return ReadPage(path=Path("a.png"), number=number, count=count, width=200, height=100, lines=read_lines)


def test_boxes_that_overlap_by_half_are_found_each_once():
    truth = [TrueLine(text="un", polygon=box(0)), TrueLine(text="deux", polygon=box(40))]
    # 20 x 100 against 20 x 100 moved by 6: 14 / 26 = 0.54; moved by 7: 13 / 27 = 0.48
    assert agreement(read(("un", box(6)), ("deux", box(40))), truth).found == 2
    assert agreement(read(("un", box(7)), ("deux", box(40))), truth).found == 1
    assert agreement(read(("un", box(0)), ("deux", box(2))), truth).found == 1


def test_error_is_counted_end_to_end_in_reading_order():
    truth = [TrueLine(text="le chat", polygon=box(0)), TrueLine(text="dort", polygon=box(40))]
    right = agreement(read(("le chat", box(0)), ("dort", box(40))), truth)
    assert (right.recall, right.cer, right.by) == (1.0, 0.0, "boxes")
    missing = agreement(read(("le chat", box(0))), truth)
    assert (missing.found, missing.characters.errors, missing.characters.total) == (1, 5, 12)
    swapped = agreement(read(("dort", box(40)), ("le chat", box(0))), truth)
    assert swapped.recall == 1.0
    assert swapped.cer > 0.5


def test_without_boxes_a_line_is_found_when_half_of_it_stands_in_the_answer():
    truth = [TrueLine(text="Le garçon a reçu"), TrueLine(text="sept lettres"), TrueLine(text="hier")]
    result = agreement(read(("Le garcon a regu", box(0)), ("hier", box(40))), truth)
    assert (result.lines, result.found, result.by) == (3, 2, "texts")
    assert agreement(read(), truth).found == 0


def test_an_empty_page_has_neither():
    empty = agreement(read(), [])
    assert (empty.recall, empty.cer) == (None, None)


def test_pages_add_up():
    truth = [TrueLine(text="un", polygon=box(0))]
    whole = together([agreement(read(("un", box(0))), truth), agreement(read(), truth)])
    assert (whole.lines, whole.found, whole.cer) == (2, 1, 0.5)


def test_text_of_several_pages_is_parted_by_form_feeds(tmp_path):
    (tmp_path / "a.txt").write_text("un\n\ndeux\n\ftrois\n\f")
    assert [line.text for line in true_lines(tmp_path / "a.txt", read(count=2))] == ["un", "deux"]
    assert [line.text for line in true_lines(tmp_path / "a.txt", read(count=2, number=2))] == ["trois"]
    with pytest.raises(InputError, match=r"has 2 pages, a\.png has 1"):
        true_lines(tmp_path / "a.txt", read())


def test_xml_also_says_where(tmp_path):
    (tmp_path / "a.xml").write_text(
        "<PcGts><Page imageWidth='100' imageHeight='50'><TextRegion><TextLine><Coords points='0,0 50,0 50,10 0,10'/>"
        "<TextEquiv><Unicode>un</Unicode></TextEquiv></TextLine></TextRegion></Page></PcGts>"
    )
    [line] = true_lines(tmp_path / "a.xml", read())
    assert (line.text, line.polygon[2]) == ("un", (100, 20))


def test_a_folder_holds_a_truth_per_image(tmp_path):
    (tmp_path / "a.txt").write_text("x")
    assert truth_beside(tmp_path, Path("scans/a.png")) == tmp_path / "a.txt"
    assert truth_beside(tmp_path / "a.txt", Path("b.png")) == tmp_path / "a.txt"
    with pytest.raises(InputError, match=r"without b\.txt or b\.xml"):
        truth_beside(tmp_path, Path("b.png"))
    with pytest.raises(InputError, match="cannot be read"):
        true_lines(tmp_path / "none.txt", read())
