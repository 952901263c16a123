"""Copiste d'un jour: contemporary French handwriting, 267 volunteers, each copied a summary of Wikipedia (BAnQ 2024).

The repository's layout: `alto/<page>.xml` (ALTO 4.2 of eScriptorium), `jpg/<page>.jpg` (some lie at the top), and
`copiste-dun-jour.yml`. Pages of one volunteer differ in a last `_1`, `_2`: the rest of the name is the writer. What
kind a line is, is told from its text: `consent` is the sentence that everybody wrote (never judge a model on it),
`label` names the text, `struck` holds what was crossed out (`>word<`, `><`), `short` is a page number; all others are
`body`.

https://github.com/banq-dcn/Copiste-d-un-jour, CC BY 4.0; the sentence of consent speaks of "des fins non commerciales".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from frugal.contract import InputError
from frugal.data.fetching import Repository, fetch
from frugal.data.line_formats.page_xml import PageUnit, open_page_xml
from frugal.data.line_source import RawLine
from frugal.data.line_units import UnitLines

CATALOGUE = "copiste-dun-jour.yml"
REPOSITORY = Repository(name="banq-dcn/Copiste-d-un-jour", commit="174eb1dd57f5af2282be83b6992556264ef4e7c6")
PAGES = 333
"""As the catalogue says."""
CONSENT = (
    "j ai lu les conditions de participation et j y consens je comprends que mon manuscrit sera anonymisé et utilisé "
    "par banq pour des activités de recherche et développement et qu il pourra aussi être publié et partagé sous "
    "licence cc by pour être utilisé librement à des fins non commerciales"
)
SHORTEST = 3
"""Fewer characters are a page number or a stray mark."""


@dataclass(frozen=True)
class CopistePage:
    """One page; its lines with writer and kind."""

    page: PageUnit

    @property
    def count(self) -> int:
        return self.page.count

    @property
    def files(self) -> Sequence[Path]:
        return self.page.files

    def lines(self, *, images: bool) -> Iterator[RawLine]:
        writer = re.sub(r"_\d$", "", self.page.path.stem)
        for line in self.page.lines(images=images):
            yield replace(line, writer=writer, kind=kind_of(line.text))


def is_copiste(folder: Path) -> bool:
    return (folder / CATALOGUE).is_file()


def open_copiste(folder: Path) -> UnitLines:
    """The lines of a copy of the repository.

    Raises:
        InputError: broken XML, or an image that is missing.
    """
    return UnitLines([CopistePage(unit) for unit in open_page_xml(folder).units if isinstance(unit, PageUnit)])


def fetch_copiste(folder: Path, *, repository: Repository = REPOSITORY, pages: int = PAGES) -> Path:
    """Fetch the repository's catalogue, transcriptions and images (about 0.5 GB) into `folder`, checked; returns it.

    Raises:
        InputError: no network, a wrong checksum, or another number of pages than the catalogue says.
    """
    fetch(repository, folder, lambda path: path.endswith((".xml", ".jpg")) or path == CATALOGUE)
    found = len(list(folder.glob("alto/*.xml")))
    if found != pages:
        raise InputError(
            f"{found} pages at the commit {repository.commit}", allowed=str(pages), remedy="another commit"
        )
    return folder


def kind_of(text: str) -> str:
    """`consent`, `label`, `struck`, `short` or `body`.

    >>> [kind_of(text) for text in ("BAnQ pour des activités", "Wikitexte_0018", "le 2 >mai< mai", "2/2", "tée)")]
    ['consent', 'label', 'struck', 'short', 'body']
    """
    words = re.findall(r"\w+", text.lower().replace("_", " "))
    if _share_of_consent(words) >= 0.5:
        return "consent"
    if re.search(r"wiki ?texte", text.lower()):
        return "label"
    if ">" in text or "<" in text:
        return "struck"
    return "short" if len(text.strip()) < SHORTEST or re.fullmatch(r"\d ?/ ?\d", text.strip()) else "body"


def _share_of_consent(words: Sequence[str]) -> float:
    """How many of the pairs of neighbouring words stand in the sentence of consent; its last word may stand alone."""
    if len(words) < 2:
        return float(words == [CONSENT.rpartition(" ")[2]])
    known = set(pairwise(CONSENT.split()))
    return sum(pair in known for pair in pairwise(words)) / (len(words) - 1)
