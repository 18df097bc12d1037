"""The modes of vim's keys, and what is remembered of a change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from cocalc_tui.widgets.editor.model import Editor
from cocalc_tui.widgets.editor.vim.grammar import Command

if TYPE_CHECKING:
    from cocalc_tui.widgets.editor.vim.machine import Vim

Do: TypeAlias = "Callable[[Vim, Editor, Command], None]"
"""What a command does."""

ORIGIN = "visual"
"""The mark where a selection began."""
TYPED = "^"
"""The mark where insert mode was left last."""


class Mode(StrEnum):
    """What keys mean just now."""

    NORMAL = "normal"
    INSERT = "insert"
    REPLACE = "replace"
    VISUAL = "visual"
    LINES = "visual line"
    BLOCK = "visual block"


VISUAL = (Mode.VISUAL, Mode.LINES, Mode.BLOCK)
TYPING = (Mode.INSERT, Mode.REPLACE)


@dataclass
class Change:
    """What `.` does again."""

    command: Command
    keys: list[str]
    """What was typed in insert mode."""
    mode: Mode = Mode.VISUAL
    """What was selected, where something was: `lines` lines, `characters` of the last."""
    lines: int = 0
    characters: int = 0
