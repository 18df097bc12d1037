"""The messages of a chat from top to bottom: which is on which row, and how each is drawn.

A message is drawn when it is first asked for, and kept until it, the width or the theme changes;
until then it takes as many rows as its text seems to need. Only what changed is measured anew, so
that a message costs the same in a chat of ten and of ten thousand.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from textual.strip import Strip

from cocalc_tui.chat.model import Message
from cocalc_tui.chat.standing import Chat, Step
from cocalc_tui.widgets.chat.draw import INDENT
from cocalc_tui.widgets.editor.heights import Heights

GAP = 1
"""Empty rows below a message."""


class What(NamedTuple):
    """A message and all else that its rows depend on."""

    message: Message
    depth: int
    unread: bool
    first_new: bool
    readers: tuple[str, ...] = ()
    """Who has read up to here and not further, its author aside; they take no row."""

    def rows_about(self, width: int) -> int:
        """How many rows it seems to need."""
        inner = max(width - INDENT * self.depth - 2, 8)
        lines = self.message.text.rstrip("\n").split("\n")
        text = sum(max(-(-len(line) // inner), 1) for line in lines)
        return 1 + text + bool(self.message.reactions) + self.first_new


class Column:
    """Messages, measured; each is known by how many stand above it."""

    def __init__(self, draw: Callable[[What], list[Strip]]) -> None:
        self._draw = draw
        self._chat: Chat | None = None
        self.width = 0
        """For which messages are measured."""
        self._unread: set[str] = set()
        self._first_new = ""
        self._readers: dict[str, str] = {}
        """By person, the last message they have read."""
        self._drawn: dict[str, tuple[What, list[Strip]]] = {}
        self._heights = Heights()

    def __len__(self) -> int:
        return 0 if self._chat is None else len(self._chat)

    @property
    def total(self) -> int:
        """Rows in all."""
        return self._heights.total

    @property
    def first_new(self) -> int:
        """The first message that is new; -1 for none."""
        return -1 if self._chat is None else self._chat.index(self._first_new)

    def top(self, index: int) -> int:
        """The first row of a message."""
        return self._heights.top(index)

    def at(self, row: int) -> tuple[int, int]:
        """The message on a row and which of its rows that is; below all it is the last one."""
        index, within = self._heights.at(min(row, self.total - 1))
        return index, within

    def message(self, index: int) -> tuple[Message, int]:
        """A message and its depth."""
        assert self._chat is not None
        return self._chat.at(index)

    # --- drawing -------------------------------------------------------------------------------

    def is_drawn(self, index: int) -> bool:
        """Whether how it looks is known."""
        what = self._what(index)
        drawn = self._drawn.get(what.message.key)
        return drawn is not None and drawn[0] == what

    def rows(self, index: int) -> list[Strip]:
        """The rows of a message, drawn now if they are not yet."""
        what = self._what(index)
        drawn = self._drawn.get(what.message.key)
        if drawn is None or drawn[0] != what:
            drawn = self._drawn[what.message.key] = what, self._draw(what)
            self._heights.replace(index, index + 1, [len(drawn[1]) + GAP])
        return drawn[1]

    def _what(self, index: int) -> What:
        message, depth = self.message(index)
        key = message.key
        upto = sorted(user for user, read in self._readers.items() if read == key)
        readers = (user for user in upto if user != message.user)
        return What(message, depth, key in self._unread, key == self._first_new, (*readers,))

    def _height(self, index: int) -> int:
        what = self._what(index)
        drawn = self._drawn.get(what.message.key)
        known = drawn is not None and drawn[0] == what
        return (len(drawn[1]) if drawn and known else what.rows_about(self.width)) + GAP

    # --- measuring -----------------------------------------------------------------------------

    def take(self, chat: Chat) -> None:
        """Have these messages."""
        self._chat = chat
        self._first_new = chat.first(self._unread)
        self._heights = Heights(map(self._height, range(len(chat))))

    def follow(self, steps: Sequence[Step], fresh: Collection[str]) -> None:
        """The messages went through these; some are new to whoever looks."""
        for step in steps:
            self._heights.replace(step.at, step.at + step.gone, [1] * step.came)
        self._read(self._unread | set(fresh), [step.key for step in steps])

    def show_unread(self, keys: Iterable[str]) -> None:
        """Mark what is new, and nothing else."""
        self._read(set(keys), ())

    def show_readers(self, readers: Mapping[str, str]) -> None:
        """Have others seen to have read so far: by person, the last message they have read."""
        self._readers = dict(readers)

    def _read(self, unread: set[str], others: Iterable[str]) -> None:
        """Mark what is new; measure it, what was new, and others."""
        assert self._chat is not None
        changed = {*(unread ^ self._unread), *others, self._first_new}
        self._unread, self._first_new = unread, self._chat.first(unread)
        for key in {*changed, self._first_new}:
            index = self._chat.index(key)
            if index >= 0:
                self._heights.replace(index, index + 1, [self._height(index)])
            else:
                self._drawn.pop(key, None)

    def forget(self, width: int) -> None:
        """Width or colours are others: draw all anew."""
        self.width, self._drawn = width, {}
        if self._chat is not None:
            self.take(self._chat)
