"""`frugal read`: photos, scans and PDFs into text, line by line.

Knows arguments, files and words; finding and reading lines is `frugal.reading`.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from frugal.contract import InputError

if TYPE_CHECKING:
    from frugal.reading.loading import PageImage
    from frugal.reading.pages import Predict, ReadPage
    from frugal.reading.truth import Agreement
    from frugal.runtime.reader import Reader

SUFFIXES = {"text": ".txt", "json": ".json", "alto": ".xml", "page": ".xml"}
"""Format -> suffix of its files."""
ONE_PAGE = {"alto", "page"}
"""Formats that hold one page per file."""


def command(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Photos, scans, TIFFs, PDFs, or folders.")],
    model: Annotated[str, typer.Option(help="What reads a line: a zoo name or an artefact folder.")] = "lines-fr-xs",
    lm: Annotated[str, typer.Option(help="Language model: a zoo name or a folder; none: greedy.")] = "none",
    words: Annotated[Path | None, typer.Option(help="A text with words that may well occur: a soft bonus.")] = None,
    to: Annotated[str, typer.Option(help="text, json, alto or page.")] = "text",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="PATH", help="A file, or a folder: one file per page.")
    ] = None,
    truth: Annotated[
        Path | None, typer.Option(help="What stands there, as text, ALTO or PAGE (or a folder): adds recall and CER.")
    ] = None,
    segmentation: Annotated[
        str | None,
        typer.Option(help="ALTO or PAGE with the lines; none: find them. Else the .xml beside FILE, if any."),
    ] = None,
    json: Annotated[str | None, typer.Option(help="Write JSON to this file as well; - is stdout, instead.")] = None,
) -> None:
    """Find the lines of a page by image processing and read each: text in reading order, or with places as XML or JSON.

    Example: frugal read scan.jpg --to page -o scan.xml
    """
    from frugal.reading.loading import files_of

    if to not in SUFFIXES:
        raise InputError(f"--to {to}", allowed=", ".join(SUFFIXES))
    paths = files_of(files)
    predict = functools.partial(_reader(model).predict, lm=None if lm == "none" else lm, words=words)
    predict([])  # a language model or words that cannot be used are no fault of the first page
    pages: list[ReadPage] = []
    agreements: list[Agreement] = []
    writer = _Writer(to if json != "-" else "nothing", output, many=len(paths) > 1)
    for page in _pages(paths, predict, segmentation, writer):
        pages.append(page)
        if truth is not None:
            agreements.append(_compared(page, truth))
    writer.finish(pages)
    if json is not None:
        _write_json(pages, agreements, json)
    if agreements:
        print(_in_words(agreements), file=sys.stderr)


def _reader(model: str) -> Reader:
    from frugal.zoo.loading import load

    reader = load(model)
    task = reader.contract.get("task")
    if task != "lines":
        raise InputError(f"--model {model} of the task {task}", allowed="a model of the task lines")
    return reader


def _pages(paths: Sequence[Path], predict: Predict, segmentation: str | None, writer: _Writer) -> Iterator[ReadPage]:
    """Every page of every file, read; each is written as soon as that is possible."""
    from frugal.reading.loading import pages_in
    from frugal.reading.pages import read_page
    from frugal.reading.segmentation import given_lines

    for number, path in enumerate(paths, start=1):
        xml = _segmentation(path, segmentation)
        for image in pages_in(path):
            writer.check(image)
            given = None if xml is None else given_lines(xml, image)
            page = read_page(image, predict, given=given)
            writer.take(page)
            if len(paths) > 1 or image.count > 1:
                print(f"[{number}/{len(paths)}] {image.name}: {_lines(page)}", file=sys.stderr)
            elif not page.lines:
                print(f"note: {image.name}: no line found", file=sys.stderr)
            yield page


def _segmentation(image: Path, given: str | None) -> Path | None:
    from frugal.reading.segmentation import beside

    if given == "none":
        return None
    if given is None:
        return beside(image)
    path = Path(given)
    if path.is_dir():
        path = path / f"{image.stem}.xml"
    if not path.is_file():
        raise InputError(f"--segmentation: no file {path}", allowed="ALTO or PAGE, a folder of them, or none")
    return path


class _Writer:
    """Where pages go: stdout, one file, or a file per page in a folder."""

    def __init__(self, to: str, output: Path | None, *, many: bool) -> None:
        self._to = to
        self._output = output
        self._many = many
        self._folder = output if output is not None and (output.is_dir() or not output.suffix) else None
        self._written: set[Path] = set()

    def check(self, image: PageImage) -> None:
        """Before a page is read: could it be written?"""
        if self._to in ONE_PAGE and self._folder is None and (self._many or image.count > 1):
            raise InputError(f"--to {self._to} for several pages", allowed="one page per file", remedy="-o FOLDER")

    def take(self, page: ReadPage) -> None:
        """Write the page, unless it can only be written with all others."""
        if self._folder is not None and self._to in SUFFIXES:
            stem = page.path.stem if page.count == 1 else f"{page.path.stem}-{page.number}"
            path = self._folder / f"{stem}{SUFFIXES[self._to]}"
            if path in self._written:
                raise InputError(f"two pages for {path}", allowed="files of different names")
            self._folder.mkdir(parents=True, exist_ok=True)
            self._save(path, [page])
        elif self._to == "text" and self._output is None:
            text = _document([page], "text")
            sys.stdout.write("\n" + text if self._written and text else text)
            self._written |= {page.path} if text else set()

    def finish(self, pages: Sequence[ReadPage]) -> None:
        """Write what waited for the last page."""
        if self._folder is not None or self._to not in SUFFIXES:
            return
        if self._output is not None:
            self._save(self._output, pages)
        elif self._to != "text":
            sys.stdout.write(_document(pages, self._to))

    def _save(self, path: Path, pages: Sequence[ReadPage]) -> None:
        from frugal.report.files import write_text

        write_text(path, _document(pages, self._to))
        self._written.add(path)


def _document(pages: Sequence[ReadPage], to: str) -> str:
    """The pages in a format."""
    import datetime
    import json

    import frugal
    from frugal.reading.formats import alto, page, text
    from frugal.reading.formats import json as data

    software = f"frugal {frugal.__version__}"
    if to == "text":
        return text.render(pages)
    if to == "json":
        return json.dumps(data.render(pages), indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    if to == "alto":
        return alto.render(pages[0], software=software)
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    return page.render(pages[0], software=software, created=now)


def _write_json(pages: Sequence[ReadPage], agreements: Sequence[Agreement], target: str) -> None:
    from frugal.cli.output import write_data
    from frugal.reading.formats.json import render
    from frugal.reading.truth import together

    data = render(pages)
    if agreements:
        whole = together(agreements)
        data["truth"] = {"lines": whole.lines, "found": whole.found, "by": whole.by, "recall": whole.recall}
        data["truth"] |= {"cer": whole.cer, "characters": int(whole.characters.total)}
    write_data(data, target)


def _compared(page: ReadPage, truth: Path) -> Agreement:
    from frugal.reading.truth import agreement, true_lines, truth_beside

    return agreement(page, true_lines(truth_beside(truth, page.path), page))


def _in_words(agreements: Sequence[Agreement]) -> str:
    from frugal.reading.truth import together

    whole = together(agreements)
    recall = "no line" if whole.recall is None else f"{whole.found} of {whole.lines} lines ({whole.recall:.1%})"
    cer = "unknown" if whole.cer is None else f"{whole.cer:.2%} of {whole.characters.total:.0f} characters"
    return f"found by {whole.by}: {recall}; CER end to end: {cer}"


def _lines(page: ReadPage) -> str:
    return f"{len(page.lines)} line" + ("" if len(page.lines) == 1 else "s")
