"""Searching all files of the project."""

from __future__ import annotations

from cocalc_tui.protocol.messages.base import Request

# --- searching -----------------------------------------------------------------------------------


class SearchFiles(Request, frozen=True, tag="search"):
    """Search the project's files, by the rules of ripgrep, for about a second: a SearchPart.

    Ask on with its `after` until that is "". Cells of notebooks are searched, not their outputs,
    and what a chat's messages say.
    """

    text: str
    is_pattern: bool = False
    """A regular expression."""
    case: bool = False
    """Small and capital letters differ; they do anyway where `text` holds capital ones."""
    words: bool = False
    """Whole words only."""
    globs: list[str] = []  # noqa: RUF012 - a struct copies it
    """Which files: `*.py`, `src/`, and with `!` in front which not."""
    hidden: bool = False
    """Look into hidden files, too."""
    ignored: bool = False
    """Look into what `.gitignore`, `.ignore` and `.rgignore` name, too."""
    chats: bool = False
    """Look into chats only: rooms and those beside files, hidden or ignored. `globs` mean the file
    that a chat is beside."""
    around: int = 0
    """Lines of context on each side."""
    after: str = ""
    """The path behind which to begin."""
