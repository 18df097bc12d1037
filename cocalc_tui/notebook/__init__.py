"""A notebook as records, and records as an .ipynb file. Pure, like `sync/`."""
