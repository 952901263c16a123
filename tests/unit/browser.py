"""Runs the scripts of our offline pages: in node where it is installed, and whole pages in a headless Chromium."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
NODE = shutil.which("node")

needs_node = pytest.mark.skipif(NODE is None, reason="node is not installed")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")


def scripts_of(page: str) -> list[str]:
    """The sources of a page's scripts, in order."""
    return re.findall(r"<script>\n(.*?)\n</script>", page, re.S)


def data_of(page: str) -> dict[str, Any]:
    """What a page holds as JSON."""
    (text,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page, re.S)
    found: dict[str, Any] = json.loads(text)
    return found


def in_node(script: str, given: Any, folder: Path) -> Any:
    """What `script` leaves in `answer`, with `given` at hand; anything it throws fails the test."""
    (folder / "given.json").write_text(json.dumps(given))
    head = "const given = JSON.parse(require('fs').readFileSync('given.json', 'utf8'));\nlet answer;\n"
    (folder / "script.js").write_text(f"{head}{script}\nprocess.stdout.write(JSON.stringify(answer));\n")
    done = subprocess.run(
        [str(NODE), "script.js"], cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def opened(page: str, folder: Path, *, then: str = "") -> tuple[str, str]:
    """The page's elements after its scripts and `then` have run, and what its console said."""
    file = folder / "page.html"
    file.write_text(page.replace("</body>", f"<script>{then}</script></body>"), encoding="utf-8")
    command = [
        str(CHROMIUM),
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        f"--user-data-dir={folder / 'profile'}",
    ]
    command += ["--virtual-time-budget=3000", "--enable-logging=stderr", "--dump-dom", file.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stderr
    said = [line for line in done.stderr.splitlines() if "CONSOLE" in line or "Uncaught" in line]
    return done.stdout, "\n".join(said)
