"""Encoded images of every kind become grey pixels, or one line that names them."""

import numpy as np
import pytest
from PIL import Image

from frugal.contract import InputError
from frugal.data.line_images import decoded
from frugal.data.line_source import RawLine
from tests.unit.data.stored_lines import drawn, encoded

PIXELS = drawn("abc")
HEIGHT, WIDTH = PIXELS.shape


def shown(data):
    return decoded(RawLine(image=data, text="", id="17"))


def palette():
    return encoded(Image.fromarray(PIXELS).quantize(16))


def transparent(mode):
    image = Image.new(mode, (WIDTH, HEIGHT), 0)  # black ink, opaque only where there is ink
    image.putalpha(Image.fromarray(255 - PIXELS))
    return encoded(image)


def transparent_palette():
    image = Image.fromarray(np.where(PIXELS < 128, 1, 0).astype(np.uint8)).convert("P")
    image.putpalette([0, 0, 0, 0, 0, 0])
    return encoded(image, transparency=0)


@pytest.mark.parametrize(
    ("data", "tolerance"),
    [
        (encoded(PIXELS), 0),
        (encoded(PIXELS, "TIFF"), 0),
        (encoded(PIXELS, "WEBP", lossless=True), 1),
        (encoded(Image.fromarray(PIXELS).convert("RGB")), 0),
        (encoded(Image.fromarray(PIXELS.astype(np.uint16) * 257)), 0),
        (encoded(Image.fromarray(PIXELS.astype(np.uint16) * 257), "TIFF"), 0),
        (encoded(Image.fromarray(PIXELS).convert("CMYK"), "TIFF"), 2),
        (encoded(Image.fromarray(PIXELS).convert("CMYK"), "JPEG", quality=95), 40),
        (encoded(PIXELS, "JPEG", quality=95), 40),
        (palette(), 12),
        (transparent("RGBA"), 0),
        (transparent("LA"), 0),
    ],
    ids=["png", "tiff", "webp", "rgb", "png16", "tiff16", "cmyk", "cmyk-jpeg", "jpeg", "palette", "rgba", "la"],
)
def test_every_mode_gives_the_same_line(data, tolerance):
    pixels = shown(data)
    assert (pixels.dtype, pixels.shape) == (np.uint8, (HEIGHT, WIDTH))
    assert np.abs(pixels.astype(int) - PIXELS).max() <= tolerance


def test_one_bit_and_a_transparent_palette():
    black = PIXELS < 128
    assert np.array_equal(shown(encoded(Image.fromarray(~black))), np.where(black, 0, 255))
    assert np.array_equal(shown(transparent_palette()), np.where(black, 0, 255))


def test_exif_rotation():
    turned = Image.fromarray(PIXELS).transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6  # shown after a quarter turn clockwise
    assert np.array_equal(shown(encoded(turned, "PNG", exif=exif)), PIXELS)


@pytest.mark.parametrize("data", [b"", b"GIF89a", encoded(PIXELS)[:60], encoded(PIXELS, "JPEG")[:300], bytes(500)])
def test_a_broken_image_names_the_line(data):
    with pytest.raises(InputError, match=r"^line 17: ") as caught:
        shown(data)
    assert "0x" not in str(caught.value)


def test_an_image_of_a_billion_pixels_is_refused():
    claimed = bytearray(encoded(Image.new("L", (10, 10))))
    claimed[16:24] = (40_000).to_bytes(4, "big") * 2
    with pytest.raises(InputError, match=r"^line 17: "):
        shown(bytes(claimed))


def test_float_and_32_bit_pixels_are_refused():
    for array in (PIXELS.astype(np.float32), PIXELS.astype(np.int32) * 100_000):
        with pytest.raises(InputError, match="8 or 16 bits per channel"):
            shown(encoded(Image.fromarray(array), "TIFF"))


def test_pixels_pass_and_others_are_refused():
    assert shown(PIXELS) is PIXELS
    for wrong in (PIXELS.astype(np.float32), PIXELS[None], PIXELS[:0]):
        with pytest.raises(InputError, match=r"line 17: pixels .*; allowed: uint8 \(H, W\)"):
            shown(wrong)
