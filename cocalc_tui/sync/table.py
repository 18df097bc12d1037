"""The version table: what a document was in any version of a stretch of its log.

It is made once; then every version is a choice among its rows (see `history`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from cocalc_tui.sync.coarse import NOTHING, Base, Coarse
from cocalc_tui.sync.history import BEFORE, history, is_on, switches
from cocalc_tui.sync.pages import pages
from cocalc_tui.sync.patch import Json, PatchId, TextId
from cocalc_tui.sync.spans import Part
from cocalc_tui.sync.tracing import Typed


class Difference(NamedTuple):
    """Text that two versions have both, or one of them."""

    text: str
    change: int
    """0 in both, 1 it came, -1 it went."""


class Table:
    """The versions of some of a log, on top of the state before it."""

    def __init__(self, parts: Sequence[Part], base: Base = NOTHING) -> None:
        self._base = base
        self._coarse = Coarse(parts, base)
        self._switches = switches(self._coarse)
        rows = history(self._coarse, self._switches)
        self._pages = {at: pages(of_text) for at, of_text in rows.items()}

    def text(self, version: int, at: TextId) -> str:
        """A text as it was; "" where it was not there yet."""
        pages = self._pages.get(at)
        if pages is None:
            return self._base.texts.get(at, "")
        return "".join([page.text(version) for page in pages])

    def records(self, version: int) -> dict[str, dict[str, Json]]:
        """The records as they were, with their atomic fields."""
        return self._coarse.records.at(_Past(self._coarse, self._switches, version))

    def typed(self, version: int, at: TextId) -> Iterator[Typed]:
        """A text in the pieces in which it was typed."""
        if at not in self._pages and (text := self._base.texts.get(at)):
            yield Typed(text, 0, 1, before=True)
        for row in (row for page in self._pages.get(at, ()) for row in page.rows()):
            start, stop = row.part(version)
            if start < stop:
                _, first, step, span = row.typed
                yield Typed(row.text, first, step, span == BEFORE).part(start, stop)

    def difference(self, old: int, new: int, at: TextId) -> list[Difference]:
        """What came and went in a text from a version to a later one, in the order of the text."""
        pages = self._pages.get(at)
        if pages is None:
            return [Difference(text, 0)] if (text := self._base.texts.get(at)) else []
        pieces = [piece for page in pages for piece in page.difference(old, new) if piece[0]]
        return joined(pieces)


def joined(pieces: Sequence[tuple[str, int]]) -> list[Difference]:
    """Pieces of text with how they changed, neighbours that changed alike together."""
    return [
        Difference("".join([text for text, _ in same]), change)
        for change, same in groupby(pieces, key=_change)
    ]


def _change(piece: tuple[str, int]) -> int:
    return piece[1]


class _Past:
    """A version as the records look at it."""

    def __init__(self, coarse: Coarse, switches: Mapping[int, list[int]], version: int) -> None:
        self._coarse = coarse
        self._switches = switches
        self._version = version

    def _index(self, patch_id: PatchId) -> int | None:
        return self._coarse.graph.index(patch_id)

    def __contains__(self, patch_id: PatchId, /) -> bool:
        index = self._index(patch_id)
        return index is not None and self._coarse.spans[index].seq <= self._version

    def is_cancelled(self, patch_id: PatchId, /) -> bool:
        index = self._index(patch_id)
        assert index is not None
        return not is_on(0, self._switches.get(index, ()), self._version)
