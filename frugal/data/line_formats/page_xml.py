"""Pages with ALTO (2 to 4) or PAGE (2010 to 2019) files: each transcribed text line is cut from the page's image.

Knows which file belongs to which image; the elements are `frugal.pagexml`'s. Lines without text (not transcribed, or
an empty region) are no training lines and are passed over. Other XML (METS, metadata) may lie beside.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from frugal.contract import InputError
from frugal.data.line_cutting import band, cut
from frugal.data.line_images import grey
from frugal.data.line_source import RawLine
from frugal.data.line_units import UnitLines
from frugal.data.page_files import PageImages, page_images, root_name, xml_files
from frugal.pagexml import XmlLine, XmlPage, read_page_xml

KINDS = {"alto": "ALTO", "PcGts": "PAGE"}
LINES_ON_A_PAGE = 25
"""How many lines a page is taken to have where a single baseline is all that is known."""


@dataclass(frozen=True, kw_only=True)
class PageUnit:
    """One page of one XML file; a line's id is `<file below the root, without suffix>:<line's own id>`.

    Attributes:
        path: the XML file.
        number: which page of the file.
        image: the page's image.
        name: how ids begin.
        count: transcribed lines.
    """

    path: Path
    number: int
    image: Path
    name: str
    count: int

    @property
    def files(self) -> Sequence[Path]:
        return (self.path, self.image)

    def lines(self, *, images: bool) -> Iterator[RawLine]:
        """The file is parsed again: texts are not kept."""
        page = read_page_xml(self.path)[self.number]
        pixels = self._pixels() if images else None
        if pixels is not None:
            page = self._scaled(page, pixels)
        distance = 0.0 if pixels is None else _distance(page, pixels.shape[0])
        for place, line in _transcribed(page):
            image = b"" if pixels is None else _cut(pixels, line, distance)
            yield RawLine(image=image, text=line.text or "", id=f"{self.name}:{line.id or place}")

    def _scaled(self, page: XmlPage, pixels: np.ndarray) -> XmlPage:
        try:
            return page.scaled(pixels.shape[1], pixels.shape[0])
        except InputError as error:
            raise InputError(f"{self.path}: {error}") from error

    def _pixels(self) -> np.ndarray:
        try:
            return grey(self.image.read_bytes(), str(self.image))
        except OSError as error:
            raise InputError(f"{self.image} cannot be read ({error.strerror})") from error


def open_page_xml(place: Path) -> UnitLines:
    """The lines of one ALTO or PAGE file (images beside or below its folder), or of all below a folder.

    Raises:
        InputError: broken XML, an image that is missing, both formats in one folder (each line would come twice), or
            no transcribed line at all; names the file.
    """
    folder = place if place.is_dir() else place.parent
    files = xml_files(place) if place.is_dir() else [place]
    kinds = {path: KINDS.get(root_name(path)) for path in files}
    pages = [path for path in files if kinds[path]]
    if len({kinds[path] for path in pages}) > 1:
        raise InputError(
            f"{place} holds ALTO and PAGE files: the same lines twice?", remedy="the folder of one of them"
        )
    images = page_images(folder)
    units = [unit for path in pages for unit in _units(path, folder, images)]
    if not units:
        raise InputError(f"{place}: no transcribed text line in any of {len(files)} XML files",
                         allowed="ALTO or PAGE with text")  # fmt: skip
    return UnitLines(units)


def _units(path: Path, folder: Path, images: PageImages) -> Iterator[PageUnit]:
    name = path.relative_to(folder).with_suffix("").as_posix()
    pages = read_page_xml(path)
    for number, page in enumerate(pages):
        count = sum(1 for _ in _transcribed(page))
        if count:
            image = images.find(page.image, path)
            prefix = name if len(pages) == 1 else f"{name}:{number}"
            yield PageUnit(path=path, number=number, image=image, name=prefix, count=count)


def _transcribed(page: XmlPage) -> Iterator[tuple[int, XmlLine]]:
    """The lines with text, and their places among all lines of the page."""
    return ((place, line) for place, line in enumerate(page.lines) if line.text and line.text.strip())


def _cut(pixels: np.ndarray, line: XmlLine, distance: float) -> np.ndarray:
    """uint8 (h, w) without pixels where the file states neither outline nor baseline: `decoded` names the line."""
    outline = line.polygon or (band(line.baseline, distance) if len(line.baseline) > 1 else ())
    return cut(pixels, outline, line.baseline)


def _distance(page: XmlPage, height: int) -> float:
    """How far apart the baselines of a page of this height lie, in pixels: the median step from one to the next."""
    heights = sorted(float(np.mean([y for _, y in line.baseline])) for line in page.lines if line.baseline)
    steps = np.diff(heights)
    apart = steps[steps > 0.2 * steps.max()] if len(steps) and steps.max() > 0 else []
    return float(np.median(apart)) if len(apart) else height / LINES_ON_A_PAGE
