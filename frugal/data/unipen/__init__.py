"""UNIPEN's original distribution: read, drawn, and packed into the files that the loaders take."""
