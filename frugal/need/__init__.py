"""Is a network needed? The same data through soberer alternatives, one per file, measured in the same harness."""
