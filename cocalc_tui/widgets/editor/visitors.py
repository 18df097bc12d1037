"""The others in a text: where they are, and whose name shows because they just moved."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from cocalc_tui.client.places import Other
from cocalc_tui.widgets.editor.look import Visitor
from cocalc_tui.widgets.editor.model import Editor
from cocalc_tui.widgets.faces import Faces

NAMED_FOR = 2.0
"""Seconds for which a name shows after its person moved."""


class Visitors:
    """Everybody else who is in one text."""

    def __init__(self) -> None:
        self.shown: tuple[Visitor, ...] = ()
        self._moves: dict[str, tuple[int, float]] = {}
        """By connection: how often they moved, and when they were last seen to."""

    @property
    def named(self) -> bool:
        """Whether any name shows."""
        return any(visitor.named for visitor in self.shown)

    def look(self, others: Sequence[Other], editor: Editor, faces: Faces) -> None:
        """Take in where everybody is now."""
        now = time.monotonic()
        here = [other for other in others if other.place.at == editor.at]
        moves = {other.connection: self._last_move(other, now) for other in here}
        self._moves = moves
        length = len(editor.buffer)
        self.shown = tuple(
            Visitor(
                name=other.user,
                caret=min(caret, length),
                anchor=None if anchor is None else min(anchor, length),
                colour=faces.colour(other.user),
                named=main and now - moves[other.connection][1] < NAMED_FOR,
            )
            for other in here
            for caret, anchor, main in _carets(other)
        )

    def _last_move(self, other: Other, now: float) -> tuple[int, float]:
        before = self._moves.get(other.connection)
        return before if before and before[0] == other.moved else (other.moved, now)


def _carets(other: Other) -> Iterator[tuple[int, int | None, bool]]:
    """Somebody's carets with the other ends of their selections; the name is at the main one."""
    yield other.place.caret, other.place.anchor, True
    for caret, anchor in other.place.more:
        yield caret, anchor, False
