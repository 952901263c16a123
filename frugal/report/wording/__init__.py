"""Sentences of single parts of the page, one file per part, in every language side by side.

A file holds `ENGLISH` and `FRENCH`, key -> sentence, keys with the part's name in front; `frugal.report.words` joins
them. What the whole page shares stands in `frugal.report.english` and `frugal.report.french`.
"""
