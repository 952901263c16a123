"""Files into pages: photos and scans, every frame of a TIFF, every page of a PDF, as grey pixels that stand upright.

Knows files; knows no line. What an image may hold (16 bit, palette, CMYK, EXIF rotation) is `frugal.data.line_images`'.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from frugal.contract import InputError
from frugal.data.line_images import LARGEST_PIXELS, grey
from frugal.data.page_files import IMAGE_SUFFIXES
from frugal.extras import require

DPI = 200
"""At which a PDF is rendered; its unit is 1 / 72 inch."""
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
    """Number of frames and the pixels of each; animations and thumbnails are no pages, so only a TIFF has several."""
    from PIL import Image

    frames = 1
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # `grey` checks what Pillow only warns of
            with Image.open(io.BytesIO(data)) as image:
                frames = int(getattr(image, "n_frames", 1)) if image.format == "TIFF" else 1
    except Exception:
        frames = 1  # `grey` says in one line what is wrong with the file
    if frames == 1:
        yield 1, grey(data, str(path))
        return
    for number in range(frames):
        yield frames, grey(_alone(data, number, path), f"{path}, page {number + 1}")


def _alone(data: bytes, number: int, path: Path) -> bytes:
    """One frame of a TIFF as a file of its own, upright."""
    from PIL import Image, ImageOps

    file = io.BytesIO()
    try:
        with Image.open(io.BytesIO(data)) as image:
            image.seek(number)
            ImageOps.exif_transpose(image).save(file, "TIFF")
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        reason = str(error).partition("\n")[0]
        raise InputError(f"{path}, page {number + 1}: broken image ({reason})", remedy="write it again") from error
    return file.getvalue()


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
