"""Benchmarks: what we do and what a peer does, in one run on one machine, as ratios."""
