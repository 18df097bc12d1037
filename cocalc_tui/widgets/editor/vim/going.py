"""What a motion is asked and what it answers: from a caret, by a count, to a place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from cocalc_tui.widgets.editor import moves
from cocalc_tui.widgets.editor.model import Editor
from cocalc_tui.widgets.editor.vim import words
from cocalc_tui.widgets.editor.vim.outside import Outside
from cocalc_tui.widgets.editor.vim.search import Search


class Target(NamedTuple):
    """Where a motion goes."""

    at: int
    inclusive: bool = False
    """Whether an operator takes the character there, too."""
    lines: bool = False
    """Whether an operator takes whole lines."""


@dataclass
class Memory:
    """What motions remember of earlier ones."""

    find: tuple[str, str] = ("", "")
    """The last of f F t T, and its character."""
    search: Search = field(default_factory=Search)


@dataclass
class Going:
    """A motion that is asked for."""

    editor: Editor
    at: int
    count: int
    counted: bool
    """Whether a count was typed."""
    argument: str
    """The character typed behind f, t, ' and the like."""
    memory: Memory
    outside: Outside
    operating: bool = False
    """Whether it is for an operator."""

    @property
    def line(self) -> int:
        """The caret's line."""
        return self.editor.buffer.row_col(self.at)[0]

    def to_line(self, line: int) -> Target:
        """To what is written in a line."""
        line = min(max(line, 0), words.last_line(self.editor))
        indent = len(moves.indent_of(self.editor.view.text(line)))
        return Target(self.editor.buffer.offset(line, indent), lines=True)


Motion: TypeAlias = Callable[[Going], "Target | None"]
