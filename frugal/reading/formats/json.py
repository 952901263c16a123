"""Read pages as plain data for JSON: points are [x, y] in pixels of the page, unknown confidence is null."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from frugal.pagexml import Points
from frugal.reading.pages import Part, ReadLine, ReadPage


def render(pages: Sequence[ReadPage]) -> dict[str, Any]:
    """{"schema", "pages": [{"file", "page", "width", "height", "lines": [...]}]}."""
    return {
        "schema": 1,
        "pages": [
            {
                "file": str(page.path),
                "page": page.number,
                "width": page.width,
                "height": page.height,
                "lines": [_line(line) for line in page.lines],
            }
            for page in pages
        ],
    }


def _line(line: ReadLine) -> dict[str, Any]:
    return {
        "text": line.text,
        "confidence": line.confidence,
        "block": line.block,
        "polygon": _points(line.polygon),
        "baseline": _points(line.baseline),
        "words": [_part(word) for word in line.words],
        "characters": [_part(character) for character in line.characters],
    }


def _part(part: Part) -> dict[str, Any]:
    return {"text": part.text, "confidence": part.confidence, "polygon": _points(part.polygon)}


def _points(points: Points) -> list[list[float]]:
    return [[x, y] for x, y in points]
