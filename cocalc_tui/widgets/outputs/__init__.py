"""Outputs of cells: nbformat dicts and a width in, rows of Strips out. No widget, no state."""
