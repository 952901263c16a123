"""What happens to a page before it is a file: seen from the side, bent, turned, on a table, blurred, small, pale.

Each view takes grey pixels uint8 (H, W), the corners of the lines on them and a generator, and gives back both. Knows
no reader; harder than the pages of `page_set`, which lie flat under a scanner or a careful hand.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np

Points = tuple[tuple[float, float], ...]
Seen = tuple[np.ndarray, list[Points]]
View = Callable[[np.ndarray, Sequence[Points], np.random.Generator], Seen]
TABLE = 60
"""Grey of the table."""


def side(grey: np.ndarray, lines: Sequence[Points], random: np.random.Generator) -> Seen:
    """From the side: each corner of the sheet moves by up to 6 % of its width."""
    height, width = grey.shape
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    moved = corners + random.uniform(-0.06, 0.06, (4, 2)).astype(np.float32) * width
    moved -= moved.min(axis=0)
    view = cv2.getPerspectiveTransform(corners, moved)
    size = tuple(int(side) for side in np.ceil(moved.max(axis=0)))
    return cv2.warpPerspective(grey, view, size, borderValue=TABLE), _through(view, lines)


def turned(grey: np.ndarray, lines: Sequence[Points], random: np.random.Generator) -> Seen:
    """Turned by 6 to 8 degrees, on a table."""
    height, width = grey.shape
    degrees = float(random.choice([-1, 1]) * random.uniform(6, 8))
    view = np.vstack([cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 0.9), [0, 0, 1]])
    return cv2.warpPerspective(grey, view, (width, height), borderValue=TABLE), _through(view, lines)


def bent(grey: np.ndarray, lines: Sequence[Points], random: np.random.Generator) -> Seen:
    """Bent like the page of an open book: up to 45 pixels up and down, on a table."""
    height, width = grey.shape
    start = random.uniform(0, 1)

    def rise(x: np.ndarray | float) -> np.ndarray:
        return 45 * np.sin(np.asarray(x) / width * 2.2 + start)

    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    seen = cv2.remap(grey, x, (y - rise(x)).astype(np.float32), cv2.INTER_LINEAR, borderValue=TABLE)
    return seen, [tuple((x, y + float(rise(x))) for x, y in line) for line in lines]


def table(grey: np.ndarray, lines: Sequence[Points], random: np.random.Generator) -> Seen:
    """On a dark, grainy table."""
    height, width = grey.shape
    seen = np.clip(random.normal(TABLE, 20, (height + 500, width + 400)), 0, 255).astype(np.uint8)
    seen[200 : 200 + height, 150 : 150 + width] = grey
    return seen, [tuple((x + 150, y + 200) for x, y in line) for line in lines]


def blurred(grey: np.ndarray, lines: Sequence[Points], random: np.random.Generator) -> Seen:
    """Out of focus, in a JPEG of quality 25."""
    soft = cv2.GaussianBlur(grey, (0, 0), 2.0)
    return cv2.imdecode(cv2.imencode(".jpg", soft, [cv2.IMWRITE_JPEG_QUALITY, 25])[1], cv2.IMREAD_GRAYSCALE), [*lines]


def small(grey: np.ndarray, lines: Sequence[Points], random: np.random.Generator) -> Seen:
    """At 80 dpi."""
    seen = cv2.resize(grey, None, fx=0.4, fy=0.4, interpolation=cv2.INTER_AREA)
    return seen, [tuple((0.4 * x, 0.4 * y) for x, y in line) for line in lines]


def pale(grey: np.ndarray, lines: Sequence[Points], random: np.random.Generator) -> Seen:
    """In pencil: three tenths of the contrast, the grain of the camera on top."""
    paper = cv2.blur(cv2.dilate(grey, np.ones((31, 31), np.uint8)), (61, 61)).astype(float)
    faint = paper - (paper - grey) * 0.3 + random.normal(0, 3, grey.shape)
    return np.clip(faint, 0, 255).astype(np.uint8), [*lines]


VIEWS: dict[str, View] = {view.__name__: view for view in (side, turned, bent, table, blurred, small, pale)}


def _through(view: np.ndarray, lines: Sequence[Points]) -> list[Points]:
    seen = [cv2.perspectiveTransform(np.array([line], np.float32), view.astype(np.float64))[0] for line in lines]
    return [tuple((float(x), float(y)) for x, y in line) for line in seen]
