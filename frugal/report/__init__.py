"""Reports: the records and their faces, one file per format."""
