"""A repository on this machine: a server that answers as GitHub does, with files of a test."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import unquote

from frugal.data.fetching import Repository, blob_id


class Served:
    """What is served, and what was asked for.

    Attributes:
        content: path -> bytes, as the commit has them.
        changed: path -> other bytes that are sent instead.
        listing: sent instead of the list of files, where it is not None.
        asked: every address so far.
    """

    def __init__(self, content: dict[str, bytes]) -> None:
        self.content = content
        self.changed: dict[str, bytes] = {}
        self.listing: bytes | None = None
        self.asked: list[str] = []
        self.repository = Repository(name="owner/set", commit="abc123")

    def answer(self, path: str) -> bytes | None:
        self.asked.append(path)
        if path == "/repos/owner/set/git/trees/abc123?recursive=1":
            blobs = [{"path": name, "type": "blob", "sha": blob_id(data)} for name, data in self.content.items()]
            tree = {"tree": [{"path": "alto", "type": "tree", "sha": "0"}, *blobs], "truncated": False}
            return json.dumps(tree).encode() if self.listing is None else self.listing
        return (self.content | self.changed).get(unquote(path.removeprefix("/owner/set/abc123/")))


@contextmanager
def serving(content: dict[str, bytes]) -> Iterator[Served]:
    served = Served(content)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = served.answer(self.path)
            self.send_response(404 if body is None else 200)
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *arguments: object) -> None:
            """Nothing is printed."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    served.repository = Repository(name="owner/set", commit="abc123", api=address, raw=address)
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
