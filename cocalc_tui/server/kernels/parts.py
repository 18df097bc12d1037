"""Large parts of what a kernel shows, on their way into the blob store.

A plot that is updated ten times a second makes a picture each time, of which the document gets a
few. So what is put here is young until it is committed, and what was replaced meanwhile is deleted
again: an animation that runs for a night fills no disk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from cocalc_tui.notebook.blobs import blobs_of, take_out
from cocalc_tui.notebook.outputs import Item
from cocalc_tui.server.blobs import BlobStore
from cocalc_tui.server.kernels.items import bounded, item_from

MOST_YOUNG = 64 * 2**20
"""Bytes of young parts after which those that were replaced are looked for."""
SMALL = 2 * 2**20
"""Characters of an output where its parts cannot be kept elsewhere."""


class Parts:
    """The parts that one kernel's outputs have."""

    def __init__(self, store: BlobStore, held: Callable[[], Iterable[Item]] = lambda: ()) -> None:
        """`held` gives outputs that are kept though they are shown nowhere yet."""
        self._store = store
        self._held = held
        self._young: dict[str, int] = {}
        """Bytes by name."""
        self.uncommitted: set[str] = set()
        """Names that were put, new or not, and may be in no log yet."""

    def item(self, kind: str, content: Mapping[str, Any]) -> Item:
        """Make an item of a message, its large parts kept elsewhere. For a thread of its own."""
        whole = item_from(kind, content)
        try:
            return take_out(whole, self._put)
        except OSError as error:
            why = f"cannot be kept: {error.strerror}"
            return {**whole, "data": bounded(whole.get("data"), SMALL, why)}

    def _put(self, name: str, data: bytes) -> None:
        self.uncommitted.add(name)
        if self._store.put(name, data):
            self._young[name] = len(data)

    @property
    def many(self) -> bool:
        """Whether it is time to look for those that were replaced."""
        return sum(self._young.values()) > MOST_YOUNG

    def sweep(self, shown: Iterable[Mapping[str, Any]], *, committed: bool) -> None:
        """Delete young parts that are in none of these outputs; `committed`: these stay."""
        kept = (*shown, *self._held())
        named = {str(about.get("name")) for output in kept for about in blobs_of(output).values()}
        for name in self._young.keys() - named:
            self._store.drop(name)
        young = {} if committed else {n: s for n, s in self._young.items() if n in named}
        self._young = young
        self.uncommitted = named
