"""Run the command line as `python -m frugal`."""

from frugal.cli.main import main

main()
