"""A read page as ALTO 4 (Library of Congress), with words, glyphs and their confidence.

Knows read pages; reads no file.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence

from frugal.reading.formats.geometry import around, blocks_of, box_of, child, text_of, whole, written
from frugal.reading.pages import Part, ReadLine, ReadPage, Word

NAMESPACE = "http://www.loc.gov/standards/alto/ns-v4#"
SCHEMA = "http://www.loc.gov/standards/alto/v4/alto-4-4.xsd"


def render(page: ReadPage, *, software: str) -> str:
    """The document; `software` says what read it."""
    root = ET.Element("alto", {"xmlns": NAMESPACE, "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
                               "xsi:schemaLocation": f"{NAMESPACE} {SCHEMA}"})  # fmt: skip
    description = child(root, "Description")
    child(description, "MeasurementUnit").text = "pixel"
    source = child(description, "sourceImageInformation")
    child(source, "fileName").text = page.path.name
    processing = child(description, "Processing", ID="reading")
    child(processing, "processingCategory").text = "contentGeneration"
    child(child(processing, "processingSoftware"), "softwareName").text = software
    size = {"WIDTH": str(page.width), "HEIGHT": str(page.height)}
    layout = child(root, "Layout")
    sheet = child(layout, "Page", ID="page", PHYSICAL_IMG_NR=str(page.number), **size)
    space = child(sheet, "PrintSpace", HPOS="0", VPOS="0", **size)
    for number, lines in enumerate(blocks_of(page), start=1):
        _block(space, f"block_{number}", lines, page)
    return text_of(root)


def _block(space: ET.Element, name: str, lines: Sequence[ReadLine], page: ReadPage) -> None:
    block = child(space, "TextBlock", ID=name, **_place(around(lines, page), page))
    for number, line in enumerate(lines, start=1):
        stands = {"BASELINE": written(whole(line.baseline, page))} if line.baseline else {}
        element = child(block, "TextLine", ID=f"{name}_line_{number}", **_place(line.polygon, page), **stands)
        outline = child(child(element, "Shape"), "Polygon")
        outline.set("POINTS", written(whole(line.polygon, page)))
        _strings(element, line, page)


def _strings(element: ET.Element, line: ReadLine, page: ReadPage) -> None:
    """A String per word with a space between; one for the whole text where words are unknown (the schema wants one)."""
    if not line.words:
        child(element, "String", CONTENT=line.text, **_place(line.polygon, page), **_share("WC", line.confidence))
    for number, word in enumerate(line.words):
        if number:
            child(element, "SP")
        _string(element, word, page)


def _string(element: ET.Element, word: Word, page: ReadPage) -> None:
    string = child(element, "String", CONTENT=word.text, **_place(word.polygon, page), **_share("WC", word.confidence))
    for character in word.characters:
        _glyph(string, character, page)


def _glyph(string: ET.Element, character: Part, page: ReadPage) -> None:
    child(
        string, "Glyph", CONTENT=character.text, **_place(character.polygon, page), **_share("GC", character.confidence)
    )


def _place(points: Sequence[tuple[float, float]], page: ReadPage) -> dict[str, str]:
    left, top, right, bottom = box_of(whole(points, page))
    return {"HPOS": str(left), "VPOS": str(top), "WIDTH": str(right - left), "HEIGHT": str(bottom - top)}


def _share(name: str, confidence: float | None) -> dict[str, str]:
    return {} if confidence is None else {name: f"{confidence:.4f}"}
