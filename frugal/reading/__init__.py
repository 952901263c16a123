"""Pages into text: the lines of a photo or scan, found by classical image processing, each read by a model of lines.

One file per step; none trains, prints or needs torch.
"""
