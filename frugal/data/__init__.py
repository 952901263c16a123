"""Data sets: one file per data set, a LightningDataModule that yields Batch."""
