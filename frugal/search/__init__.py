"""The search for a compressed model that keeps a budget: what there is to try, trials, and the answer.

`frugal.compression.compress(..., budget=...)` is the way in.
"""
