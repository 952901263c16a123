"""The command line: one file per command, each with a function `command`; only run.py knows Hydra."""
