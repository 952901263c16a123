"""Files into pages: photos and scans, every frame of a TIFF, every page of a PDF, as grey pixels that stand upright.

Knows files; knows no line. What an image may hold (16 bit, palette, CMYK, EXIF rotation) is `frugal.data.line_images`'.
"""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from frugal.contract import InputError
from frugal.data.line_images import LARGEST_PIXELS, grey
from frugal.data.page_files import IMAGE_SUFFIXES
from frugal.extras import require

if TYPE_CHECKING:
    from PIL.TiffImagePlugin import TiffImageFile

DPI = 200
"""At which a PDF is rendered; its unit is 1 / 72 inch."""
TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
"""How a TIFF begins, in either byte order, small or big."""
SUBFILE = 254
"""TIFF's tag NewSubfileType; bit 0 marks a smaller copy of another frame."""
ALLOWED = "PNG, JPEG, TIFF, WebP, PDF, or a folder of them"


@dataclass(frozen=True, eq=False, kw_only=True)
class PageImage:
    """One page.

    Attributes:
        path: the file.
        number: which page of the file, from 1.
        count: pages in the file.
        grey: uint8 (H, W).
    """

    path: Path
    number: int
    count: int
    grey: np.ndarray

    @property
    def name(self) -> str:
        """The file, and the page where it has several."""
        return str(self.path) if self.count == 1 else f"{self.path}, page {self.number}"


def files_of(paths: Sequence[Path]) -> list[Path]:
    """The files themselves; a folder stands for the images and PDFs in it, by name.

    Raises:
        InputError: a path does not exist, or a folder holds no image.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = [file for file in sorted(path.iterdir()) if file.suffix.lower() in (*IMAGE_SUFFIXES, ".pdf")]
            if not inside:
                raise InputError(f"the folder {path} without an image", allowed=ALLOWED)
            found += inside
        elif path.is_file():
            found.append(path)
        else:
            raise InputError(f"no file {path}", allowed=ALLOWED)
    return found


def pages_in(path: Path) -> Iterator[PageImage]:
    """The pages of one file, one in memory at a time.

    Raises:
        InputError: broken, protected, or no image; names the file.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror})", allowed=ALLOWED) from error
    pages = _pdf_pages(data, path) if b"%PDF-" in data[:1024] else _frames(data, path)
    for number, (count, pixels) in enumerate(pages, start=1):
        yield PageImage(path=path, number=number, count=count, grey=pixels)


def _frames(data: bytes, path: Path) -> Iterator[tuple[int, np.ndarray]]:
    """Number of pages and the pixels of each; an animation is one picture, so only a TIFF has several."""
    pages = _tiff_pages(data, path) if data.startswith(TIFF) else [0]
    if len(pages) == 1:
        yield 1, grey(data, str(path))
        return
    for number, frame in enumerate(pages, start=1):
        name = f"{path}, page {number}"
        yield len(pages), grey(_alone(data, frame, name), name)


def _tiff_pages(data: bytes, path: Path) -> list[int]:
    """The frames of a TIFF that are pages: thumbnails and the smaller levels of a pyramid are none."""
    pages = []
    try:
        with _opened(data) as image:
            for frame in range(image.n_frames):
                image.seek(frame)
                if not image.tag_v2.get(SUBFILE, 0) & 1:
                    pages.append(frame)
    except Exception as error:  # Pillow's decoders raise whatever they stumble over
        raise _broken(str(path), error) from error
    return pages or [0]


@contextlib.contextmanager
def _opened(data: bytes) -> Iterator[TiffImageFile]:
    from PIL.TiffImagePlugin import TiffImageFile

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of sizes, which are checked here
        with TiffImageFile(io.BytesIO(data)) as image:
            yield image


def _alone(data: bytes, frame: int, name: str) -> bytes:
    """One frame of a TIFF as a file of its own, upright."""
    from PIL import ImageOps

    file = io.BytesIO()
    try:
        with _opened(data) as image:
            image.seek(frame)
            if image.width * image.height > LARGEST_PIXELS:
                raise InputError(f"{name}: {image.width} x {image.height} pixels", allowed="200 million pixels")
            ImageOps.exif_transpose(image).save(file, "TIFF")
    except InputError:
        raise
    except Exception as error:
        raise _broken(name, error) from error
    return file.getvalue()


def _broken(name: str, error: Exception) -> InputError:
    reason = str(error).partition("\n")[0] or type(error).__name__
    return InputError(f"{name}: broken image ({reason})", remedy="write the file again")


def _pdf_pages(data: bytes, path: Path) -> Iterator[tuple[int, np.ndarray]]:
    """Number of pages and the pixels of each, rendered."""
    pdfium = require("pypdfium2", extra="read")
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if "password" in str(error).lower():
            raise InputError(f"{path} is protected by a password", remedy="save it without one") from error
        raise InputError(f"{path} is a broken PDF ({error})", remedy="save it again") from error
    try:
        for number in range(len(document)):
            yield len(document), _rendered(pdfium, document, number, path)
    finally:
        document.close()


def _rendered(pdfium: Any, document: Any, number: int, path: Path) -> np.ndarray:
    try:
        page = document[number]
        width, height = page.get_size()
        scale = DPI / 72
        if width * height * scale**2 > LARGEST_PIXELS:
            raise InputError(
                f"{path}, page {number + 1}: {width:.0f} x {height:.0f} points", allowed="up to 200 M pixels"
            )
        bitmap = page.render(scale=scale, grayscale=True)
        return np.array(bitmap.to_numpy()).reshape(bitmap.height, bitmap.width, -1)[:, :, 0]
    except pdfium.PdfiumError as error:
        raise InputError(f"{path}, page {number + 1} cannot be rendered ({error})", remedy="save it again") from error
