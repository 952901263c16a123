"""One file per form in which read pages are written; none knows another, a file or a reader."""
