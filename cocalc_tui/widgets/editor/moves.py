"""Where a key takes the caret within a line, and what it finds there. Plain functions on text."""

from __future__ import annotations

import re

_RUN = re.compile(r"\w+|\s+|[^\w\s]+")
_WORD = re.compile(r"\w+|[^\w\s]+")
_FAR = 1000
"""How far back a word is looked for; a longer one has no use for being found."""
_INDENT = re.compile(r"[ \t]*")


def next_word(text: str, column: int) -> int | None:
    """The end of the word after a column, None where there is none."""
    found = _WORD.search(text, column)
    return found.end() if found else None


def previous_word(text: str, column: int) -> int | None:
    """The start of the word before a column, None where there is none."""
    last = None
    for found in _WORD.finditer(text, max(0, column - _FAR), column):
        last = found.start()
    return last


def word_at(text: str, column: int) -> tuple[int, int]:
    """The word, or the run of spaces or signs, that a column is in."""
    for found in _RUN.finditer(text, max(0, column - _FAR)):
        if found.start() <= column < found.end():
            return found.span()
    return len(text), len(text)


def indent_of(text: str) -> str:
    """The spaces and tabs a line begins with."""
    found = _INDENT.match(text)
    return found.group() if found else ""


def smart_home(text: str, column: int) -> int:
    """First the beginning of what is written, then that of the line."""
    written = len(indent_of(text))
    return 0 if column == written else written
