"""What was typed behind `:`, taken apart: which lines it is for, which command, and the rest."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from cocalc_tui.widgets.editor import lines
from cocalc_tui.widgets.editor.model import Editor
from cocalc_tui.widgets.editor.vim import words
from cocalc_tui.widgets.editor.vim.search import Search

if TYPE_CHECKING:
    from cocalc_tui.widgets.editor.vim.machine import Vim

_NAME = re.compile(r"(?:[a-zA-Z]+|&&?|[<>=])!?")
_PLACE = re.compile(
    r"(?P<number>\d+)|(?P<here>\.)|(?P<last>\$)|'(?P<mark>[a-zA-Z<>'])|/(?P<found>[^/]*)/?"
    r"|\?(?P<before>[^?]*)\??"
)
ABOVE = -1
"""Before the first line: what goes there goes to the top, and all else means the first."""
NOWHERE = -1_000_000_000
"""A line that is not there, whatever is added to it."""
_OFFSET = re.compile(r"([+-])(\d*)")


class Asked(NamedTuple):
    """A command with the lines it is for."""

    first: int
    last: int
    given: bool
    """Whether lines were named."""
    name: str
    rest: str


def read(vim: Vim, editor: Editor, text: str) -> Asked | None:
    """The first command of what was typed, with all behind it; None where its lines are not."""
    here = editor.place()[0]
    places: list[int] = []
    if text.startswith("%"):
        places, text = [0, lines.last_line(editor)], text[1:]
    else:
        while True:
            line, text = place(vim, editor, text, here)
            if line is None:
                break
            places.append(0 if line == ABOVE else line)
            if not text.startswith(","):
                break
            text = text[1:]
    name = _NAME.match(text.lstrip())
    word = name.group() if name else ""
    if any(line < 0 or (word and line > words.last_line(editor)) for line in places):
        return None
    first, last = (min(places[-2:]), max(places[-2:])) if places else (here, here)
    # `:s/a/b/` and `:g/a/d` need no space behind the name.
    rest = text.lstrip()[len(word) :]
    return Asked(
        first, last, bool(places), word, rest.strip() if not rest.startswith("/") else rest
    )


def place(vim: Vim, editor: Editor, text: str, here: int) -> tuple[int | None, str]:
    """The line that a text begins with, as `'a+1`, None for none; and what is behind it."""
    found = _PLACE.match(text)
    line: int | None = None
    if found is not None:
        line = _line_of(vim, editor, found, here)
        text = text[found.end() :]
    while (offset := _OFFSET.match(text)) is not None:
        by = int(offset[2] or 1)
        line = (here if line is None else line) + (by if offset[1] == "+" else -by)
        text = text[offset.end() :]
    return line, text


def _line_of(vim: Vim, editor: Editor, found: re.Match[str], here: int) -> int:
    if found["number"] is not None:
        return max(int(found["number"]) - 1, 0)
    if found["last"]:
        return lines.last_line(editor)
    if found["mark"]:
        at = editor.marks.get(found["mark"], -1)
        return editor.buffer.row_col(min(at, len(editor.buffer)))[0] if at >= 0 else NOWHERE
    pattern = found["before"] if found["found"] is None else found["found"]
    if pattern is not None:
        on = found["found"] is not None
        place = editor.end_of(here) if on else editor.start_of(here)
        at_ = Search(pattern or vim.memory.search.pattern).next(
            str(editor.buffer), place, 1, forwards=on
        )
        return editor.buffer.row_col(at_)[0] if at_ is not None else NOWHERE
    return here
