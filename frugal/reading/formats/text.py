"""Read pages as plain text: one line per line, a blank line between blocks and between pages.

Knows read pages; lines in which nothing was read are left out.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from frugal.reading.pages import ReadPage


def render(pages: Sequence[ReadPage]) -> str:
    """The text of all pages; empty where nothing was read."""
    blocks = [block for page in pages for block in _blocks(page)]
    return "\n\n".join(blocks) + "\n" if blocks else ""


def _blocks(page: ReadPage) -> list[str]:
    written = [line for line in page.lines if line.text]
    return [
        "\n".join(line.text for line in block) for _, block in itertools.groupby(written, key=lambda line: line.block)
    ]
