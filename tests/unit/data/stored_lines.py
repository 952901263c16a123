"""Miniatures of stored lines that several tests write: drawn words as PNG, Parquet files in the layout of hubs."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image, ImageDraw


def drawn(text: str, *, height: int = 40, step: int = 16, paper: int = 245, ink: int = 30) -> np.ndarray:
    """uint8 (H, W): `text` in Pillow's own font, dark on light."""
    image = Image.new("L", (max(step * len(text), step) + 16, height), paper)
    ImageDraw.Draw(image).text((8, height // 4), text.encode("latin-1", "replace").decode("latin-1"), fill=ink)
    return np.asarray(image)


def encoded(pixels: np.ndarray | Image.Image, format: str = "PNG", **options: Any) -> bytes:
    """`pixels` as the bytes of an image file."""
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    buffer = io.BytesIO()
    image.save(buffer, format=format, **options)
    return buffer.getvalue()


def png(text: str, **options: Any) -> bytes:
    return encoded(drawn(text, **options))


def write_parquet(
    path: Path,
    texts: Sequence[str | None],
    *,
    images: Sequence[bytes | None] | None = None,
    rows: int = 4,
    **columns: Any,
) -> Path:
    """A Parquet file as hubs hold it: image {bytes, path}, text, and further `columns`; `rows` per row group."""
    shown = images if images is not None else [png(text or "") for text in texts]
    structs = [{"bytes": data, "path": f"{number}.png"} for number, data in enumerate(shown)]
    layout = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    table = pa.table({"image": pa.array(structs, layout), "text": pa.array(texts, pa.string()), **columns})
    pq.write_table(table, path, row_group_size=rows)
    return path
