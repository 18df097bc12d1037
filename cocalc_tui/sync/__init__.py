"""The patch log: what a document is, how concurrent patches merge, what its past was.

Pure: no I/O, no clock, no randomness. Time, ids and bytes are handed in.
"""
