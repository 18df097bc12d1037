"""The version table: what a document was in any version of a stretch of its log.

It is made once; then every version is a choice among its rows (see `history`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, pairwise
from typing import NamedTuple, TypeAlias

from cocalc_tui.sync.coarse import NOTHING, Base, Coarse
from cocalc_tui.sync.history import BEFORE, Row, history, is_on, switches
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
        self._rows = history(self._coarse, self._switches)
        self._groups: dict[TextId, list[_Group]] = {}
        self._quick = {
            at: [(r.shown, r.whole, r.shrinks, r.gone, r.text, r) for r in rows]
            for at, rows in self._rows.items()
        }

    def text(self, version: int, at: TextId) -> str:
        """A text as it was; "" where it was not there yet."""
        rows = self._quick.get(at)
        if rows is None:
            return self._base.texts.get(at, "")
        return "".join(
            [
                text if whole <= version < shrinks else text[slice(*row.part(version))]
                for shown, whole, shrinks, gone, text, row in rows
                if shown <= version < gone
            ]
        )

    def records(self, version: int) -> dict[str, dict[str, Json]]:
        """The records as they were, with their atomic fields."""
        return self._coarse.records.at(_Past(self._coarse, self._switches, version))

    def typed(self, version: int, at: TextId) -> Iterator[Typed]:
        """A text in the pieces in which it was typed."""
        if at not in self._rows and (text := self._base.texts.get(at)):
            yield Typed(text, 0, 1, before=True)
        for row in self._rows.get(at, ()):
            start, stop = row.part(version)
            if start < stop:
                _, first, step, span = row.typed
                yield Typed(row.text, first, step, span == BEFORE).part(start, stop)

    def difference(self, old: int, new: int, at: TextId) -> list[Difference]:
        """What came and went in a text between two versions, in the order of the text."""
        if at not in self._rows:
            return [Difference(text, 0)] if (text := self._base.texts.get(at)) else []
        pieces: list[tuple[str, int]] = []
        for whole, shrinks, shown, gone, text, rows in self._in_groups(at):
            if whole <= old < shrinks and whole <= new < shrinks:
                pieces.append((text, 0))
            elif not ((old < shown or gone <= old) and (new < shown or gone <= new)):
                pieces += ((part, is_now - was) for part, was, is_now in _parts(rows, old, new))
        return joined(pieces)

    def _in_groups(self, at: TextId) -> list[_Group]:
        """The rows of a text, those of the same characters together; made when first wanted."""
        if at not in self._groups:
            self._groups[at] = [
                _group(list(rows)) for _, rows in groupby(self._rows[at], key=_typed)
            ]
        return self._groups[at]


def joined(pieces: Sequence[tuple[str, int]]) -> list[Difference]:
    """Pieces of text with how they changed, neighbours that changed alike together."""
    return [
        Difference("".join([text for text, _ in same]), change)
        for change, same in groupby(pieces, key=_change)
    ]


_Group: TypeAlias = "tuple[int, int, int, int, str, list[Row]]"
"""When some characters are all there (from, until), when any of them is, and the rows."""


def _group(rows: list[Row]) -> _Group:
    first = rows[0]
    if len(rows) == 1:
        return first.whole, first.shrinks, first.shown, first.gone, first.text, rows
    # Characters that came back are there in several stretches: each version is looked up.
    return 0, 0, min(row.shown for row in rows), max(row.gone for row in rows), first.text, rows


def _change(piece: tuple[str, int]) -> int:
    return piece[1]


def _typed(row: Row) -> int:
    """The same for rows of the same characters, which came back."""
    return id(row.typed)


def _parts(rows: Sequence[Row], old: int, new: int) -> Iterator[tuple[str, bool, bool]]:
    """The parts of some characters that one of two versions has, and which has them."""
    before, after = (max(row.part(version) for row in rows) for version in (old, new))
    for start, stop in pairwise(sorted({*before, *after})):
        was, is_now = (low <= start < high for low, high in (before, after))
        if was or is_now:
            yield rows[0].text[start:stop], was, is_now


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
