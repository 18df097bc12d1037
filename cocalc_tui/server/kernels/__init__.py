"""Kernels of notebooks: which one, its queue, its output into the document."""
