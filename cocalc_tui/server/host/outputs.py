"""The large parts of a notebook between its file, which holds them, and its document.

A file must never lose a picture because the blob store did: what is not there is looked for in the
file as it was, and only then is it said in its place that it is gone.
"""

from __future__ import annotations

from collections.abc import Sequence

from cocalc_tui.notebook import ipynb
from cocalc_tui.notebook.fields import take_out_of
from cocalc_tui.notebook.model import Notebook, creation, with_parts
from cocalc_tui.server.blobs import BlobStore
from cocalc_tui.sync.patch import Op


def without_large(ops: Sequence[Op], blobs: BlobStore) -> list[Op]:
    """Return operations that make records, their large parts in the store. Raises ValueError."""

    def put(name: str, data: bytes) -> None:
        try:
            blobs.put(name, data)
        except OSError as error:
            raise ValueError(f"its large parts cannot be kept: {error.strerror}") from None

    return take_out_of(ops, put)


def with_large(notebook: Notebook, blobs: BlobStore, before: str | None) -> Notebook:
    """Return a notebook as its file is to hold it; `before` is what that held."""
    return with_parts(notebook, _Getter(blobs, before))


class _Getter:
    """Gets parts from the store, else from the file as it was, which is read once if need be."""

    def __init__(self, blobs: BlobStore, before: str | None) -> None:
        self._blobs = blobs
        self._before = before
        self._of_file: dict[str, bytes] | None = None

    def __call__(self, name: str) -> bytes | None:
        """Return the bytes of a name."""
        if (found := self._blobs.get(name)) is not None:
            return found
        if self._of_file is None:
            self._of_file = {}
            if self._before:
                take_out_of(creation(ipynb.read(self._before)), self._of_file.__setitem__)
        return self._of_file.get(name)
