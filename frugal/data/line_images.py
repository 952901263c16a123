"""An encoded image -> grey pixels: whatever a scanner, a phone or an export tool wrote.

Knows no data set; does not guess polarity: what is light on dark in the file stays light on dark.

Shapes: `H`, `W` height and width in pixels.
"""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING

import numpy as np

from frugal.contract import InputError
from frugal.data.line_source import RawLine

if TYPE_CHECKING:
    from PIL import Image

LARGEST_PIXELS = 200_000_000
"""A page at 1 200 dpi has 140 million; a file that claims more is broken or meant to exhaust the memory."""
ALPHA = {"RGBA", "LA", "PA", "RGBa", "La"}
DEEP = {"I;16", "I;16L", "I;16B", "I;16N", "I"}


def decoded(line: RawLine) -> np.ndarray:
    """The pixels of a line, uint8 (H, W), upright.

    Raises:
        InputError: no image, broken, or pixels of another shape or type; names the line.
    """
    if isinstance(line.image, bytes):
        return grey(line.image, f"line {line.id}")
    if line.image.dtype != np.uint8 or line.image.ndim != 2 or 0 in line.image.shape:
        raise InputError(f"line {line.id}: pixels {line.image.dtype} {line.image.shape}", allowed="uint8 (H, W)")
    return line.image


def grey(data: bytes, name: str) -> np.ndarray:
    """Pixels uint8 (H, W) of an encoded image; palette, alpha (over white), 16 bit, CMYK and EXIF rotation resolved.

    Raises:
        InputError: `name` has no image, a broken one, or one of more than LARGEST_PIXELS.
    """
    from PIL import Image, ImageOps

    if not data:
        raise InputError(f"{name}: no image", allowed="a PNG, JPEG, TIFF or WebP file")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of broken EXIF blocks and sizes that are checked here
            with Image.open(io.BytesIO(data)) as image:
                if image.width * image.height > LARGEST_PIXELS:
                    raise InputError(f"{name}: {image.width} x {image.height} pixels", allowed="200 million pixels")
                return _pixels(ImageOps.exif_transpose(image), name)
    except InputError:
        raise
    except Exception as error:  # Pillow's decoders raise whatever they stumble over: OSError, SyntaxError, struct.error
        raise InputError(f"{name}: broken image ({_reason(error)})", remedy="write the file again") from error


def _pixels(image: Image.Image, name: str) -> np.ndarray:
    """uint8 (H, W) of an opened image of any mode; luma as ITU-R BT.601."""
    from PIL import Image

    if image.mode in DEEP:
        return _eight_bits(np.asarray(image), name)
    if image.mode == "F":
        raise InputError(f"{name}: floating-point pixels", allowed="8 or 16 bits per channel")
    if image.mode in ALPHA or "transparency" in image.info:
        opaque = Image.new("RGBA", image.size, "white")
        opaque.alpha_composite(image.convert("RGBA"))
        image = opaque
    if image.mode not in {"L", "1", "RGB"}:
        image = image.convert("RGB")
    return np.asarray(image.convert("L"))


def _eight_bits(pixels: np.ndarray, name: str) -> np.ndarray:
    if pixels.min(initial=0) < 0 or pixels.max(initial=0) > 65535:
        raise InputError(f"{name}: 32-bit pixels", allowed="8 or 16 bits per channel")
    return np.asarray((pixels.astype(np.uint32) + 128) // 257, dtype=np.uint8)


def _reason(error: Exception) -> str:
    """Pillow names an in-memory file by its address, which differs from run to run."""
    reason = str(error).partition("\n")[0] or type(error).__name__
    return "of no known format" if "cannot identify image file" in reason else reason
