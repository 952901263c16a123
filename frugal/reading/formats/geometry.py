"""What ALTO and PAGE have in common: points as whole pixels, boxes around them, and XML as text.

Knows neither format's elements.
"""

from __future__ import annotations

import itertools
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Sequence

from frugal.pagexml import Points
from frugal.reading.pages import ReadLine, ReadPage

Box = tuple[int, int, int, int]
"""Left, top, right, bottom."""


def blocks_of(page: ReadPage) -> list[list[ReadLine]]:
    """The lines of each block, in order."""
    return [list(lines) for _, lines in itertools.groupby(page.lines, key=lambda line: line.block)]


def whole(points: Iterable[tuple[float, float]], page: ReadPage) -> list[tuple[int, int]]:
    """The points in whole pixels on the page: the formats know no negative ones."""
    return [(round(min(max(x, 0), page.width)), round(min(max(y, 0), page.height))) for x, y in points]


def written(points: Sequence[tuple[int, int]]) -> str:
    """`x,y x,y`; a lone point twice, for both formats want a line at least."""
    doubled = points if len(points) > 1 else [*points, *points]
    return " ".join(f"{x},{y}" for x, y in doubled)


def box_of(points: Sequence[tuple[int, int]]) -> Box:
    """The upright box around some points."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def around(lines: Sequence[ReadLine], page: ReadPage) -> Points:
    """The corners of the upright box around some lines."""
    left, top, right, bottom = box_of([point for line in lines for point in whole(line.polygon, page)])
    return ((left, top), (right, top), (right, bottom), (left, bottom))


def child(parent: ET.Element, name: str, **attributes: str) -> ET.Element:
    """A new last element of `parent`."""
    return ET.SubElement(parent, name, attributes)


def text_of(root: ET.Element) -> str:
    """The document, indented, with its declaration."""
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'
