"""The texts of a file as people see it.

A notebook is searched by its cells and a chat by its messages, not by the JSON that they are
written in; outputs, and what a message said before, are left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from cocalc_tui.chat.places import ENDING
from cocalc_tui.protocol.events import Said

NOTEBOOK = ".ipynb"


class Part(NamedTuple):
    """One text of a file."""

    text: str
    cell: int = 0
    """Of a notebook, from 1; 0 in another file."""
    said: Said | None = None
    """The message of a chat."""


def is_as_written(path: str) -> bool:
    """Whether a file's bytes are what people see."""
    return not path.endswith((NOTEBOOK, ENDING))


def parts(text: str, path: str) -> Iterator[Part]:
    """The texts of a file; of one that is not what its name says, what is written there."""
    found: list[Part] | None = None
    if path.endswith(NOTEBOOK):
        found = _cells(text)
    elif path.endswith(ENDING):
        found = _messages(text)
    yield from (Part(text),) if found is None else found


def _cells(text: str) -> list[Part] | None:
    """What is written in a notebook's cells, None where it is no notebook."""
    try:
        cells = json.loads(text)["cells"]
        return [Part(_joined(cell["source"]), number) for number, cell in enumerate(cells, 1)]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _joined(source: Any) -> str:
    return source if isinstance(source, str) else "".join(source)


def _messages(text: str) -> list[Part] | None:
    """What was said in a chat, None where it is none."""
    from cocalc_tui.chat.chatfile import ChatFileError, read

    try:
        messages = read(text)
    except ChatFileError:
        return None
    return [Part(one.text, said=Said(key=one.key, user=one.user, at=one.at)) for one in messages]
