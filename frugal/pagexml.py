"""Text lines in ALTO (Library of Congress, 2 to 4) and PAGE (PRImA, 2010 to 2019) files: where they are, what they say.

Knows the two formats' elements, whatever their namespace; opens no image and cuts nothing. Standard library only.
"""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from frugal.contract import InputError

Points = tuple[tuple[float, float], ...]
"""(x, y) in pixels of the page, y downwards."""

ALLOWED = "an ALTO or PAGE XML file"
LARGEST_DISTORTION = 0.03
"""How far the two scales of an image may differ from each other; scans are resampled to whole pixels."""


@dataclass(frozen=True, kw_only=True)
class XmlLine:
    """One text line.

    Attributes:
        id: as the file names it; empty where it does not.
        polygon: the outline; a rectangle has four points; empty where the file gives none.
        baseline: from left to right; empty where the file gives none.
        text: the transcription as the file spells it; None where there is none.
        region: id of the innermost block around the line; empty where there is none.
    """

    id: str
    polygon: Points
    baseline: Points
    text: str | None
    region: str


@dataclass(frozen=True, kw_only=True)
class XmlPage:
    """One page and its lines in reading order.

    Attributes:
        image: the image's file name as the file states it; empty where it does not.
        width, height: size in the unit of the points; None where the file does not say.
    """

    image: str
    width: float | None
    height: float | None
    lines: tuple[XmlLine, ...]

    def scaled(self, width: int, height: int) -> XmlPage:
        """The page in pixels of an image of this size; unchanged where the file states no size.

        Raises:
            InputError: the image has other proportions than the page.
        """
        if not self.width or not self.height:
            return self
        across, down = width / self.width, height / self.height
        if abs(math.log(across / down)) > LARGEST_DISTORTION:
            raise InputError(
                f"lines of a page of {self.width:g} x {self.height:g} on an image of {width} x {height}",
                allowed="the image that was segmented",
            )
        lines = tuple(
            replace(
                line,
                polygon=tuple((x * across, y * down) for x, y in line.polygon),
                baseline=tuple((x * across, y * down) for x, y in line.baseline),
            )
            for line in self.lines
        )
        return replace(self, width=width, height=height, lines=lines)


def read_page_xml(path: Path) -> list[XmlPage]:
    """The pages of an ALTO or PAGE file (PAGE has one), with their lines in reading order.

    Raises:
        InputError: no XML, another format, or a coordinate that is no number; names the file.
    """
    try:
        root = ET.parse(path).getroot()
    except ET.ParseError as error:
        raise InputError(f"{path} is no XML ({error})", allowed=ALLOWED, remedy="export it again") from error
    except (OSError, LookupError, ValueError) as error:  # LookupError: an encoding that Python does not know
        raise InputError(f"{path} cannot be read ({error})", allowed=ALLOWED) from error
    kind = _name(root)
    if kind not in ("alto", "PcGts"):
        raise InputError(f"{path} has the root element {kind}", allowed=ALLOWED)
    read = _alto_page if kind == "alto" else _page_page
    try:
        return [read(page, root) for page in _all(root, "Page")]
    except _BadPoints as error:
        raise InputError(f"{path}: {error}", allowed="points such as 10,20 30,40", remedy="export it again") from error


class _BadPoints(ValueError):
    """An attribute that should hold numbers."""


def _alto_page(page: ET.Element, root: ET.Element) -> XmlPage:
    name = next((found.text or "" for found in _all(root, "fileName")), "").strip()
    lines = tuple(_alto_line(line, region) for line, region in _lines(page))
    return XmlPage(image=name, width=_number(page, "WIDTH"), height=_number(page, "HEIGHT"), lines=lines)


def _alto_line(line: ET.Element, region: str) -> XmlLine:
    box = [_number(line, name) for name in ("HPOS", "VPOS", "WIDTH", "HEIGHT")]
    shape = next((_points(found, "POINTS") for found in _all(line, "Polygon", within="Shape")), ())
    if not shape and None not in box:
        x, y, width, height = (value or 0.0 for value in box)
        shape = ((x, y), (x + width, y), (x + width, y + height), (x, y + height))
    return XmlLine(
        id=line.get("ID", ""),
        polygon=shape,
        baseline=_alto_baseline(line, shape),
        text=_alto_text(line),
        region=region,
    )


def _alto_baseline(line: ET.Element, polygon: Points) -> Points:
    """Points since version 4.1; before that one number: the height at which the whole line stands."""
    stated = line.get("BASELINE", "")
    if len(stated.replace(",", " ").split()) != 1:
        return _points(line, "BASELINE")
    y, across = _number(line, "BASELINE"), [x for x, _ in polygon]
    return ((min(across), y), (max(across), y)) if across and y is not None else ()


def _alto_text(line: ET.Element) -> str | None:
    """Strings with a space between them; a hyphen at the end of the line (HYP) stands close."""
    parts = [found for found in line if _name(found) in ("String", "HYP")]
    if not parts:
        return None
    text = ""
    for part in parts:
        gap = " " if text and _name(part) == "String" else ""
        text += gap + part.get("CONTENT", "-" if _name(part) == "HYP" else "")
    return text


def _page_page(page: ET.Element, root: ET.Element) -> XmlPage:
    ranks = {name: rank for rank, name in enumerate(_reading_order(page))}
    return XmlPage(
        image=page.get("imageFilename", ""),
        width=_number(page, "imageWidth"),
        height=_number(page, "imageHeight"),
        lines=tuple(_page_line(line, region) for line, region in _lines(page, ranks)),
    )


def _reading_order(page: ET.Element) -> Iterator[str]:
    """Region ids in the order that the page states; groups by their index."""
    for child in page:
        if _name(child) == "ReadingOrder":
            yield from _references(child)


def _references(group: ET.Element) -> Iterator[str]:
    for child in sorted(group, key=lambda child: _number(child, "index") or 0.0):
        if child.get("regionRef"):
            yield child.get("regionRef", "")
        yield from _references(child)


def _page_line(line: ET.Element, region: str) -> XmlLine:
    return XmlLine(
        id=line.get("id", ""),
        polygon=_child_points(line, "Coords"),
        baseline=_child_points(line, "Baseline"),
        text=_page_text(line),
        region=region,
    )


def _child_points(line: ET.Element, name: str) -> Points:
    """The attribute `points`; before 2013 a child `Point` for each."""
    for child in line:
        if _name(child) == name:
            inner = tuple((_number(point, "x") or 0.0, _number(point, "y") or 0.0) for point in _all(child, "Point"))
            return inner or _points(child, "points")
    return ()


def _page_text(line: ET.Element) -> str | None:
    """The best reading (TextEquiv of the lowest index) of the line, else of its words."""
    readings = [child for child in line if _name(child) == "TextEquiv"]
    if readings:
        best = min(readings, key=lambda reading: _number(reading, "index") or 0.0)
        texts = {_name(child): child.text or "" for child in best}
        return texts.get("Unicode") or texts.get("PlainText") or ""
    words = [_page_text(child) for child in line if _name(child) == "Word"]
    return " ".join(word for word in words if word) if any(words) else None


def _lines(
    element: ET.Element, ranks: dict[str, int] | None = None, region: str = ""
) -> Iterator[tuple[ET.Element, str]]:
    """Every TextLine with its region: regions by rank where they have one, else as the file lists them."""
    last = len(ranks or {})
    for child in sorted(element, key=lambda child: (ranks or {}).get(child.get("id", ""), last)):
        if _name(child) == "TextLine":
            yield child, region
        else:
            is_region = _name(child) == "TextBlock" or _name(child).endswith("Region")
            inner = child.get("ID", child.get("id", "")) if is_region else region
            yield from _lines(child, ranks, inner)


def _all(element: ET.Element, name: str, *, within: str | None = None) -> Iterator[ET.Element]:
    """Descendants of this local name; with `within`, only in children of that name."""
    if within is None:
        yield from (found for found in element.iter() if _name(found) == name)
        return
    for child in element:
        if _name(child) == within:
            yield from _all(child, name)


def _name(element: ET.Element) -> str:
    """The local name; comments and processing instructions have none."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _points(element: ET.Element, attribute: str) -> Points:
    """`x,y x,y` or `x y x y`."""
    numbers = [_finite(part, element) for part in element.get(attribute, "").replace(",", " ").split()]
    if len(numbers) % 2:
        raise _BadPoints(f"{_name(element)} with an odd number of coordinates ({element.get(attribute)})")
    return tuple(zip(numbers[::2], numbers[1::2], strict=True))


def _number(element: ET.Element, attribute: str) -> float | None:
    stated = element.get(attribute)
    return None if stated is None or not stated.strip() else _finite(stated, element)


def _finite(text: str, element: ET.Element) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise _BadPoints(f"{_name(element)} with the coordinate {text}")
    return value
