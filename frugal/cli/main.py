"""The `frugal` command: groups the verbs, and turns what a user can cause into one line and an exit code.

Knows no verb's work: each command is one file, and imports what it needs when it is called.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType
from typing import NoReturn

import typer
from typer.exceptions import TyperException

app = typer.Typer(
    name="frugal",
    help="Train small models, compress them, export them to ONNX, and report accuracy against energy.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

COMMANDS = {
    "run": "train",
    "compress": "shrink",
    "demo": "train",
    "data": "train",
    "bench": "measure",
    "check": "measure",
    "score": "measure",
    "need": "measure",
    "report": "explain",
    "table": "explain",
    "audit": "explain",
    "class": "explain",
    "adapt": "train",
    "lm": "train",
    "read": "ship",
    "zoo": "ship",
    "list": "explain",
    "doctor": "measure",
    "estimate": "measure",
    "trend": "explain",
}
"""Command -> help panel; the file is `frugal/cli/<command>.py` or stands in `_FILES`, its function is `command`."""

_FILES = {"list": "listing", "class": "classroom"}
INTERRUPTED = 130
PASS_THROUGH = {"run"}
"""Commands that parse their own arguments (Hydra overrides)."""


class Terminated(BaseException):
    """SIGTERM arrived."""


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command and exit: 0 done, 1 a claim is broken, 2 bad input, 130 interrupted, 143 terminated."""
    signal.signal(signal.SIGTERM, _terminate)
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code."""
    _register()
    try:
        code = app(args=list(arguments), standalone_mode=False, prog_name="frugal")
        if code == INTERRUPTED:  # typer turns Ctrl-C into this exit code
            raise KeyboardInterrupt
        return code if isinstance(code, int) else 0
    except (KeyboardInterrupt, typer.Abort):
        return _say("interrupted: the same command goes on from the last finished step", INTERRUPTED)
    except Terminated:
        return _say("terminated: the same command goes on from the last finished step", 143)
    except typer.Exit as exit_:
        return exit_.exit_code
    except TyperException as error:
        said = _one_line(error.format_message()).rstrip(".")
        return _say(f"error: {said or 'no command was given'}; try: frugal --help", 2)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (ValueError, OSError) as error:
        if os.environ.get("FRUGAL_DEBUG"):
            raise
        return _say(f"error: {_one_line(str(error)) or type(error).__name__}", 2)


def _register() -> None:
    if app.registered_commands:
        return
    for name, panel in COMMANDS.items():
        module = importlib.import_module(f"frugal.cli.{_FILES.get(name, name)}")
        settings = {"allow_extra_args": True, "ignore_unknown_options": True} if name in PASS_THROUGH else None
        app.command(name, rich_help_panel=panel, context_settings=settings)(module.command)


def _terminate(signum: int, frame: FrameType | None) -> None:
    raise Terminated


def _say(line: str, code: int) -> int:
    print(line, file=sys.stderr)
    return code


def _one_line(text: str) -> str:
    return " ".join(text.split())


if __name__ == "__main__":
    main()
