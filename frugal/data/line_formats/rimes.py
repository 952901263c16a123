"""RIMES 2011, text lines of French letters: `training_2011.xml`, `eval_2011_annotated.xml` and the page images.

Layout of the ICDAR 2011 competition as A2iA gave it out: DocumentList > SinglePage (FileName) > Paragraph > Line
(Value, Left, Top, Right, Bottom), images in `images_gray/` (or another folder; they are found by their name). The
training XML was corrected by `training_2011.patch` of Puigcerver 2017, "Are multidimensional recurrent layers really
necessary for handwritten text recognition?"; where `training_2011.patched.xml` lies, it is read. The official split has
no validation set, and nobody recorded the writers.

Grosicki and El-Abed 2011, "ICDAR 2011: French handwriting recognition competition".
"""

from __future__ import annotations

import html
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from frugal.contract import InputError
from frugal.data.line_cutting import cut
from frugal.data.line_images import grey
from frugal.data.line_source import RawLine
from frugal.data.line_units import UnitLines
from frugal.data.page_files import PageImages, page_images, root_name

PARTS = {
    "train": ("training_2011.patched.xml", "training_2011.xml"),
    "test": ("eval_2011_annotated.xml",),
}
"""Split -> its file; of several the first that is there."""
NEVER_WRITTEN = "¤"
"""Stands in some transcriptions and in no image."""

Box = tuple[int, int, int, int]
"""Left, top, right, bottom, the last two included; some lie beyond the page's edge."""


@dataclass(frozen=True, kw_only=True)
class RimesPage:
    """The lines of one page image; a line's id is `<image's stem>-<number on the page>`."""

    xml: Path
    image: Path
    split: str
    texts: tuple[str, ...]
    boxes: tuple[Box, ...]

    @property
    def count(self) -> int:
        return len(self.texts)

    @property
    def files(self) -> Sequence[Path]:
        return (self.xml, self.image)

    def lines(self, *, images: bool) -> Iterator[RawLine]:
        page = grey(self.image.read_bytes(), str(self.image)) if images else None
        for number, (text, (left, top, right, bottom)) in enumerate(zip(self.texts, self.boxes, strict=True)):
            corners = ((left, top), (right, top), (right, bottom), (left, bottom))
            image = b"" if page is None else cut(page, corners)
            yield RawLine(image=image, text=text, id=f"{self.image.stem}-{number}", split=self.split)


def is_rimes(folder: Path) -> bool:
    return any((folder / name).is_file() for names in PARTS.values() for name in names)


def open_rimes(folder: Path) -> UnitLines:
    """The lines of both parts of the competition, or of the one that is there.

    Raises:
        InputError: broken XML, a line without box or text, or an image that is missing.
    """
    images = page_images(folder)
    found = {split: [folder / name for name in names if (folder / name).is_file()] for split, names in PARTS.items()}
    units = [page for split, paths in found.items() for path in paths[:1] for page in _pages(path, split, images)]
    if not units:
        raise InputError(f"{folder}: no line in {', '.join(name for names in PARTS.values() for name in names)}")
    return UnitLines(units)


def _pages(path: Path, split: str, images: PageImages) -> Iterator[RimesPage]:
    if root_name(path) != "DocumentList":
        raise InputError(f"{path} has no element DocumentList", allowed="the XML of the RIMES 2011 competition")
    for page in ET.parse(path).getroot().iter("SinglePage"):
        name = page.get("FileName", "")
        lines = [line for line in page.iter("Line") if _text(line).strip()]
        if lines:
            yield RimesPage(
                xml=path,
                image=images.find(PurePosixPath(name).name, path),
                split=split,
                texts=tuple(_text(line) for line in lines),
                boxes=tuple(_box(line, f"{path}, page {name}") for line in lines),
            )


def _text(line: ET.Element) -> str:
    """The transcription; characters are escaped once more than XML asks."""
    return html.unescape(line.get("Value", "")).replace(NEVER_WRITTEN, "")


def _box(line: ET.Element, place: str) -> Box:
    try:
        left, top, right, bottom = (int(line.get(name, "")) for name in ("Left", "Top", "Right", "Bottom"))
    except ValueError as error:
        raise InputError(
            f"{place}: a Line without Left, Top, Right and Bottom", remedy="fetch the file again"
        ) from error
    return left, top, right, bottom
