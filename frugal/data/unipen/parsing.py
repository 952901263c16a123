"""The UNIPEN 1.0 text format: statements, pen trajectories across included files, and what a segment names of them.

Definition: Guyon, Schomaker, Plamondon, Liberman, Janet 1994, "UNIPEN project of on-line data exchange and recognizer
benchmarks", and http://unipen.nici.ru.nl/unipen.def. A statement begins with a dot in the first column and ends where
the next one begins. Components are counted from 0: each .PEN_DOWN, and each .PEN_UP that is followed by points. A lone
`0 0` stands for a trajectory that was withheld from the release and counts too. y points up in the files, down here.

Knows no folder of the distribution, no category and no image.

Shapes: `P` points of a component.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import numpy as np

from frugal.data.pen_strokes import Strokes

Statement = tuple[str, str]
"""Keyword without its dot, and all that stands behind it."""
_KEYWORD = re.compile(r"^\.([A-Z][A-Z0-9_]*)", re.MULTILINE)
_SEGMENT = re.compile(r'\s*([A-Z_]+)\s+(\d[\d:,\s-]*?)\s+(\?|[A-Z]+)\s+"(.*)"\s*', re.DOTALL)
_RANGE = re.compile(r"(\d+)(?::(\d+))?(?:-(\d+)(?::(\d+))?)?")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
LIGATURE = "\\@"
"""How KAIST labels a delayed or joining stroke inside a word; nobody needs to escape an at sign."""
DEPTH = 8
"""Included files inside included files, at most; the distribution needs three."""


class Unusable(ValueError):
    """A file or segment cannot be used; the message is a reason that is counted."""


@dataclass(frozen=True)
class Segment:
    """One `.SEGMENT`: level (CHARACTER, WORD, TEXT ...), delineation, quality (OK, GOOD, BAD, LOW, ?) and label."""

    level: str
    delineation: str
    quality: str
    label: str


@dataclass(frozen=True)
class Component:
    """One trajectory.

    Attributes:
        points: float32 (P, 2), y up; None where its text is no list of points.
        is_down: the pen was on the paper.
        writer: who was named last before it.
    """

    points: np.ndarray | None
    is_down: bool
    writer: str


@dataclass
class Ink:
    """All components of a file and of what it includes, in order; `aspect` multiplies x to the unit of y."""

    components: list[Component] = field(default_factory=list)
    writer: str = ""
    missing: list[str] = field(default_factory=list)
    """Included files that are not there."""
    columns: tuple[str, ...] = ("X", "Y")
    density: dict[str, float] = field(default_factory=dict)

    @property
    def aspect(self) -> float:
        x, y = self.density.get("X", 0.0), self.density.get("Y", 0.0)
        return y / x if x > 0 and y > 0 else 1.0

    def strokes(self, delineation: str) -> tuple[Strokes, str]:
        """The pen-down strokes that a delineation names, y down, and their writer (empty: nobody was named).

        Raises:
            Unusable: it names what is not there, what was withheld, or no stroke at all.
        """
        named = [part for item in delineation.split(",") for part in self._named(item.strip())]
        down = [(points, component) for points, component in named if component.is_down]
        if any(points is None for points, _ in down):
            raise Unusable("points that are no numbers")
        if not down:
            raise Unusable("no stroke of the pen")
        parts = [points for points, _ in down if points is not None]
        if any(component.points is not None and _is_withheld(component.points) for _, component in down):
            raise Unusable("withheld from the release")
        ends = np.zeros(sum(map(len, parts)), bool)
        ends[np.cumsum([len(part) for part in parts]) - 1] = True
        joined = np.concatenate(parts) * np.array([self.aspect, -1.0], np.float32)
        return Strokes(joined.astype(np.float32), ends), down[0][1].writer or self.writer

    def _named(self, item: str) -> Iterator[tuple[np.ndarray | None, Component]]:
        """The points of each component in `a`, `a-b` or `a:i-b:j`, both ends included."""
        match = _RANGE.fullmatch(item)
        if match is None:
            raise Unusable("a delineation that cannot be read")
        first, start, last, stop = (None if text is None else int(text) for text in match.groups())
        assert first is not None
        if last is None:
            last, stop = first, start
        if last < first or last >= len(self.components):
            raise Unusable("an included file is missing" if self.missing else "strokes that are not there")
        for number in range(first, last + 1):
            component = self.components[number]
            begin = start or 0 if number == first else 0
            end = None if stop is None or number != last else stop + 1
            points = None if component.points is None else component.points[begin:end]
            if points is not None and not len(points):
                raise Unusable("points that are not there")
            yield points, component


def read_statements(path: Path) -> list[Statement]:
    """All statements of a file, in order.

    Raises:
        Unusable: it cannot be opened, or no line begins as a statement does.
    """
    try:
        text = path.read_bytes().decode("latin-1")
    except OSError as error:
        raise Unusable("a file that cannot be opened") from error
    found = _KEYWORD.split(text.replace("\r\n", "\n").replace("\r", "\n"))
    if len(found) == 1:
        raise Unusable("a file that is not UNIPEN")
    return list(zip(found[1::2], found[2::2], strict=True))


def read_segment(arguments: str) -> Segment:
    """What stands behind `.SEGMENT`.

    Raises:
        Unusable: it has no delineation, quality and label.

    >>> read_segment('WORD 12:5-13:20 OK "a \\\\"b\\\\" \\\\\\\\"')
    Segment(level='WORD', delineation='12:5-13:20', quality='OK', label='a "b" \\\\')
    """
    match = _SEGMENT.fullmatch(arguments)
    if match is None:
        raise Unusable("a .SEGMENT that cannot be read")
    level, delineation, quality, label = match.groups()
    return Segment(level, delineation, quality, " ".join(_plain(label).split()))


def read_ink(statements: Sequence[Statement], include: Path) -> Ink:
    """Follows every `.INCLUDE` below the folder `include`; one that is missing is noted in the result."""
    ink = Ink()
    _walk(statements, include, ink, depth=0)
    return ink


def _plain(label: str) -> str:
    return _ESCAPE.sub(lambda match: " " if match[1] in "nt" else match[1], label.replace(LIGATURE, ""))


def _walk(statements: Sequence[Statement], include: Path, ink: Ink, *, depth: int) -> None:
    for keyword, arguments in statements:
        if keyword == "INCLUDE":
            _include(arguments.strip(), include, ink, depth=depth)
        elif keyword in ("PEN_DOWN", "PEN_UP"):
            if arguments.strip():
                points = _points(arguments, ink.columns)
                ink.components.append(Component(points, keyword == "PEN_DOWN", ink.writer))
        elif keyword == "WRITER_ID":
            ink.writer = " ".join(arguments.split())
        elif keyword == "COORD":
            ink.columns = tuple(arguments.split())
        elif keyword[2:] in ("POINTS_PER_INCH", "POINTS_PER_MM"):
            _note_density(keyword, arguments, ink)


def _include(name: str, include: Path, ink: Ink, *, depth: int) -> None:
    parts = PurePosixPath(name).parts
    try:
        if depth >= DEPTH or ".." in parts or name.startswith("/"):
            raise Unusable("an included file that leads astray")
        statements = read_statements(include.joinpath(*parts))
    except Unusable:
        ink.missing.append(name)
        return
    _walk(statements, include, ink, depth=depth + 1)


def _note_density(keyword: str, arguments: str, ink: Ink) -> None:
    try:
        ink.density[keyword[0]] = float(arguments.split()[0])
    except (IndexError, ValueError):
        ink.density.pop(keyword[0], None)


def _points(text: str, columns: Sequence[str]) -> np.ndarray | None:
    """float32 (P, 2) of a list of numbers, so many to a point as there are columns; None where it is none."""
    try:
        numbers = np.array([float(word) for word in text.split()], np.float32)
        x, y = columns.index("X"), columns.index("Y")
    except ValueError:
        return None
    if len(numbers) % len(columns) or not np.isfinite(numbers).all():
        return None
    return numbers.reshape(-1, len(columns))[:, [x, y]]


def _is_withheld(points: np.ndarray) -> bool:
    return len(points) == 1 and not points.any()
