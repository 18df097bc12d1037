"""A chat as records of the patch log, and as a file: pure, like `notebook/`."""
