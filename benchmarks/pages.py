"""How many lines `frugal read` finds on pages whose lines are known, and how many characters are wrong end to end.

Pages are re-assembled from real lines (--lines), or drawn (--drawn). No line is read unless --model is given; then the
CER end to end is printed, beside that of the same lines as stored. What a photo of 12 megapixels costs: --photo.

    python benchmarks/pages.py --lines copiste_fr.parquet [--view side] [--pages 10] [--model M [--lm L]] [--photo]
    FRUGAL_DATA=FOLDER python benchmarks/pages.py --drawn 20 [--model M [--lm L]]
"""

from __future__ import annotations

import argparse
import functools
import itertools
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from page_set import Page, drawn, reassembled
from page_views import VIEWS, View
from PIL import Image

from frugal.contract import Prediction, Tally
from frugal.evaluation import bootstrap_interval, ratio_of
from frugal.reading.loading import PageImage
from frugal.reading.pages import Predict, ReadPage, read_page
from frugal.reading.truth import Agreement, agreement, together
from frugal.runtime.ctc import score


def main() -> None:
    """Print one row per page, then the whole."""
    asked = _arguments()
    pages = _pages(asked)
    if asked.photo:
        first = next(pages)
        _photo(first, asked.model)
        pages = itertools.chain([first], pages)
    _measure(pages, _predict(asked.model, asked.lm), reads=asked.model is not None, out=asked.out)


def _measure(pages: Iterable[Page], predict: Predict, *, reads: bool, out: Path | None) -> None:
    print(f"{'page':>4} {'writer':<8} {'paper':<22} {'lines':>5} {'found':>5} {'other':>5} {'CPU s':>6}  CER")
    parts: list[Agreement] = []
    alone: list[list[Tally]] = []
    others = 0
    for number, page in enumerate(pages):
        began = time.process_time()
        read = read_page(PageImage(path=Path(f"{number}.png"), number=1, count=1, grey=page.grey), predict)
        spent = time.process_time() - began
        parts.append(agreement(read, page.truth))
        others += len(read.lines) - parts[-1].found
        if reads and page.stored:
            alone.append(score(predict(page.stored), [line.text or "" for line in page.truth]))
        _row(number, page, parts[-1], len(read.lines), spent, reads)
        if out is not None:
            _save(page, read, out / f"{number}.png")
    _total(parts, others)
    if reads:
        _error("CER end to end", [part.characters for part in parts])
        if alone:
            _error("CER of the same lines as stored", [_sum(tallies) for tallies in alone])


def _pages(asked: argparse.Namespace) -> Iterator[Page]:
    if asked.drawn:
        return drawn(asked.drawn)
    pages = reassembled(asked.lines, split=asked.split, kind=asked.kind, count=asked.pages, seed=asked.seed)
    return pages if asked.view is None else _viewed(pages, VIEWS[asked.view], np.random.default_rng((asked.seed, 65)))


def _viewed(pages: Iterable[Page], view: View, random: np.random.Generator) -> Iterator[Page]:
    for page in pages:
        grey, polygons = view(page.grey, [line.polygon for line in page.truth], random)
        truth = [replace(line, polygon=polygon) for line, polygon in zip(page.truth, polygons, strict=True)]
        yield replace(page, grey=grey, truth=truth)


def _predict(model: str | None, lm: str | None) -> Predict:
    """What reads a line: a model, or nobody."""
    if model is None:
        return lambda images: [Prediction(value="", confidence=0.0) for _ in images]
    from frugal.zoo.loading import load

    return functools.partial(load(model).predict, lm=lm)


def _row(number: int, page: Page, part: Agreement, answers: int, spent: float, reads: bool) -> None:
    cer = f"{part.cer:.1%}" if reads and part.cer is not None else "-"
    counts = f"{part.lines:>5} {part.found:>5} {answers - part.found:>5}"
    print(f"{number:>4} {page.writer:<8} {page.paper:<22} {counts} {spent:>6.2f}  {cer}", flush=True)


def _total(parts: Sequence[Agreement], others: int) -> None:
    whole = together(parts)
    z, n, p = 1.96, whole.lines, whole.found / whole.lines
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * (p * (1 - p) / n + (z / (2 * n)) ** 2) ** 0.5 / (1 + z * z / n)
    print(f"recall {p:.2%} ({middle - half:.2%} to {middle + half:.2%}, Wilson 95 %): {whole.found} of {n} lines")
    print(f"precision {whole.found / (whole.found + others):.2%}: {others} found lines are none of them")


def _error(name: str, pages: Sequence[Tally]) -> None:
    low, high = bootstrap_interval(pages)
    characters = sum(tally.total for tally in pages)
    print(
        f"{name} {ratio_of(pages):.2%} ({low:.2%} to {high:.2%}, bootstrap over pages) of {characters:.0f} characters"
    )


def _sum(tallies: Sequence[Tally]) -> Tally:
    return Tally(sum(tally.errors for tally in tallies), sum(tally.total for tally in tallies))


def _save(page: Page, read: ReadPage, path: Path) -> None:
    """The page with the outlines that were found."""
    from PIL import ImageDraw

    path.parent.mkdir(parents=True, exist_ok=True)
    picture = Image.fromarray(page.grey).convert("RGB")
    draw = ImageDraw.Draw(picture)
    for line in read.lines:
        draw.polygon(list(line.polygon), outline=(200, 0, 0), width=2)
        draw.line(list(line.baseline), fill=(0, 0, 200), width=2)
    picture.save(path)


def _photo(page: Page, model: str | None) -> None:
    """Peak memory and CPU time of a process of its own that reads a JPEG of 3 000 x 4 243 pixels."""
    code = (
        "import sys; from pathlib import Path\n"
        "from frugal.reading.loading import pages_in\nfrom frugal.reading.pages import read_page\n"
        "from frugal.contract import Prediction\n"
        "predict = lambda images: [Prediction(value='', confidence=0.0) for _ in images]\n"
        "if len(sys.argv) > 2:\n    from frugal.zoo.loading import load\n    predict = load(sys.argv[2]).predict\n"
        "lines = sum(len(read_page(page, predict).lines) for page in pages_in(Path(sys.argv[1])))\n"
        "import time\nfrom frugal.measuring import memory_bytes\n"
        "print(lines, memory_bytes('VmHWM'), time.process_time())\n"
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "photo.jpg"
        large = Image.fromarray(page.grey).resize((3000, 4243), Image.Resampling.BICUBIC)
        large.convert("RGB").save(path, quality=90)
        command = [sys.executable, "-c", code, str(path), *([model] if model else [])]
        answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    lines, peak_bytes, seconds = map(float, answer.split())
    print(f"photo of 12.7 megapixels: {lines:.0f} lines, {peak_bytes / 1e6:.0f} MB at most, {seconds:.1f} CPU s")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--lines", type=Path, help="Parquet or TSV of text lines (data.root)")
    source.add_argument("--drawn", type=int, metavar="PAGES", help="draw so many pages instead, in $FRUGAL_DATA/fonts")
    parser.add_argument("--view", choices=VIEWS, help="what happens to the page, of --lines, before it is a file")
    parser.add_argument("--split", default="val")
    parser.add_argument("--kind", default="body")
    parser.add_argument("--pages", type=int, default=10)
    parser.add_argument("--seed", type=int, default=2027)
    parser.add_argument("--model", help="zoo name or artefact folder: also read the lines")
    parser.add_argument("--lm", help="language model: zoo name or folder")
    parser.add_argument("--out", type=Path, help="folder for the pages with their outlines")
    parser.add_argument("--photo", action="store_true", help="memory and CPU time of one photo")
    return parser.parse_args()


if __name__ == "__main__":
    main()
