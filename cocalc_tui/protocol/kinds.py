"""What kind of document a path is: the one place that relay, host side and screen ask."""

from __future__ import annotations

TEXT = "text"
NOTEBOOK = "notebook"
CHAT = "chat"
TERMINAL = "terminal"

_BY_ENDING = {".ipynb": NOTEBOOK, ".chat": CHAT, ".term": TERMINAL}


def kind_of(path: str) -> str:
    """The kind of a new document at this path, as in `messages.Opened.type`."""
    for ending, kind in _BY_ENDING.items():
        if path.endswith(ending):
            return kind
    return TEXT
