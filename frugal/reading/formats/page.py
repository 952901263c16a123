"""A read page as PAGE XML of 2019-07-15 (PRImA), with words, glyphs and their confidence.

Knows read pages; reads no file.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence

from frugal.reading.formats.geometry import around, blocks_of, child, text_of, whole, written
from frugal.reading.pages import Part, ReadLine, ReadPage, Word

NAMESPACE = "http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15"


def render(page: ReadPage, *, software: str, created: str) -> str:
    """The document; `software` says what read it, `created` when (ISO 8601)."""
    root = ET.Element("PcGts", {"xmlns": NAMESPACE, "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
                                "xsi:schemaLocation": f"{NAMESPACE} {NAMESPACE}/pagecontent.xsd"})  # fmt: skip
    metadata = child(root, "Metadata")
    for name, text in (("Creator", software), ("Created", created), ("LastChange", created)):
        child(metadata, name).text = text
    size = {"imageWidth": str(page.width), "imageHeight": str(page.height)}
    sheet = child(root, "Page", imageFilename=page.path.name, **size)
    blocks = blocks_of(page)
    if blocks:
        order = child(child(sheet, "ReadingOrder"), "OrderedGroup", id="order")
        for number in range(len(blocks)):
            child(order, "RegionRefIndexed", index=str(number), regionRef=f"region_{number + 1}")
    for number, lines in enumerate(blocks, start=1):
        _region(sheet, f"region_{number}", lines, page)
    return text_of(root)


def _region(sheet: ET.Element, name: str, lines: Sequence[ReadLine], page: ReadPage) -> None:
    region = child(sheet, "TextRegion", id=name)
    _coords(region, around(lines, page), page)
    for number, line in enumerate(lines, start=1):
        _line(region, f"{name}_line_{number}", line, page)


def _line(region: ET.Element, name: str, line: ReadLine, page: ReadPage) -> None:
    element = child(region, "TextLine", id=name)
    _coords(element, line.polygon, page)
    if line.baseline:
        child(element, "Baseline", points=written(whole(line.baseline, page)))
    for number, word in enumerate(line.words, start=1):
        _word(element, f"{name}_word_{number}", word, page)
    _reading(element, line.text, line.confidence)


def _word(line: ET.Element, name: str, word: Word, page: ReadPage) -> None:
    element = child(line, "Word", id=name)
    _coords(element, word.polygon, page)
    for number, character in enumerate(word.characters, start=1):
        _glyph(element, f"{name}_glyph_{number}", character, page)
    _reading(element, word.text, word.confidence)


def _glyph(word: ET.Element, name: str, character: Part, page: ReadPage) -> None:
    element = child(word, "Glyph", id=name)
    _coords(element, character.polygon, page)
    _reading(element, character.text, character.confidence)


def _coords(element: ET.Element, points: Sequence[tuple[float, float]], page: ReadPage) -> None:
    child(element, "Coords", points=written(whole(points, page)))


def _reading(element: ET.Element, text: str, confidence: float | None) -> None:
    sure = {} if confidence is None else {"conf": f"{confidence:.4f}"}
    child(child(element, "TextEquiv", **sure), "Unicode").text = text
