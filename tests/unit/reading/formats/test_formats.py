"""What is written: text, data, and XML whose elements stand where the two schemas want them."""

import json
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest

from frugal.pagexml import read_page_xml
from frugal.reading.formats import alto, page, text
from frugal.reading.formats import json as data
from frugal.reading.pages import Part, ReadLine, ReadPage, Word

ALTO = {
    "alto": ("Description", "Styles", "Tags", "Layout"),
    "Description": ("MeasurementUnit", "sourceImageInformation", "OCRProcessing", "Processing"),
    "sourceImageInformation": ("fileName", "fileIdentifier", "documentIdentifier"),
    "Processing": (
        *("processingCategory", "processingDateTime", "processingAgency", "processingStepDescription"),
        *("processingStepSettings", "processingSoftware"),
    ),
    "processingSoftware": ("softwareCreator", "softwareName", "softwareVersion", "applicationDescription"),
    "Layout": ("Page",),
    "Page": ("TopMargin", "LeftMargin", "RightMargin", "BottomMargin", "PrintSpace"),
    "PrintSpace": ("Shape", "TextBlock"),
    "TextBlock": ("Shape", "TextLine"),
    "TextLine": ("Shape", ("String", "SP"), "HYP"),
    "String": ("Shape", "ALTERNATIVE", "Glyph"),
    "Glyph": ("Shape", "Variant"),
    "Shape": ("Polygon",),
}
"""ALTO 4: element -> its children, in order; those in a tuple alternate."""
ALTO_NEEDS = {
    "Page": {"ID", "PHYSICAL_IMG_NR"},
    "TextBlock": {"ID"},
    "String": {"CONTENT"},
    "Glyph": {"CONTENT"},
    "Polygon": {"POINTS"},
}
PAGE = {
    "PcGts": ("Metadata", "Page"),
    "Metadata": ("Creator", "Created", "LastChange", "Comments"),
    "Page": (
        "AlternativeImage",
        "Border",
        "PrintSpace",
        "ReadingOrder",
        "Layers",
        "Relations",
        "TextStyle",
        "TextRegion",
    ),
    "ReadingOrder": ("OrderedGroup",),
    "OrderedGroup": ("UserDefined", "Labels", "RegionRefIndexed"),
    "TextRegion": (
        "AlternativeImage",
        "Coords",
        "UserDefined",
        "Labels",
        "Roles",
        "TextLine",
        "TextEquiv",
        "TextStyle",
    ),
    "TextLine": ("AlternativeImage", "Coords", "Baseline", "Word", "TextEquiv"),
    "Word": ("AlternativeImage", "Coords", "Glyph", "TextEquiv"),
    "Glyph": ("AlternativeImage", "Coords", "Graphemes", "TextEquiv"),
    "TextEquiv": ("PlainText", "Unicode"),
}
PAGE_NEEDS = {
    "Page": {"imageFilename", "imageWidth", "imageHeight"},
    "OrderedGroup": {"id"},
    "RegionRefIndexed": {"index", "regionRef"},
    **{name: {"id"} for name in ("TextRegion", "TextLine", "Word", "Glyph")},
    "Coords": {"points"},
    "Baseline": {"points"},
}


def square(left, top, width=10, height=10):
    return ((left, top), (left + width, top), (left + width, top + height), (left, top + height))


def part(letter, left):
    return Part(text=letter, polygon=square(left, 10.4), confidence=0.75)


def line(text_, top, block, words=()):
    characters = tuple(character for word in words for character in word.characters)
    return ReadLine(
        polygon=square(-2.0, top, 150, 20),
        baseline=((0.0, top + 15), (140.4, top + 14.6)),
        block=block,
        text=text_,
        confidence=0.5 if text_ else None,
        words=words,
        characters=characters,
    )


WORDS = (
    Word(text="ça", polygon=square(0, 10, 20), confidence=0.5, characters=(part("ç", 0), part("a", 10))),
    Word(text="&", polygon=square(30, 10), confidence=0.25, characters=(part("&", 30),)),
)
READ = ReadPage(
    path=Path("in") / "a <b>.png",
    number=1,
    count=1,
    width=200,
    height=100,
    lines=(line("ça &", 10, 0, WORDS), line("", 35, 0), line("fin", 60, 1)),
)
EMPTY = replace(READ, lines=())


def local(element):
    return element.tag.rpartition("}")[2]


def check(root, children, needs):
    """Every element has only children that its schema lists, in that order, and the attributes that it must have."""
    for element in root.iter():
        order = {}
        for rank, names in enumerate(children.get(local(element), ())):
            order |= dict.fromkeys([names] if isinstance(names, str) else names, rank)
        ranks = [order[local(child)] for child in element]
        assert ranks == sorted(ranks), local(element)
        assert needs.get(local(element), set()) <= set(element.attrib), local(element)
    ids = [element.get("ID", element.get("id")) for element in root.iter() if element.get("ID", element.get("id"))]
    assert len(ids) == len(set(ids))
    assert all(name[0].isalpha() and " " not in name for name in ids)


def test_text_has_a_blank_line_between_blocks_and_pages():
    assert text.render([READ]) == "ça &\n\nfin\n"
    assert text.render([READ, EMPTY, READ]) == "ça &\n\nfin\n\nça &\n\nfin\n"
    assert text.render([EMPTY]) == ""


def test_data_is_plain_json():
    found = json.loads(json.dumps(data.render([READ]), allow_nan=False))
    assert found["schema"] == 1
    [read] = found["pages"]
    assert (read["file"], read["page"], read["width"], read["height"]) == (str(READ.path), 1, 200, 100)
    first, second, _ = read["lines"]
    assert first["polygon"] == [[-2, 10], [148, 10], [148, 30], [-2, 30]]
    assert (first["text"], first["confidence"], first["block"]) == ("ça &", 0.5, 0)
    assert [word["text"] for word in first["words"]] == ["ça", "&"]
    assert first["characters"][1] == {
        "text": "a",
        "confidence": 0.75,
        "polygon": [[10, 10.4], [20, 10.4], [20, 20.4], [10, 20.4]],
    }
    assert (second["text"], second["confidence"]) == ("", None)


def test_alto_keeps_the_schema():
    root = ET.fromstring(alto.render(READ, software="frugal 1"))
    assert root.tag == "{http://www.loc.gov/standards/alto/ns-v4#}alto"
    check(root, ALTO, ALTO_NEEDS)
    lines = [element for element in root.iter() if local(element) == "TextLine"]
    assert [[local(child) for child in element] for element in lines] == [
        *(["Shape", "String", "SP", "String"], ["Shape", "String"], ["Shape", "String"])
    ]
    assert lines[0].get("BASELINE") == "0,25 140,25"
    string = next(element for element in lines[0] if local(element) == "String")
    assert dict(string.attrib) == {
        **{"CONTENT": "ça", "HPOS": "0", "VPOS": "10", "WIDTH": "20", "HEIGHT": "10", "WC": "0.5000"}
    }
    assert [glyph.get("CONTENT") for glyph in string] == ["ç", "a"]


def test_page_keeps_the_schema():
    root = ET.fromstring(page.render(READ, software="frugal 1", created="2026-01-02T03:04:05+00:00"))
    assert root.tag == f"{{{page.NAMESPACE}}}PcGts"
    check(root, PAGE, PAGE_NEEDS)
    order = [element.get("regionRef") for element in root.iter() if local(element) == "RegionRefIndexed"]
    assert order == [element.get("id") for element in root.iter() if local(element) == "TextRegion"]
    coords = [element.get("points") for element in root.iter() if local(element) in ("Coords", "Baseline")]
    assert all(point.replace(",", "").isdecimal() for points in coords for point in points.split(" "))
    equivalents = [element for element in root.iter() if local(element) == "TextEquiv"]
    assert {element.get("conf") for element in equivalents} == {"0.7500", "0.5000", "0.2500", None}


@pytest.mark.parametrize("form", ["alto", "page"])
def test_what_is_written_is_read_again(tmp_path, form):
    written = (
        alto.render(READ, software="x") if form == "alto" else page.render(READ, software="x", created="2026-01-01")
    )
    (tmp_path / "a.xml").write_text(written, encoding="utf-8")
    [again] = read_page_xml(tmp_path / "a.xml")
    assert (again.image, again.width, again.height) == ("a <b>.png", 200, 100)
    assert [found.text for found in again.lines] == ["ça &", "", "fin"]
    assert again.lines[0].polygon == ((0, 10), (148, 10), (148, 30), (0, 30))
    assert again.lines[2].baseline == ((0, 75), (140, 75))
    assert len({found.region for found in again.lines}) == 2


@pytest.mark.parametrize("form", ["alto", "page"])
def test_a_page_without_lines_is_a_document(form):
    written = (
        alto.render(EMPTY, software="x") if form == "alto" else page.render(EMPTY, software="x", created="2026-01-01")
    )
    children, needs = (ALTO, ALTO_NEEDS) if form == "alto" else (PAGE, PAGE_NEEDS)
    check(ET.fromstring(written), children, needs)
    assert "TextLine" not in written
