"""Energy: meters that read it, device profiles that estimate it. A figure nobody measured is None, never 0."""
