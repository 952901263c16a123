"""Files of a public GitHub repository at one commit, fetched on request and checked against git's own checksums.

Knows no data set. The commit fixes the list of files and their blob ids (SHA-1 over length and content); a file whose
content has another id is not kept, one that lies there with the right id is not fetched again.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from frugal.contract import InputError

TIMEOUT_S = 60


@dataclass(frozen=True, kw_only=True)
class Repository:
    """A repository (`owner/name`) at a commit, and where lists and files of it are served."""

    name: str
    commit: str
    api: str = "https://api.github.com"
    raw: str = "https://raw.githubusercontent.com"

    def blobs(self) -> dict[str, str]:
        """Path -> blob id of every file."""
        address = f"{self.api}/repos/{self.name}/git/trees/{self.commit}?recursive=1"
        content = _read(address)
        try:
            answer: dict[str, Any] = json.loads(content)
            found = {str(entry["path"]): str(entry["sha"]) for entry in answer["tree"] if entry["type"] == "blob"}
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(f"{address} answers no list of files", remedy="later, or another commit") from error
        if answer.get("truncated"):
            raise InputError(f"{address} answers a part of its list only", remedy="clone the repository with git")
        return found

    def address(self, path: str) -> str:
        return f"{self.raw}/{self.name}/{self.commit}/{urllib.parse.quote(path)}"


def fetch(repository: Repository, folder: Path, wanted: Callable[[str], bool]) -> int:
    """Put the `wanted` files of `repository` below `folder`; returns how many of them are there now.

    Raises:
        InputError: no answer, or a file that is not the one of the commit; what was fetched before stays.
    """
    blobs = {path: blob for path, blob in sorted(repository.blobs().items()) if wanted(path)}
    for path, blob in blobs.items():
        place = folder / _inside(path)
        if place.is_file() and blob_id(place.read_bytes()) == blob:
            continue
        content = _read(repository.address(path))
        if blob_id(content) != blob:
            raise InputError(
                f"{repository.address(path)} has the checksum {blob_id(content)}",
                allowed=f"{blob}, the one of the commit",
                remedy="the same command again",
            )
        place.parent.mkdir(parents=True, exist_ok=True)
        unfinished = place.with_name(f"{place.name}.part")
        unfinished.write_bytes(content)
        unfinished.replace(place)
    return len(blobs)


def blob_id(content: bytes) -> str:
    """git's name for a file of this content.

    >>> blob_id(b"hello\\n")
    'ce013625030ba8dba906f756967f9e9ca394464a'
    """
    header = f"blob {len(content)}\0".encode()
    return hashlib.sha1(header + content, usedforsecurity=False).hexdigest()


def _inside(path: str) -> Path:
    """`path` if it cannot lead out of the folder."""
    parts = PurePosixPath(path).parts
    if not parts or ".." in parts or path.startswith("/") or "\\" in path or ":" in path:
        raise InputError(f"a file named {path}", allowed="a path below the folder")
    return Path(*parts)


def _read(address: str) -> bytes:
    request = urllib.request.Request(address, headers={"User-Agent": "frugal-ml"})
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
            content: bytes = answer.read()
            return content
    except (http.client.HTTPException, OSError) as error:  # URLError and TimeoutError are OSErrors
        reason = getattr(error, "reason", None) or error
        if isinstance(error, urllib.error.HTTPError):
            error.close()
        raise InputError(
            f"{address} cannot be fetched ({reason})", remedy="the same command again goes on from here"
        ) from error
