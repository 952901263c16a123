"""Architectures: one file each, a plain nn.Module that cites its paper and keeps its arguments in `.hparams`."""
