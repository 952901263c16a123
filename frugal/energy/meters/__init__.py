"""Meters: one file per energy source, each saying why when it cannot read."""
