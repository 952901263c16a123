"""What frugal's own log says, on stderr, one line a message: the progress of long work. Knows no command."""

from __future__ import annotations

import logging
import sys


def show_progress() -> None:
    """Messages of the logger `frugal` go to stderr; those of other packages stay where they are."""
    logger = logging.getLogger("frugal")
    if not logger.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter("%(message)s"))
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
        logger.propagate = False
