"""RIMES 2011 in the layout of the competition."""

import numpy as np
import pytest

from frugal.contract import InputError
from frugal.data.line_files import open_lines
from frugal.data.line_images import decoded
from tests.unit.data.stored_lines import drawn, encoded

LINE = drawn("Suite à notre entretien")

TRAINING = """<?xml version="1.0" encoding="utf-8"?>
<DocumentList>
  <SinglePage FileName="images_gray/train2011-0.png">
    <Paragraph Bottom="400" Left="0" Right="600" Top="0">
      <Line Bottom="89" Left="20" Right="403" Top="50" Value="Suite à notre entretien"/>
      <Line Bottom="200" Left="-4" Right="900" Top="150" Value="je vous adresse 5 &amp;euro; ¤&quot;"/>
      <Line Bottom="260" Left="20" Right="60" Top="230" Value=""/>
    </Paragraph>
  </SinglePage>
  <SinglePage FileName="images_gray/train2011-1.png"><Paragraph/></SinglePage>
</DocumentList>
"""
EVALUATION = TRAINING.replace("train2011", "eval2011").replace("entretien", "courrier")


@pytest.fixture
def folder(tmp_path):
    page = np.full((300, 600), 245, np.uint8)
    page[50:90, 20 : 20 + LINE.shape[1]] = LINE
    (tmp_path / "images_gray").mkdir()
    for name in ("train2011-0", "eval2011-0"):
        (tmp_path / "images_gray" / f"{name}.png").write_bytes(encoded(page))
    (tmp_path / "training_2011.xml").write_text(TRAINING, encoding="utf-8")
    (tmp_path / "eval_2011_annotated.xml").write_text(EVALUATION, encoding="utf-8")
    return tmp_path


def test_both_parts(folder):
    source = open_lines(folder)
    lines = list(source.stream(None))
    assert len(source) == 4, "neither the empty value nor the empty paragraph"
    assert [(line.id, line.split) for line in lines] == [
        ("train2011-0-0", "train"),
        ("train2011-0-1", "train"),
        ("eval2011-0-0", "test"),
        ("eval2011-0-1", "test"),
    ]
    assert [line.text for line in lines[:2]] == ["Suite à notre entretien", 'je vous adresse 5 € "']
    assert lines[2].text == "Suite à notre courrier"
    assert np.array_equal(decoded(lines[0]), LINE)
    assert decoded(lines[1]).shape == (51, 600), "moved onto the page"
    assert {line.writer for line in lines} == {None}


def test_the_corrected_training_file_is_preferred(folder):
    (folder / "training_2011.patched.xml").write_text(TRAINING.replace("entretien", "appel"), encoding="utf-8")
    assert next(open_lines(folder).stream(None)).text == "Suite à notre appel"


def test_one_part_alone_and_images_elsewhere(folder):
    (folder / "training_2011.xml").unlink()
    (folder / "eval_2011").mkdir()
    (folder / "images_gray").rename(folder / "eval_2011" / "images")
    assert {line.split for line in open_lines(folder).stream(None)} == {"test"}


@pytest.mark.parametrize(
    ("xml", "part"),
    [
        (TRAINING[:300], r"training_2011\.xml is no XML"),
        (TRAINING.replace("DocumentList", "Documents"), "no element DocumentList"),
        (TRAINING.replace('Top="50"', ""), "page images_gray/train2011-0.png: a Line without"),
        (TRAINING.replace("train2011-0", "train2011-7"), "no image train2011-7.png"),
    ],
)
def test_a_broken_file_is_one_line(folder, xml, part):
    (folder / "training_2011.xml").write_text(xml, encoding="utf-8")
    with pytest.raises(InputError, match=part):
        open_lines(folder)
