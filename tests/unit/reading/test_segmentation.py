"""Given outlines: which file is taken, how its points become lines, what does not fit the image."""

from pathlib import Path

import numpy as np
import pytest

from frugal.contract import InputError
from frugal.reading.loading import PageImage
from frugal.reading.segmentation import beside, given_lines

PAGE = """<PcGts><Page imageWidth="200" imageHeight="100">
  <TextRegion id="a"><TextLine><Coords points="10,10 90,10 90,30 10,30"/><Baseline points="10,26 90,26"/></TextLine>
    <TextLine><Baseline points="10,56 90,56"/></TextLine><TextLine/></TextRegion>
  <TextRegion id="b"><TextLine><Coords points="110,10 190,10 190,30 110,30"/></TextLine></TextRegion>
</Page></PcGts>"""


def image(width=200, height=100, count=1):
    return PageImage(path=Path("a.png"), number=1, count=count, grey=np.zeros((height, width), np.uint8))


@pytest.fixture
def xml(tmp_path):
    (tmp_path / "a.xml").write_text(PAGE)
    return tmp_path / "a.xml"


def test_outlines_baselines_and_blocks_are_taken_over(xml):
    first, second, third = given_lines(xml, image())
    assert first.polygon == ((10, 10), (90, 10), (90, 30), (10, 30))
    assert first.baseline == ((10, 26), (90, 26))
    assert [line.block for line in (first, second, third)] == [0, 0, 1]
    assert third.baseline == ()


def test_a_baseline_alone_gets_a_band_as_high_as_lines_are_apart(xml):
    heights = [y for _, y in given_lines(xml, image())[1].polygon]
    assert (min(heights), max(heights)) == (56 - 0.75 * 30, 56 + 0.3 * 30)


def test_points_follow_a_larger_scan(xml):
    assert given_lines(xml, image(400, 200))[0].polygon[2] == (180, 60)


def test_another_image_is_refused(xml):
    with pytest.raises(InputError, match="200 x 100 on an image of 200 x 300"):
        given_lines(xml, image(200, 300))
    with pytest.raises(InputError, match=r"describes 1 pages, a\.png has 2"):
        given_lines(xml, image(count=2))


def test_the_file_beside_an_image_counts_only_if_it_is_one(xml, tmp_path):
    assert beside(tmp_path / "a.png") == xml
    assert beside(tmp_path / "b.png") is None
    (tmp_path / "c.xml").write_text("<annotation><object/></annotation>")
    assert beside(tmp_path / "c.jpg") is None
