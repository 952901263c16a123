"""The IAM database in the layout of its archives."""

import numpy as np
import pytest

from frugal.contract import InputError
from frugal.data.line_files import open_lines
from frugal.data.line_images import decoded
from tests.unit.data.stored_lines import drawn, png

LINES = """#--- lines.txt ---------------------------------------------------------------#
#
# iam database line information
#
# format: a01-000u-00 ok 154 19 408 746 1663 91 A|MOVE|to|stop|Mr.|Gaitskell|from
#
a01-000u-00 ok 154 19 408 746 1661 89 A|MOVE|to|stop|Mr.|Gaitskell|from
a01-000u-01 err 156 19 395 932 1850 105 Labour|M Ps|,|he|said|"|no|"
a01-000x-00 ok 182 30 341 727 1905 147 Hello|world|.
r06-022-00 ok 170 9 341 727 190 147 Peers|.
"""
FORMS = """#--- forms.txt --------------------------------------------------------------#
#
# format: a01-000u 000 2 prt 7 5 52 36
#
a01-000u 000 2 prt 7 5 52 36
a01-000x 001 2 prt 7 5 52 36
"""
XML = """<?xml version="1.0" encoding="ISO-8859-1"?>
<!DOCTYPE form SYSTEM "schema.dtd">
<form created="2002-01-14" height="3542" id="a01-000u" skew="287" status="final" version="3.0_beta" writer-id="000">
  <machine-printed-part><machine-print-line text="A MOVE to stop Mr. Gaitskell"/></machine-printed-part>
  <handwritten-part>
    <line id="a01-000u-00" segmentation="ok" threshold="154" text="A MOVE to stop Mr. Gaitskell from">
      <word id="a01-000u-00-00" tag="AT" text="A"><cmp x="408" y="768" width="27" height="51"/></word>
    </line>
    <line id="a01-000u-01" segmentation="err" threshold="156" text="Labour M Ps, he said &amp;quot;no&quot;"/>
  </handwritten-part>
</form>
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "ascii").mkdir()
    (tmp_path / "ascii" / "lines.txt").write_text(LINES)
    (tmp_path / "ascii" / "forms.txt").write_text(FORMS)
    for name in ("a01/a01-000u/a01-000u-00", "a01/a01-000u/a01-000u-01", "a01/a01-000x/a01-000x-00",
                 "r06/r06-022/r06-022-00"):  # fmt: skip
        path = tmp_path / "lines" / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(png(path.stem))
    return tmp_path


def test_lines_with_their_writers(folder):
    source = open_lines(folder)
    lines = list(source.stream(None))
    assert len(source) == 4
    assert [(line.id, line.writer, line.split) for line in lines] == [
        ("a01-000u-00", "000", None),
        ("a01-000u-01", "000", None),
        ("a01-000x-00", "001", None),
        ("r06-022-00", None, None),
    ]
    assert [line.text for line in lines[:2]] == ["A MOVE to stop Mr. Gaitskell from", 'Labour M Ps , he said " no "']
    assert np.array_equal(decoded(lines[2]), drawn("a01-000x-00"))


def test_the_xml_spells_as_it_was_written(folder):
    (folder / "xml").mkdir()
    (folder / "xml" / "a01-000u.xml").write_text(XML, encoding="iso-8859-1")
    texts = [line.text for line in open_lines(folder).stream(None)]
    assert texts == ["A MOVE to stop Mr. Gaitskell from", 'Labour M Ps, he said "no"', "Hello world .", "Peers ."]


def test_the_writer_independent_split_by_line(folder):
    task = folder / "largeWriterIndependentTextLineRecognitionTask"
    task.mkdir()
    for name, ids in (
        ("trainset.txt", "a01-000u-00\n"),
        ("validationset1.txt", "a01-000u-01\n"),
        ("validationset2.txt", "a01-000x-00\n"),
        ("testset.txt", ""),
    ):
        (task / name).write_text(ids)
    assert [line.split for line in open_lines(folder).stream(None)] == ["train", "val", "val", None]


def test_the_split_of_aachen_by_form(folder):
    for name, forms in (("train", "a01-000u\n"), ("validation", "a01-000x\n"), ("test", "r06-022\n")):
        (folder / f"{name}.uttlist").write_text(forms)
    assert [line.split for line in open_lines(folder).stream(None)] == ["train", "train", "val", "test"]


def test_two_splits_at_once_are_one_too_many(folder):
    (folder / "train.uttlist").write_text("a01-000u\n")
    (folder / "task").mkdir()
    (folder / "task" / "trainset.txt").write_text("a01-000u-00\n")
    with pytest.raises(InputError, match="two official splits"):
        open_lines(folder)


@pytest.mark.parametrize(
    ("name", "content", "part"),
    [
        ("ascii/lines.txt", b"# nothing\n", "names no line"),
        ("ascii/lines.txt", b"a01-000u-00 ok 154 19\n", "line 1: a01-000u-00 ok"),
        ("ascii/lines.txt", b"a01 ok 154 19 408 746 1661 89 A|MOVE\n", "line 1: a01 ok"),
        ("ascii/lines.txt", b"\xff\xfe", "cannot be read"),
        ("ascii/lines.txt", b"b02-000-00 ok 154 19 408 746 1661 89 A\n", "iam: no file .*b02-000-00.png"),
        ("xml/a01-000u.xml", XML[:400].encode(), "is no XML"),
        ("xml/a01-000u.xml", b"<html/>", "no element form"),
    ],
)
def test_a_broken_file_is_one_line(folder, name, content, part):
    (folder / "xml").mkdir()
    (folder / name).write_bytes(content)
    with pytest.raises(InputError, match=part):
        open_lines(folder)
