"""French lines in the hands of people who wrote their letters one by one: pen-stroke characters set side by side.

Real hands with their own unevenness, where a font draws every `a` alike; and French with its accents, where the
pen-stroke words are English. Some lines run letters into each other as a hurried hand does.

Knows neither fonts nor images of characters; how characters are read is said in `ink_letters`, what a line says in
`line_texts`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import ClassVar

import numpy as np

from frugal.data.drawn_lines import DrawnLines
from frugal.data.files import below_data, existing_file, read_npz
from frugal.data.ink_letters import LOWER, NAMES, Hand, InkLetters
from frugal.data.line_source import RawLine
from frugal.data.line_texts import Sentences, read_sentences, written_line
from frugal.data.paper import Paper, check_within
from frugal.data.pen import Pen
from frugal.data.pen_strokes import Strokes

REMEDY = "path=FILE, made by frugal data make unipen from https://zenodo.org/records/1195803"


@dataclass(frozen=True, kw_only=True)
class LetterLines(DrawnLines):
    """Lines set from isolated pen-stroke characters.

    Attributes:
        path: `unipen_strokes.npz`; a relative one that is not there is looked up below $FRUGAL_DATA.
        texts: UTF-8 files, one sentence a line; looked up in the same way.
        count: lines per pass.
        split: `train` or `val`: whose characters are drawn.
        height: of the images in pixels.
        length: shortest and longest line, in characters (about).
        accents: share of lines that get a word with an accented letter.
        entries: share of lines that get a date, price, number, quote, sign, name or word in capitals.
        capitals: share of lines in nothing but capitals.
        cursive: share of lines whose small letters run into each other.
        gap: between letters in x-heights, one for each line, uniform in this range.
        space: between words in x-heights, likewise.
        thickness: of the pen in pixels, uniform in this range.
        uneven: standard deviation of the thickness along the line, as a share of it.
        slant: degrees, uniform in [-slant, slant], on top of the writer's own.
        wobble: standard deviation of the baseline, in pixels.
        paper: the sheet and the camera.
        seed: of the pass that `stream(None)` gives.
    """

    kind: ClassVar[str] = "letters"

    path: str
    texts: Sequence[str]
    count: int = 20000
    split: str = "train"
    height: int = 64
    length: tuple[int, int] = (12, 60)
    accents: float = 0.4
    entries: float = 0.4
    capitals: float = 0.03
    cursive: float = 0.4
    gap: tuple[float, float] = (0.05, 0.45)
    space: tuple[float, float] = (0.7, 1.8)
    thickness: tuple[float, float] = (1.2, 4.5)
    uneven: float = 0.15
    slant: float = 12.0
    wobble: float = 1.5
    paper: Paper = field(default_factory=Paper)
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("accents", "entries", "capitals", "cursive"):
            check_within(name, getattr(self, name), 0.0, 1.0)
        check_within("length[0]", self.length[0], 1, self.length[1])
        check_within("gap[0]", self.gap[0], -0.3, self.gap[1])
        check_within("space[0]", self.space[0], 0.0, self.space[1])
        self._pen.check()

    def fingerprint(self) -> str:
        """Of the contents of characters and texts and of every argument; where they lie does not matter."""
        digest = hashlib.sha256(repr(replace(self, path="", texts=())).encode())
        digest.update(_file(self.path).read_bytes())
        digest.update("\n".join(self._sentences.lines).encode())
        return digest.hexdigest()

    @property
    def _pen(self) -> Pen:
        return Pen(self.height, self.thickness, self.uneven, self.slant, self.wobble)

    @cached_property
    def _letters(self) -> InkLetters:
        return InkLetters(read_npz(_file(self.path), NAMES), self.split, self.path)

    @cached_property
    def _sentences(self) -> Sentences:
        return read_sentences([below_data(text) for text in self.texts])

    def _line(self, random: np.random.Generator, name: str) -> RawLine:
        hand = self._letters.hand(random)
        text = ""
        while not text:  # a sentence may hold nothing that these people wrote
            text = self._drawable(self._said(random))
        image = self._pen.line(self._set(text, hand, random), random, self.paper)
        return RawLine(image=image, text=text, id=name, writer=f"unipen-{hand.writer}", kind="letters")

    def _said(self, random: np.random.Generator) -> str:
        return written_line(
            self._sentences,
            random,
            length=self.length,
            accents=self.accents,
            entries=self.entries,
            capitals=self.capitals,
        )

    def _drawable(self, text: str) -> str:
        return " ".join("".join(letter for letter in text if letter == " " or self._letters.holds(letter)).split())

    def _set(self, text: str, hand: Hand, random: np.random.Generator) -> Strokes:
        """The text in x-heights: letters on a baseline, their gaps and sizes uneven."""
        gap, space = random.uniform(*self.gap), random.uniform(*self.space)
        uneven, is_cursive = random.uniform(0.0, 0.09), random.random() < self.cursive
        x, placed, before = 0.0, list[Strokes](), " "
        for letter in text:
            if letter == " ":
                x += space * random.uniform(0.8, 1.3)
            else:
                strokes = self._letters.written(letter, hand, random)
                strokes = strokes.moved(random.uniform(0.93, 1.07), (x, random.normal(0.0, uneven)))
                if is_cursive and before in LOWER and letter in LOWER:
                    _run_into(placed[-1], strokes)
                placed.append(strokes)
                x = float(strokes.points[:, 0].max()) + gap * random.uniform(0.4, 1.6)
            before = letter
        return Strokes.joined(placed)


def _run_into(left: Strokes, right: Strokes) -> None:
    """The pen stays down between two letters where the first ends near the second and has nothing to dot or cross."""
    is_single = left.ends.sum() == 1
    ends_right = left.points[-1, 0] >= left.points[:, 0].mean()
    starts_left = right.points[0, 0] <= right.points[:, 0].mean()
    is_near = float(np.hypot(*(right.points[0] - left.points[-1]))) < 1.3
    if is_single and ends_right and starts_left and is_near:
        left.ends[-1] = False


def _file(path: str) -> Path:
    return existing_file(path, remedy=REMEDY)
