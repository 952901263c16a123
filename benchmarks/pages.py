"""How many lines `frugal read` finds on pages re-assembled from real handwritten lines, where each box is known.

One writer per page; spacing, indents, paper, rules, shadows, turn and camera noise are drawn here, from a seed. No line
is read unless --model is given; then the CER end to end is printed, beside that of the same lines as they are stored.
What a 12-megapixel photo costs: --photo.

    python benchmarks/pages.py --lines copiste_fr.parquet [--split val] [--pages 10] [--model M] [--photo]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

from frugal.contract import Tally
from frugal.data.line_files import open_lines
from frugal.data.line_images import decoded
from frugal.data.line_source import RawLine
from frugal.evaluation import ratio_of
from frugal.reading.loading import PageImage
from frugal.reading.pages import ReadPage, read_page
from frugal.reading.truth import Agreement, TrueLine, agreement, together
from frugal.runtime.ctc import score

WIDTH, HEIGHT = 1654, 2339
"""A4 at 200 dpi."""
LEFT, TOP, RIGHT, BOTTOM = 210, 180, 1530, 2200
"""The written area."""
PAPERS = ("plain", "ruled", "margin", "seyes", "squared")
FEWEST = 12
"""Lines of a writer under which no page is made of them."""


@dataclass(frozen=True, eq=False)
class Page:
    """A photo, what stands on it, and the lines it was made of."""

    writer: str
    paper: str
    grey: np.ndarray
    truth: list[TrueLine]
    stored: list[np.ndarray]


def main() -> None:
    """Print one row per page, then the whole."""
    arguments = _arguments()
    writers = _writers(arguments.lines, arguments.split, arguments.kind)
    random = np.random.default_rng((arguments.seed, 64))
    chosen = random.permutation(sorted(writers))[: arguments.pages]
    predict = _predict(arguments.model)
    print(f"{'page':>4} {'writer':<8} {'paper':<8} {'lines':>5} {'found':>5} {'other':>5} {'CPU s':>6}  CER")
    parts: list[Agreement] = []
    alone: list[Tally] = []
    others = 0
    for number, writer in enumerate(chosen):
        page = compose(writer, writers[writer], PAPERS[number % len(PAPERS)], random)
        began = time.process_time()
        read = read_page(PageImage(path=Path(f"{number}.png"), number=1, count=1, grey=page.grey), predict)
        spent = time.process_time() - began
        parts.append(agreement(read, page.truth))
        others += len(read.lines) - parts[-1].found
        alone += score(predict(page.stored), [line.text or "" for line in page.truth])
        _row(number, page, parts[-1], len(read.lines), spent, bool(arguments.model))
        if arguments.out is not None:
            _save(page, read, arguments.out / f"{number}-{page.paper}.png")
    _total(parts, others, alone if arguments.model else [])
    if arguments.photo:
        _photo(compose(chosen[0], writers[chosen[0]], "margin", random), arguments.model)


def compose(writer: str, lines: list[RawLine], paper: str, random: np.random.Generator) -> Page:
    """A page of one writer's lines, each once, from top to bottom."""
    ink = np.ones((HEIGHT, WIDTH))
    size = random.uniform(0.85, 1.25)
    pitch = 64 * size * random.uniform(0.9, 1.4)
    y = TOP + random.uniform(0, pitch)
    boxes, kept = [], []
    for place in random.permutation(len(lines)):
        if y + 2 * pitch > BOTTOM:
            break
        strokes = _strokes(decoded(lines[place]), size * random.uniform(0.92, 1.06))
        ragged = random.choice([0, 0, 0, 0, 60, 130])
        x = int(LEFT + ragged + random.normal(0, 6))
        height, width = strokes.shape
        if x + width > RIGHT:
            continue
        down = int(y + random.normal(0, 0.04) * pitch)
        ink[down : down + height, x : x + width] = np.minimum(ink[down : down + height, x : x + width], strokes)
        rows, columns = np.nonzero(strokes < 0.5)
        corners = (x + columns.min(), down + rows.min(), x + columns.max() + 1, down + rows.max() + 1)
        boxes.append(tuple(map(float, corners)))
        kept.append(lines[place])
        y += pitch * (1.0 if random.random() < 0.92 else 1.7)
    grey, turned = _photographed(ink, _sheet(paper, pitch, random), boxes, random)
    truth = [TrueLine(text=line.text, polygon=polygon) for line, polygon in zip(kept, turned, strict=True)]
    return Page(writer=writer, paper=paper, grey=grey, truth=truth, stored=[decoded(line) for line in kept])


def _strokes(line: np.ndarray, size: float) -> np.ndarray:
    """A stored line as transmission, 0 ink to 1 paper, at another size."""
    shape = (max(1, round(line.shape[1] * size)), max(1, round(line.shape[0] * size)))
    return np.asarray(Image.fromarray(line).resize(shape, Image.Resampling.BICUBIC), float) / 255


def _sheet(paper: str, pitch: float, random: np.random.Generator) -> np.ndarray:
    """Transmission of the printed paper, (HEIGHT, WIDTH)."""
    sheet = np.full((HEIGHT, WIDTH), 1.0)
    step = {"ruled": pitch, "margin": pitch, "seyes": pitch / 4, "squared": pitch / 2}.get(paper)
    if step is None:
        return sheet
    for number, y in enumerate(np.arange(random.uniform(0, step), HEIGHT - 3, step)):
        heavy = paper != "seyes" or number % 4 == 0
        sheet[int(y) : int(y) + (2 if heavy else 1)] *= random.uniform(0.66, 0.72) if heavy else 0.85
    if paper in ("seyes", "squared"):
        across = step * (4 if paper == "seyes" else 1)
        for x in np.arange(random.uniform(0, across), WIDTH - 3, across):
            sheet[:, int(x) : int(x) + 2] *= 0.78
    if paper in ("margin", "seyes"):
        sheet[:, LEFT - 40 : LEFT - 37] *= 0.6
    return sheet


def _photographed(
    ink: np.ndarray, sheet: np.ndarray, boxes: list[tuple[float, ...]], random: np.random.Generator
) -> tuple[np.ndarray, list[tuple[tuple[float, float], ...]]]:
    """Ink on paper, turned a little, under uneven light, with grain; and the corners of the boxes after the turn."""
    scene = Image.fromarray((ink**0.8 * sheet * 238).astype(np.uint8))
    degrees = float(random.uniform(-2.5, 2.5))
    scene = scene.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=238)
    light = np.asarray(_light(random), float) / 255
    grain = random.normal(0, 4, (HEIGHT, WIDTH))
    grey = np.clip(np.asarray(scene, float) * light + grain, 0, 255).astype(np.uint8)
    angle = np.deg2rad(-degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    middle = np.array([WIDTH, HEIGHT]) / 2
    turned = []
    for x0, y0, x1, y1 in boxes:
        corners = (np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]]) - middle) @ turn.T + middle
        turned.append(tuple((float(x), float(y)) for x, y in corners))
    return grey, turned


def _light(random: np.random.Generator) -> Image.Image:
    """Light that falls off to one side, and the soft shadow of a hand or phone from the other."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    slope = random.uniform(-1, 1, 2)
    fall = 0.85 + 0.15 * (slope[0] * (x / WIDTH - 0.5) + slope[1] * (y / HEIGHT - 0.5)) * 2
    centre, reach = random.uniform(0.2, 0.8, 2) * (WIDTH, HEIGHT), random.uniform(350, 800, 2)
    inside = ((x - centre[0]) / reach[0]) ** 2 + ((y - centre[1]) / reach[1]) ** 2 < 1
    shadow = Image.fromarray(np.where(inside, 255 * random.uniform(0.55, 0.8), 255).astype(np.uint8))
    soft = np.asarray(shadow.filter(ImageFilter.GaussianBlur(random.uniform(8, 60))), float)
    return Image.fromarray(np.clip(fall * soft, 0, 255).astype(np.uint8))


def _writers(lines: Path, split: str, kind: str) -> dict[str, list[RawLine]]:
    """The lines of every writer who has enough of them."""
    writers: dict[str, list[RawLine]] = {}
    for line in open_lines(lines).stream(None):
        if line.split in (split, None) and line.kind in (kind, None):
            writers.setdefault(line.writer or "unknown", []).append(line)
    return {writer: found for writer, found in writers.items() if len(found) >= FEWEST}


def _predict(model: str | None):
    """What reads a line: a model, or nobody."""
    if model is None:
        from frugal.contract import Prediction

        return lambda images: [Prediction(value="", confidence=0.0) for _ in images]
    from frugal.zoo.loading import load

    return load(model).predict


def _row(number: int, page: Page, part: Agreement, answers: int, spent: float, has_model: bool) -> None:
    cer = f"{part.cer:.1%}" if has_model and part.cer is not None else "-"
    counts = f"{part.lines:>5} {part.found:>5} {answers - part.found:>5}"
    print(f"{number:>4} {page.writer:<8} {page.paper:<8} {counts} {spent:>6.2f}  {cer}", flush=True)


def _total(parts: list[Agreement], others: int, alone: list[Tally]) -> None:
    whole = together(parts)
    z, n, p = 1.96, whole.lines, whole.found / whole.lines
    middle, half = (
        (p + z * z / (2 * n)) / (1 + z * z / n),
        z * np.sqrt(p * (1 - p) / n + (z / (2 * n)) ** 2) / (1 + z * z / n),
    )
    print(f"recall {p:.2%} ({middle - half:.2%} to {middle + half:.2%}, Wilson 95 %): {whole.found} of {n} lines")
    print(f"precision {whole.found / (whole.found + others):.2%}: {others} found lines are none of them")
    if alone and whole.cer is not None:
        print(f"CER end to end {whole.cer:.2%} of {whole.characters.total:.0f} characters", end="; ")
        print(f"of the same lines as stored {ratio_of(alone):.2%}")


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
    parser.add_argument("--lines", type=Path, required=True, help="Parquet or TSV of text lines (data.root)")
    parser.add_argument("--split", default="val")
    parser.add_argument("--kind", default="body")
    parser.add_argument("--pages", type=int, default=10)
    parser.add_argument("--seed", type=int, default=2027)
    parser.add_argument("--model", help="zoo name or artefact folder: also read the lines")
    parser.add_argument("--out", type=Path, help="folder for the pages with their outlines")
    parser.add_argument("--photo", action="store_true", help="memory and CPU time of one photo")
    return parser.parse_args()


if __name__ == "__main__":
    main()
