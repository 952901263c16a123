"""Where a data set's files lie, and how an `.npz` is read without trusting it.

Knows no data set. A file that is missing, truncated or foreign is a user error that says how to get the right one.
"""

from __future__ import annotations

import os
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from frugal.contract import InputError


def data_folder(root: str | None, loader: str) -> Path | None:
    """Where `loader` looks: `root` (a file or folder) if given, else `$FRUGAL_DATA/<loader>`, else None."""
    if root is not None:
        return Path(root).expanduser()
    shelf = os.environ.get("FRUGAL_DATA")
    return Path(shelf).expanduser() / loader if shelf else None


def find_file(root: str | None, loader: str, name: str, *, remedy: str) -> Path:
    """The file `name` of a data set; `root` may be that file itself.

    Raises:
        InputError: there is no such file; `remedy` says how to get it.
    """
    place = data_folder(root, loader)
    if place is None:
        raise InputError(
            f"{loader}: no data folder given", allowed="data.root=FILE_OR_FOLDER or $FRUGAL_DATA", remedy=remedy
        )
    path = place if place.is_file() else place / name
    if not path.is_file():
        raise InputError(f"{loader}: no file {path}", allowed=f"a folder that holds {name}", remedy=remedy)
    return path


def below_data(path: str) -> Path:
    """`path` as it stands; a relative one that is not there is looked up below `$FRUGAL_DATA`."""
    given = Path(path).expanduser()
    shelf = os.environ.get("FRUGAL_DATA")
    if given.is_absolute() or given.exists() or not shelf:
        return given
    return Path(shelf).expanduser() / given


def read_npz(path: Path, names: Sequence[str]) -> dict[str, np.ndarray]:
    """The arrays `names` of an `.npz`; nothing in it is ever unpickled.

    Raises:
        InputError: not an `.npz`, truncated, an array missing, or an array of Python objects.
    """
    try:
        with path.open("rb") as file:
            archive = np.load(file, allow_pickle=False)
            if not isinstance(archive, np.lib.npyio.NpzFile):
                raise ValueError("a single array, not an archive")
            missing = [name for name in names if name not in archive.files]
            if missing:
                raise ValueError(f"no array {', '.join(missing)} in it")
            return {name: archive[name] for name in names}
    except (OSError, EOFError, ValueError, zipfile.BadZipFile, zlib.error) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(
            f"{path} cannot be read ({reason})",
            allowed=f"an .npz with {', '.join(names)}",
            remedy="fetch the file again",
        ) from error


def existing_file(path: str, *, remedy: str) -> Path:
    """A file; a relative path that is not there is looked up below $FRUGAL_DATA. Raises InputError where it is not."""
    found = below_data(path)
    if not found.is_file():
        raise InputError(f"no file {found}", remedy=remedy)
    return found
