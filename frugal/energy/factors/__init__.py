"""Sourced factors (grid, water, manufacture) as CSV files; no code."""
