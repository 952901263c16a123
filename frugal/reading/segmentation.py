"""Lines that somebody already outlined: the ALTO or PAGE file of a page as `PageLine`s.

Knows which file belongs to which page; the elements are `frugal.pagexml`'s.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from frugal.contract import InputError
from frugal.data.line_cutting import band
from frugal.data.page_files import root_name
from frugal.pagexml import XmlLine, XmlPage, read_page_xml
from frugal.reading.finding import PageLine
from frugal.reading.loading import PageImage

ROOTS = ("alto", "PcGts")
LINES_ON_A_PAGE = 25
"""How many lines a page is taken to have where a single baseline is all that is known."""


def beside(path: Path) -> Path | None:
    """The ALTO or PAGE file of the same stem that lies beside an image; None where there is none."""
    xml = path.with_suffix(".xml")
    return xml if xml.is_file() and root_name(xml) in ROOTS else None


def given_lines(xml: Path, page: PageImage) -> list[PageLine]:
    """The lines of `page` as `xml` outlines them, in its order; lines without outline and baseline are left out.

    Raises:
        InputError: no ALTO or PAGE, another number of pages than the image file has, or other proportions.
    """
    stated = pages_of(xml)
    if len(stated) != page.count:
        raise InputError(
            f"{xml} describes {len(stated)} pages, {page.path} has {page.count}", allowed="a description of each page"
        )
    height, width = page.grey.shape
    return lines_of(stated[page.number - 1].scaled(width, height), height)


def pages_of(xml: Path) -> list[XmlPage]:
    """The pages of a file that is safe to parse."""
    root_name(xml)
    return read_page_xml(xml)


def lines_of(page: XmlPage, height: int) -> list[PageLine]:
    """Outline and baseline of each line of a page of `height` pixels."""
    distance = _distance(page, height)
    blocks: dict[str, int] = {}
    found = []
    for line in page.lines:
        outline = line.polygon if len(line.polygon) > 2 else _around(line, distance)
        if outline:
            block = blocks.setdefault(line.region, len(blocks))
            found.append(PageLine(polygon=tuple(outline), baseline=line.baseline, block=block))
    return found


def _around(line: XmlLine, distance: float) -> tuple[tuple[float, float], ...]:
    return tuple(band(line.baseline, distance)) if len(line.baseline) > 1 else ()


def _distance(page: XmlPage, height: int) -> float:
    """Pixels from baseline to baseline: the median step."""
    heights = sorted(float(np.mean([y for _, y in line.baseline])) for line in page.lines if line.baseline)
    steps = np.diff(heights)
    apart = steps[steps > 0.2 * steps.max()] if len(steps) and steps.max() > 0 else []
    return float(np.median(apart)) if len(apart) else height / LINES_ON_A_PAGE
