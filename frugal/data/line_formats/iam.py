"""The IAM handwriting database 3.0, text lines: `ascii/lines.txt`, `ascii/forms.txt`, `lines/a01/a01-000u/*.png`.

Official layout, unpacked from the archives of its site; writers are those of `forms.txt`. The text of a line is that of
`xml/<form>.xml` where this lies beside (as it was written), else that of `lines.txt`, whose tokens are then parted by
spaces (`subject .`). Lines whose word segmentation is marked `err` are lines like any other.

The split is read from whichever official list lies in the folder or one below: trainset.txt, validationset1.txt,
validationset2.txt, testset.txt (Large Writer Independent Text Line Recognition Task, line ids) or train.uttlist,
validation.uttlist, test.uttlist (RWTH Aachen, form ids). Lines that it does not name have no split.

Marti and Bunke 2002, "The IAM-database: an English sentence database for offline handwriting recognition".
"""

from __future__ import annotations

import html
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from frugal.contract import InputError
from frugal.data.line_source import RawLine
from frugal.data.line_units import UnitLines
from frugal.data.page_files import root_name

WRITER_INDEPENDENT = {
    "trainset.txt": "train",
    "validationset1.txt": "val",
    "validationset2.txt": "val",
    "testset.txt": "test",
}
AACHEN = {"train.uttlist": "train", "validation.uttlist": "val", "test.uttlist": "test"}
FIELDS_BEFORE_TEXT = 8
"""id, ok or err, grey level, components, x, y, width, height."""


@dataclass(frozen=True, kw_only=True)
class IamForm:
    """The lines of one form; a line's id is the database's (`a01-000u-00`)."""

    folder: Path
    form: str
    writer: str | None
    ids: tuple[str, ...]
    texts: tuple[str, ...]
    splits: tuple[str | None, ...]

    @property
    def count(self) -> int:
        return len(self.ids)

    @property
    def files(self) -> Sequence[Path]:
        return [self._image(id_) for id_ in self.ids]

    def lines(self, *, images: bool) -> Iterator[RawLine]:
        for id_, text, split in zip(self.ids, self.texts, self.splits, strict=True):
            image = self._image(id_).read_bytes() if images else b""
            yield RawLine(image=image, text=text, id=id_, writer=self.writer, split=split)

    def _image(self, id_: str) -> Path:
        return self.folder / self.form.partition("-")[0] / self.form / f"{id_}.png"


def is_iam(folder: Path) -> bool:
    return _listing(folder, "lines.txt").is_file()


def open_iam(folder: Path) -> UnitLines:
    """The lines of the database that lies in `folder`.

    Raises:
        InputError: a broken list or XML, an image that is missing, or two official splits at once.
    """
    writers = _writers(_listing(folder, "forms.txt"))
    splits = _splits(folder)
    images = folder / "lines" if (folder / "lines").is_dir() else folder
    units = []
    for form, lines in groupby(_lines(_listing(folder, "lines.txt")), key=lambda line: _form(line[0])):
        tokens = dict(lines)
        written = _written(folder / "xml" / f"{form}.xml")
        unit = IamForm(
            folder=images,
            form=form,
            writer=writers.get(form),
            ids=tuple(tokens),
            texts=tuple(written.get(id_, text) for id_, text in tokens.items()),
            splits=tuple(splits.get(id_) or splits.get(form) for id_ in tokens),
        )
        missing = [path for path in unit.files if not path.is_file()]
        if missing:
            raise InputError(f"iam: no file {missing[0]}", allowed="lines/a01/a01-000u/a01-000u-00.png ...")
        units.append(unit)
    if not units:
        raise InputError(f"{_listing(folder, 'lines.txt')} names no line")
    return UnitLines(units)


def _listing(folder: Path, name: str) -> Path:
    return folder / "ascii" / name if (folder / "ascii").is_dir() else folder / name


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    """Id and text of each line of `lines.txt`; a token may hold a space, so only the first fields are split off."""
    for number, row in _rows(path):
        fields = row.split(" ", FIELDS_BEFORE_TEXT)
        if len(fields) <= FIELDS_BEFORE_TEXT or len(fields[0].split("-")) != 3:
            raise InputError(
                f"{path}, line {number}: {row[:40]}", allowed="a01-000u-00 ok 154 19 408 746 1661 89 A|MOVE"
            )
        yield fields[0], fields[FIELDS_BEFORE_TEXT].replace("|", " ")


def _writers(path: Path) -> dict[str, str]:
    """Form -> writer; empty where `forms.txt` is not there."""
    return {row.split()[0]: row.split()[1] for _, row in _rows(path) if len(row.split()) > 1} if path.is_file() else {}


def _splits(folder: Path) -> dict[str, str]:
    """Line or form id -> split, of the one official split that lies in the folder."""
    found = [lists for lists in (_lists(folder, WRITER_INDEPENDENT), _lists(folder, AACHEN)) if lists]
    if len(found) > 1:
        raise InputError(
            f"{folder} holds two official splits ({found[0][0][0]}, {found[1][0][0]})", remedy="move one elsewhere"
        )
    return {row.strip(): split for lists in found for path, split in lists for _, row in _rows(path)}


def _lists(folder: Path, names: Mapping[str, str]) -> list[tuple[Path, str]]:
    places = [folder, *sorted(path for path in folder.iterdir() if path.is_dir())]
    return [(place / name, split) for place in places for name, split in names.items() if (place / name).is_file()]


def _rows(path: Path) -> Iterator[tuple[int, str]]:
    """Numbered lines without comments and empty ones."""
    try:
        rows = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read ({error})", remedy="unpack it again") from error
    return ((number, row) for number, row in enumerate(rows, start=1) if row.strip() and not row.startswith("#"))


def _written(path: Path) -> dict[str, str]:
    """Line id -> text of a form's XML, which escapes some characters twice; empty where there is none."""
    if not path.is_file():
        return {}
    if root_name(path) != "form":
        raise InputError(f"{path} has no element form", allowed="the XML of the IAM database")
    found = ET.parse(path).getroot().iter("line")
    return {line.get("id", ""): html.unescape(line.get("text", "")) for line in found}


def _form(line: str) -> str:
    return line.rpartition("-")[0]
