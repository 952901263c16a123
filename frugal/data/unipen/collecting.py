"""The folders of UNIPEN train_r01_v07: which segments are taken as characters and as words, and whose they are.

`data/<category>/<contributor>/...` holds the segments, `include/` the ink that they name. Characters are of the
categories 1a to 1d, words of 6 and 7, lines of 8; 2 and 3 repeat characters of other categories, 4 and 5 are empty, and
most of 6 stands in 7 again and is taken once. Left out, by counted reason: what cannot be read, quality BAD or LOW,
labels of a character that are not one printable ASCII sign, texts with other signs or of more than 64.

Knows no scale, no image and no array file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from frugal.contract import InputError
from frugal.data.pen_strokes import Strokes
from frugal.data.unipen.parsing import Ink, Segment, Statement, Unusable, read_ink, read_segment, read_statements
from frugal.progress import Progress

CHARACTERS = ("1a", "1b", "1c", "1d")
WORDS = ("6", "7", "8")
CATEGORIES = (*CHARACTERS, *WORDS)
LONGEST = 64
POOR = ("BAD", "LOW")


@dataclass(frozen=True)
class Item:
    """A character, word or line.

    Attributes:
        label: printable ASCII.
        strokes: in the tablet's units, y down.
        source: the contributor, three letters.
        writer: a name that is his only within the source; in lower case.
        is_text_line: of category 8, or of level TEXT.
    """

    label: str
    strokes: Strokes
    source: str
    writer: str
    is_text_line: bool


@dataclass
class Collection:
    """What was taken, and of each category how many segments were taken and left out, and why."""

    characters: list[Item] = field(default_factory=list)
    words: list[Item] = field(default_factory=list)
    taken: Counter[str] = field(default_factory=Counter)
    left_out: dict[str, Counter[str]] = field(default_factory=lambda: {name: Counter() for name in CATEGORIES})

    def counts(self) -> Iterator[tuple[str, int, list[tuple[str, int]]]]:
        """Category, segments taken, and the reasons for what was left out, the commonest first."""
        for category in CATEGORIES:
            yield category, self.taken[category], self.left_out[category].most_common()


def collect(folder: Path) -> Collection:
    """Every usable segment below `folder`, in the order of the files' paths.

    Raises:
        InputError: this is not the distribution, or it holds no usable character or no usable word.
    """
    files = _files(folder)
    collection = Collection()
    progress = Progress("unipen", len(files), unit="file", form="d")
    source = _Source(folder, collection)
    for number, (inner, category) in enumerate(files):
        progress.reached(number, lambda: f"{sum(collection.taken.values())} segments")
        source.take(inner, category)
    for name, items in (("character", collection.characters), ("word", collection.words)):
        if not items:
            raise InputError(f"{folder} holds no {name} that can be used", remedy="unpack the distribution again")
    return collection


def _files(folder: Path) -> list[tuple[PurePosixPath, str]]:
    """Path below the category, and the category; the same path in several categories side by side."""
    wanted = [folder / "include", *(folder / "data" / name for name in CATEGORIES)]
    missing = [str(place.relative_to(folder)) for place in wanted if not place.is_dir()]
    if missing:
        raise InputError(
            f"{folder} has no folder {', '.join(missing)}",
            allowed="UNIPEN train_r01_v07 with data/1a ... data/8 and include/",
            remedy="unpack https://zenodo.org/records/1195803 and name the folder that holds data and include",
        )
    found: list[tuple[PurePosixPath, str]] = []
    for category in CATEGORIES:
        top = folder / "data" / category
        found += [(PurePosixPath(path.relative_to(top).as_posix()), category) for path in top.rglob("*.dat")]
    return sorted(found, key=lambda pair: (pair[0].as_posix(), CATEGORIES.index(pair[1])))


class _Source:
    """Reads one file of segments after the other; ink that the next file needs too is read once."""

    def __init__(self, folder: Path, collection: Collection) -> None:
        self.folder = folder
        self.collection = collection
        self._ink: tuple[list[Statement], Ink] | None = None
        self._seen: tuple[PurePosixPath, set[str]] = (PurePosixPath(), set())

    def take(self, inner: PurePosixPath, category: str) -> None:
        """All segments of one file."""
        left_out = self.collection.left_out[category]
        try:
            statements = read_statements(self.folder / "data" / category / inner)
        except Unusable as error:
            left_out[str(error)] += 1
            return
        ink = self._ink_of([statement for statement in statements if statement[0] != "SEGMENT"])
        for arguments in (arguments for keyword, arguments in statements if keyword == "SEGMENT"):
            try:
                item = self._item(read_segment(arguments), ink, inner, category)
            except Unusable as error:
                left_out[str(error)] += 1
                continue
            (self.collection.characters if category in CHARACTERS else self.collection.words).append(item)
            self.collection.taken[category] += 1

    def _ink_of(self, statements: list[Statement]) -> Ink:
        if self._ink is None or self._ink[0] != statements:
            self._ink = (statements, read_ink(statements, self.folder / "include"))
        return self._ink[1]

    def _item(self, segment: Segment, ink: Ink, inner: PurePosixPath, category: str) -> Item:
        if segment.quality in POOR:
            raise Unusable(f"quality {segment.quality}")
        _check_label(segment.label, category)
        if category in WORDS and self._is_repeated(inner, segment):
            raise Unusable("named in another category too")
        strokes, writer = ink.strokes(segment.delineation)
        is_text_line = category == "8" or segment.level == "TEXT"
        return Item(segment.label, strokes, inner.parts[0], (writer or inner.stem).casefold(), is_text_line)

    def _is_repeated(self, inner: PurePosixPath, segment: Segment) -> bool:
        """Whether a file of the same path in an earlier category names the same strokes."""
        if self._seen[0] != inner:
            self._seen = (inner, set())
        is_repeated = segment.delineation in self._seen[1]
        self._seen[1].add(segment.delineation)
        return is_repeated


def _check_label(label: str, category: str) -> None:
    if category in CHARACTERS:
        if len(label) != 1 or not "!" <= label <= "~":
            raise Unusable("a label that is not one printable character")
    elif not label or not all(" " <= sign <= "~" for sign in label):
        raise Unusable("a label that is no printable text")
    elif len(label) > LONGEST:
        raise Unusable(f"a label of more than {LONGEST} characters")
