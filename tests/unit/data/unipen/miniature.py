"""A miniature of UNIPEN's distribution in its own layout, with invented strokes, that tests write themselves."""

from __future__ import annotations

from pathlib import Path

LETTERS = "abcdefghijklmnopqrstuvwxyz"
WRITERS = ("Anna_A", "kees", "gs")
"""The second one's name is on the side `val`."""
DOC = """.VERSION 1.0
.COMMENT invented: no stroke of anybody
  .PEN_DOWN not in the first column: no statement
.COORD {columns}
.HIERARCHY CHARACTER
.X_POINTS_PER_INCH {density}
.Y_POINTS_PER_INCH 100
"""


def component(points: list[tuple[int, ...]], keyword: str = "PEN_DOWN") -> str:
    return f".{keyword}\n" + "".join(f"\t{' '.join(map(str, point))}\n" for point in points)


def letter(number: int, *, x: int = 0, height: int = 100, rest: tuple[int, ...] = ()) -> str:
    """A zigzag that leans by its number; x and y, and `rest` after them."""
    points = [(x + step * (5 + number), height * (step % 2) + step, *rest) for step in range(9)]
    return component(points) + ".PEN_UP\n"


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode("latin-1"))


def write_distribution(folder: Path) -> Path:
    """Three writers with all small letters, digits and some symbols; words of two of them; broken files."""
    for category in ("1a", "1b", "1c", "1d", "2", "6", "7", "8"):
        (folder / "data" / category).mkdir(parents=True)
    write(folder / "include/aaa/aaa.doc", DOC.format(columns="X Y", density=100))
    write(folder / "include/bbb/bbb.doc", DOC.format(columns="T X Y P", density=200))
    for number, writer in enumerate(WRITERS):
        _write_characters(folder, number, writer)
    _write_words(folder)
    _write_broken(folder)
    return folder


def _write_characters(folder: Path, number: int, writer: str) -> None:
    """The writer stands in a file that is included by the included file; the second contributor has four columns."""
    source = "bbb" if number == 2 else "aaa"
    ink = f".INCLUDE {source}/{source}.doc\n.WRITER_ID {writer}\n"
    signs = [*"0123", *"ABC", *LETTERS, '"', "."]
    for index, sign in enumerate(signs):
        text = letter(index, height=10 if sign == "." else 100)
        ink += text if source == "aaa" else _with_columns(text)
    write(folder / f"include/{source}/data/w{number}.dat", ink)
    for category, begin, end in (("1a", 0, 4), ("1b", 4, 7), ("1c", 7, 33), ("1d", 33, 35)):
        labels = ['\\"' if sign == '"' else sign for sign in signs]
        segments = [f'.SEGMENT CHARACTER {index} OK "{labels[index]}"\n' for index in range(begin, end)]
        text = f".VERSION 1.0\r\n.INCLUDE {source}/data/w{number}.dat\r\n" + "".join(segments)
        write(folder / f"data/{category}/{source}/w{number}.dat", text)


def _with_columns(text: str) -> str:
    """T before x and y, P after them, x in twice as many units."""
    lines = []
    for line in text.splitlines():
        x_y = line.split()
        lines.append(line if line.startswith(".") else f"7 {2 * int(x_y[0])} {x_y[1]} 3")
    return "\n".join(lines) + "\n"


def _write_words(folder: Path) -> None:
    """Trajectories in the air count, when they have points: hill is 0-2, 4 and a half of 5, on is 6."""
    for number, writer in enumerate(WRITERS[:2]):
        ink = f".INCLUDE aaa/aaa.doc\n.WRITER_ID {writer}\n" + letter(1).removesuffix(".PEN_UP\n")
        ink += component([(50, 50), (60, 60)], "PEN_UP") + letter(2, x=100) + component([(0, 0)]) + ".PEN_UP\n.DT 9\n"
        ink += letter(3, x=200) + letter(4, x=300) + letter(5, x=400)
        write(folder / f"include/aaa/words/w{number}.dat", ink)
        head = f".VERSION 1.0\n.INCLUDE aaa/words/w{number}.dat\n"
        both = head + '.SEGMENT WORD 0-2,4,5:0-5:4 ? "hill"\n.SEGMENT WORD 6 GOOD "on"\n'
        write(folder / f"data/6/aaa/w{number}.dat", both + '.SEGMENT WORD 0 BAD "bad"\n')
        write(folder / f"data/7/aaa/w{number}.dat", both + '.SEGMENT WORD 2-4 OK "withheld"\n')
        write(folder / f"data/8/aaa/w{number}.dat", head + '.SEGMENT TEXT 4:0-6 OK "hill\n on \\\\ b\\@o\\@"\n')


def _write_broken(folder: Path) -> None:
    write(folder / "data/1a/aaa/notes.dat", "no statement at all\n")
    write(folder / "data/1a/aaa/lost.dat", '.VERSION 1.0\n.INCLUDE aaa/lost.dat\n.SEGMENT CHARACTER 0 OK "1"\n')
    write(folder / "include/aaa/broken.dat", ".PEN_DOWN\n1 2 3\n.PEN_DOWN\none two\n.PEN_UP\n5 5\n")
    segments = "".join(f'.SEGMENT CHARACTER {where} OK "1"\n' for where in ("0", "1", "2", "9", "5-3", "2:7"))
    segments += '.SEGMENT CHARACTER 2 OK "10"\n.SEGMENT CHARACTER ? "1"\n.SEGMENT CHARACTER\n'
    write(folder / "data/1a/aaa/broken.dat", f".VERSION 1.0\n.INCLUDE aaa/broken.dat\n.INCLUDE ../up.dat\n{segments}")
