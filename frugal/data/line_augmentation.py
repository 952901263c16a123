"""Random distortion of line images that were already resized to the network's height; the height stays.

Ink is lifted off its paper, moved by one `cv2.remap` (scaling, slant, rotation and elastic warp in one map), made
thicker or thinner, and laid on the paper again; so no border ever shows where the paper ends. The elastic warp follows
Simard, Steinkraus, Platt 2003, the grid form Wigington et al. 2017, "Data augmentation for recognition of handwritten
words and lines using a CNN-LSTM network"; the tiles are TACo of Chaudhary, Bali 2022, "Easter2.0: improving
convolutional models for handwritten text recognition" (deviation: a tile is filled with paper, ink or noise).

Knows no data set and no alphabet. Random numbers come from the generator that is handed in.

Shapes: `H` height, `W` width before, `W'` width after.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

import numpy as np

from frugal.data.paper import blurred, check_within, estimated_paper, jpeg, light, rules, sensor_noise, smooth_field
from frugal.extras import require

INK = 110.0
"""Difference from paper to ink, in grey levels, where the image itself has no ink to tell."""


@dataclass(frozen=True, kw_only=True)
class LineAugmentation:
    """Distorts one line, dark ink on light paper. Every field is a strength or a probability; 0 switches it off.

    Attributes:
        geometry: probability of moving the ink at all.
        stretch: width, uniform in [1 - stretch, 1 + stretch].
        shrink: height of the ink, uniform in [1 - shrink, 1 + shrink / 4]; the room it leaves moves it up or down.
        shift: further move up or down, at most this share of the height.
        shear: slant in degrees, uniform in [-shear, shear].
        rotation: degrees, uniform in [-rotation, rotation], cut where a long line would leave the image.
        warp: standard deviation of the elastic displacement in pixels.
        thickness: probability of thicker or thinner strokes, by up to a pixel.
        contrast: probability of other paper, ink and gamma.
        shadow: probability of uneven light.
        blur: probability of a blur.
        noise: probability of sensor noise.
        compressed: probability of JPEG traces.
        tiles: probability that TACo tiles are put over the line.
        tile_share: share of the tiles that are filled then.
        ruled: probability that rules are printed over the line.
        margin: probability, for the left and the right end each, of more blank paper there.
        longest_margin: of that paper, in heights of the line.
    """

    geometry: float = 0.9
    stretch: float = 0.25
    shrink: float = 0.25
    shift: float = 0.05
    shear: float = 25.0
    rotation: float = 1.5
    warp: float = 0.8
    thickness: float = 0.5
    contrast: float = 0.4
    shadow: float = 0.15
    blur: float = 0.15
    noise: float = 0.2
    compressed: float = 0.05
    tiles: float = 0.3
    tile_share: float = 0.1
    ruled: float = 0.15
    margin: float = 0.25
    longest_margin: float = 6.0

    def __post_init__(self) -> None:
        most = {"shear": 60.0, "rotation": 10.0, "warp": 10.0, "stretch": 0.9, "shrink": 0.9, "longest_margin": 50.0}
        for field in fields(self):
            check_within(field.name, getattr(self, field.name), 0.0, most.get(field.name, 1.0))

    def __call__(self, image: np.ndarray, random: np.random.Generator) -> np.ndarray:
        """A new line uint8 (H, W') from `image` uint8 (H, W)."""
        paper = estimated_paper(image)
        ink = paper - image
        if random.random() < self.geometry:
            ink = self._moved(ink, random)
            paper = _resized(paper, ink.shape[1])
        before, after = (self._margin(ink, random) for _ in range(2))
        if before or after:
            ink = np.pad(ink, ((0, 0), (before, after)))
            paper = _resized(paper, ink.shape[1])
        if random.random() < self.thickness:
            ink = thickened(ink, random.uniform(-0.5, 1.0))
        dark = float(ink.max()) if ink.max() > 30.0 else INK
        if random.random() < self.ruled:
            ink = np.maximum(ink, _printed(ink.shape, random) * (dark * random.uniform(0.15, 0.8)))
        if random.random() < self.tiles:
            ink = tiled(ink, random, share=self.tile_share, dark=dark)
        return self._pictured(paper, ink, random)

    def _moved(self, ink: np.ndarray, random: np.random.Generator) -> np.ndarray:
        """Ink (H, W) as (H, W'): all geometry in one map."""
        cv2 = require("cv2", extra="train")
        height, width = ink.shape
        slant = math.tan(math.radians(random.uniform(-self.shear, self.shear)))
        across = random.uniform(1.0 - self.stretch, 1.0 + self.stretch)
        along = random.uniform(1.0 - self.shrink, 1.0 + self.shrink / 4)
        new_width = max(round(width * across + abs(slant) * height * along), 1)
        room = max(1.0 - along, 0.0) / 2 + self.shift
        middle = height * (0.5 + random.uniform(-room, room))
        steepest = math.atan(0.1 * height / new_width)
        angle = math.radians(random.uniform(-self.rotation, self.rotation))
        rise = math.tan(min(max(angle, -steepest), steepest))
        columns = np.arange(new_width, dtype=np.float32)[None] - np.float32((new_width - 1) / 2)
        rows = np.arange(height, dtype=np.float32)[:, None] - np.float32(middle - 0.5)
        from_y = (rows + columns * np.float32(rise)) / np.float32(along)  # (H, W')
        from_x = (columns + rows * np.float32(slant - rise)) / np.float32(across)
        if self.warp:
            points = (3, max(new_width // height, 1) + 2)
            from_x += smooth_field((height, new_width), random, points=points) * np.float32(self.warp)
            from_y += smooth_field((height, new_width), random, points=points) * np.float32(self.warp)
        from_x += np.float32((width - 1) / 2)
        from_y += np.float32((height - 1) / 2)
        return np.asarray(cv2.remap(ink, from_x, from_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT))

    def _margin(self, ink: np.ndarray, random: np.random.Generator) -> int:
        """Columns of blank paper, more often few than many."""
        if random.random() >= self.margin:
            return 0
        return int(self.longest_margin * ink.shape[0] * random.random() ** 2)

    def _pictured(self, paper: np.ndarray, ink: np.ndarray, random: np.random.Generator) -> np.ndarray:
        """Ink on paper as a camera might have seen it, uint8 (H, W')."""
        if random.random() < self.contrast:
            ink = ink * np.float32(random.uniform(0.5, 1.1))
            paper = paper * np.float32(random.uniform(0.75, 1.05))
        picture = paper - ink
        if random.random() < self.shadow:
            picture *= light(ink.shape, random, strength=random.uniform(0.1, 0.4))
        if random.random() < self.blur:
            picture = blurred(picture, sigma=random.uniform(0.4, 1.0))
        if random.random() < self.noise:
            picture += sensor_noise(ink.shape, random) * np.float32(random.uniform(1.0, 10.0))
        taken = np.clip(picture, 0.0, 255.0).astype(np.uint8)
        if random.random() < self.contrast:
            taken = _with_gamma(taken, math.exp(random.uniform(-0.4, 0.4)))
        return jpeg(taken, quality=int(random.integers(25, 80))) if random.random() < self.compressed else taken


def thickened(ink: np.ndarray, amount: float) -> np.ndarray:
    """Ink (H, W) blended with its dilation (`amount` > 0) or erosion (< 0) by one pixel; `amount` in [-1, 1]."""
    cv2 = require("cv2", extra="train")
    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    grown = cv2.dilate(ink, cross) if amount > 0 else cv2.erode(ink, cross)
    return np.asarray(cv2.addWeighted(ink, 1.0 - abs(amount), grown, abs(amount), 0.0))


def tiled(ink: np.ndarray, random: np.random.Generator, *, share: float, dark: float) -> np.ndarray:
    """TACo: ink (H, W) cut into tiles of one random size, upright or flat; about `share` of them are overwritten.

    Upright tiles are 8 to 32 pixels wide; flat ones, which cut all letters, a twelfth to a sixth of H high.
    """
    covered = ink.copy()
    is_upright = random.random() < 0.7
    view = covered.T if is_upright else covered  # one tile = some rows of the view
    high = max(view.shape[1] if is_upright else view.shape[0], 12)
    size = int(random.integers(8, 33)) if is_upright else int(random.integers(high // 12, high // 6 + 1))
    for start in range(0, view.shape[0], size):
        if random.random() < share:
            tile = view[start : start + size]
            filling = random.random()
            if filling < 0.5:
                tile[:] = 0.0
            elif filling < 0.8:
                tile[:] = random.random(tile.shape, dtype=np.float32) * np.float32(dark)
            else:
                tile[:] = np.float32(dark * random.uniform(0.2, 1.0))
    return covered


def _resized(paper: np.ndarray, width: int) -> np.ndarray:
    cv2 = require("cv2", extra="train")
    return np.asarray(cv2.resize(paper, (width, paper.shape[0]), interpolation=cv2.INTER_LINEAR))


def _printed(shape: tuple[int, ...], random: np.random.Generator) -> np.ndarray:
    """Rules (H, W) whose writing line is anywhere in the lower half, the next one about a line's height away."""
    baseline, spacing = random.uniform(0.6, 0.95) * shape[0], random.uniform(0.6, 1.1) * shape[0]
    return rules(shape, random, baseline=baseline, spacing=spacing)


def _with_gamma(image: np.ndarray, gamma: float) -> np.ndarray:
    levels = (np.linspace(0.0, 1.0, 256) ** gamma * 255.0).astype(np.uint8)
    return np.asarray(levels[image])
