"""Folders of pages: XML without entities, and the image that an XML names.

Knows no element of any format.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.parsers import expat

from frugal.contract import InputError

IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".jpe", ".tif", ".tiff", ".webp", ".bmp", ".gif", ".jp2")


class _Refused(Exception):
    """An entity is declared."""


def root_name(path: Path) -> str:
    """The local name of an XML file's root element, after the whole file was found to be safe to parse.

    Raises:
        InputError: no XML, or it declares entities, by which a small file can fill the memory or name other files.
    """
    names: list[str] = []

    def started(name: str, attributes: dict[str, str]) -> None:
        if not names:
            names.append(name)

    parser = expat.ParserCreate(namespace_separator="}")
    parser.StartElementHandler = started
    parser.EntityDeclHandler = _refuse
    try:
        with path.open("rb") as file:
            parser.ParseFile(file)
    except _Refused as error:
        raise InputError(
            f"{path} declares XML entities", allowed="XML without them", remedy="export it again"
        ) from error
    except (expat.ExpatError, OSError, LookupError, ValueError) as error:  # LookupError: an unknown encoding
        raise InputError(f"{path} is no XML ({error})", remedy="export it again") from error
    return names[0].rpartition("}")[2]


def _refuse(*_: object) -> None:
    raise _Refused


@dataclass(frozen=True)
class PageImages:
    """The images below a folder by their file name, and by their stem."""

    folder: Path
    by_name: dict[str, list[Path]]
    by_stem: dict[str, list[Path]]

    def find(self, stated: str, near: Path) -> Path:
        """The image that the file `near` calls `stated`, whatever folder or address it puts before the name.

        Of several of that name it is the one whose folder is closest to `near`; where there is none, one of the same
        stem (`p1.tif` was exported as `p1.jpg`), then one of the stem of `near`.

        Raises:
            InputError: there is none.
        """
        name = re.split(r"[\\/]", stated)[-1].strip()
        stem = name.rpartition(".")[0] or name
        found = self.by_name.get(name) or self.by_stem.get(stem) or self.by_stem.get(near.stem)
        if not found:
            raise InputError(f"{near}: no image {name or near.stem} below {self.folder}", remedy="put the image there")
        return max(found, key=lambda path: len(os.path.commonpath([path.parent, near.parent])))


def page_images(folder: Path) -> PageImages:
    """Looks through `folder` and all below it once."""
    by_name: dict[str, list[Path]] = {}
    by_stem: dict[str, list[Path]] = {}
    for path in _files(folder, IMAGE_SUFFIXES):
        by_name.setdefault(path.name, []).append(path)
        by_stem.setdefault(path.stem, []).append(path)
    return PageImages(folder, by_name, by_stem)


def xml_files(folder: Path) -> list[Path]:
    """Every XML file below `folder`, in a fixed order."""
    return list(_files(folder, (".xml",)))


def _files(folder: Path, suffixes: tuple[str, ...]) -> Iterator[Path]:
    found = (path for path in folder.rglob("*") if path.suffix.lower() in suffixes)
    return iter(sorted(path for path in found if not path.name.startswith(".") and path.is_file()))
