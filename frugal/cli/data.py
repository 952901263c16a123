"""`frugal data`: what is wrong with a set of lines before anything is trained on it; a set fetched or made on request.

Knows how findings are printed; finding them is `frugal.data.line_checks`, making a set `frugal.data.unipen`.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from frugal.contract import InputError

if TYPE_CHECKING:
    from frugal.data.line_checks import Finding, Report

VERBS = ("check", "fetch", "make")
WIDTH = 80
SETS = {"copiste": "Copiste d'un jour, contemporary French handwriting (BAnQ, CC BY 4.0)"}


def command(
    verb: Annotated[
        str,
        typer.Argument(
            help="check: look for what breaks training; fetch: get a public set; make: prepare one that you have."
        ),
    ],
    places: Annotated[
        list[Path],
        typer.Argument(
            metavar="PLACE...", help="check FILE_OR_FOLDER...; fetch copiste FOLDER; make unipen FOLDER OUT."
        ),
    ],
    alphabet: Annotated[
        Path | None, typer.Option(help="Characters that the network will know: a text, or a contract.json.")
    ] = None,
    height: Annotated[int, typer.Option(min=8, help="Pixels to which the network resizes lines.")] = 40,
    stride: Annotated[int, typer.Option(min=1, help="Pixels of width, at that height, per step of the network.")] = 4,
    sheet: Annotated[Path | None, typer.Option(help="Write a picture (PNG) of some lines with their texts.")] = None,
    json: Annotated[str | None, typer.Option(help="Write JSON to this file instead; - is stdout.")] = None,
) -> int:
    """Check lines before training: alphabet, texts, sizes, duplicates, writers; exit 1 when something would spoil it.

    Example: frugal data check my_lines.parquet --sheet sheet.png

    Example: frugal data make unipen train_r01_v07 my_data (UNIPEN of Zenodo 1195803, unpacked, into OUT/chars, OUT/ink)
    """
    if verb == "fetch":
        return _fetch(places)
    if verb == "make":
        return _make(places)
    if verb != "check":
        raise InputError(f"data {verb}", allowed=", ".join(VERBS), remedy="frugal data check FOLDER")
    from frugal import text
    from frugal.data.line_checks import Demands

    known = text.FRENCH if alphabet is None else _alphabet(alphabet)
    report = _checked(places, Demands(alphabet=known, height=height, time_stride=stride), sheet)
    if json is not None:
        from frugal.cli.output import write_data

        write_data(_plain(report), json)
    else:
        print("\n".join(_lines(report)))
    return 1 if report.faults else 0


def _fetch(places: list[Path]) -> int:
    from frugal.data.line_formats.copiste import fetch_copiste

    if len(places) != 2 or str(places[0]) not in SETS:
        raise InputError(
            f"fetch {' '.join(map(str, places))}", allowed="copiste FOLDER", remedy="frugal data fetch copiste ."
        )
    print(fetch_copiste(places[1]))
    return 0


def _make(places: list[Path]) -> int:
    if len(places) != 3 or str(places[0]) != "unipen":
        raise InputError(
            f"make {' '.join(map(str, places))}",
            allowed="unipen FOLDER OUT",
            remedy="frugal data make unipen train_r01_v07 my_data",
        )
    from frugal.cli.progress import show_progress
    from frugal.data.unipen.making import FILES, make

    show_progress()
    collection = make(places[1], places[2])
    for category, taken, left_out in collection.counts():
        print(f"{category:<10} {_thousands(taken):>10}  taken, {_thousands(sum(n for _, n in left_out))} left out")
        for reason, count in left_out:
            print(f"{'':<10} {_thousands(count):>10}    {reason}")
    print(f"wrote {', '.join(FILES)} in {places[2]}")
    return 0


def _checked(places: list[Path], demands: Any, sheet: Path | None) -> Report:
    import numpy as np

    from frugal.data.contact_sheet import ContactSheet
    from frugal.data.line_checks import check_lines
    from frugal.data.line_files import open_lines

    shown = ContactSheet(np.random.default_rng(0))
    report = check_lines([open_lines(place) for place in places], demands, shown.add if sheet else None)
    if sheet is not None:
        try:
            shown.draw().save(sheet, format="PNG")
        except OSError as error:
            raise InputError(f"--sheet {sheet} cannot be written ({error.strerror})", remedy="another file") from error
    return report


def _alphabet(path: Path) -> str:
    """The distinct characters of a text file, without line ends, or the labels of a contract."""
    import json

    from frugal.text import alphabet_of, normalise

    try:
        content = path.read_text(encoding="utf-8-sig")
        if path.suffix != ".json":
            return alphabet_of(normalise(line) for line in content.splitlines())
        return alphabet_of(json.loads(content)["labels"])
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise InputError(
            f"--alphabet {path} cannot be read ({type(error).__name__})", allowed="a UTF-8 text, or JSON with labels"
        ) from error


def _plain(report: Report) -> dict[str, Any]:
    import dataclasses

    return dataclasses.asdict(report)


def _lines(report: Report) -> Iterator[str]:
    """The report on 80 columns."""
    yield from _row("lines", _thousands(report.lines), _named(report.splits))
    if report.kinds:
        yield from _row("kinds", "", _named(report.kinds))
    yield from _row(
        "writers", _thousands(report.writers) if report.writers else "unknown", _named(report.split_writers)
    )
    total = sum(report.characters.values())
    yield from _row("characters", _thousands(total), f"{len(report.characters)} different; {_strangers(report)}")
    if report.unseen:
        yield from _row("", "", f"{len(report.unseen)} of the alphabet never: {' '.join(report.unseen)}")
    if report.heights and report.widths:
        yield from _row("height", f"{_thousands(report.heights[1])} px", _range(report.heights))
        yield from _row("width", f"{_thousands(report.widths[1])} px", _range(report.widths))
    yield ""
    for finding in report.findings:
        yield from _found(finding, report.lines)
    notes = len(report.findings) - report.faults
    yield f"{_count(report.faults, 'fault')}, {_count(notes, 'note')}"


def _row(name: str, value: str, rest: str) -> list[str]:
    head = f"{name:<10} {value:>10}  "
    return textwrap.wrap(head + rest, WIDTH, subsequent_indent=" " * len(head), drop_whitespace=True) or [head.rstrip()]


def _named(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {_thousands(count)}" for name, count in counts.items())


def _strangers(report: Report) -> str:
    if not report.outside:
        return "all in the alphabet"
    return f"{len(report.outside)} outside the alphabet: " + ", ".join(
        f"{char if char.isprintable() else f'U+{ord(char):04X}'} {_thousands(count)}"
        for char, count in report.outside.items()
    )


def _range(three: tuple[int, int, int]) -> str:
    return f"median; from {_thousands(three[0])} to {_thousands(three[2])}"


def _found(finding: Finding, lines: int) -> Iterator[str]:
    word = "fault" if finding.is_fault else "note"
    percent = 100 * finding.count / lines
    of_all = f"{percent:.1f} %" if percent >= 0.1 else "under 0.1 %"
    share = "" if "writer" in finding.name else f", {of_all}"
    yield f"{word:<5}  {finding.name}: {_thousands(finding.count)}{share}"
    for line in (", ".join(finding.examples), finding.remedy):
        yield from textwrap.wrap(line, WIDTH, initial_indent=" " * 7, subsequent_indent=" " * 7)


def _count(number: int, word: str) -> str:
    return f"{number or 'no'} {word}{'' if number == 1 else 's'}"


def _thousands(number: int) -> str:
    return f"{number:,}".replace(",", " ")
