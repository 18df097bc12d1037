"""Where a chat is and what it points to: the chat beside a file, and links to places.

The chat beside `data/fit.ipynb` is the hidden file `data/.fit.ipynb.chat`: it goes with the folder,
and needs no table of which chat belongs to what.

A link is written in a message as people would say it, in brackets: `[fit.ipynb cell 7]`,
`[model.py:41]`, `[notes.md version 120]`; `[cell 7]` and `[:41]` mean the file beside the chat.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:  # the first screen knows where chats are, and does without what is in them
    from cocalc_tui.chat.model import Message

ENDING = ".chat"
_BRACKETS = re.compile(r"\[([^\[\]\n]*)\]")
_PLACE = re.compile(r"(?::(?P<line>\d{1,9})|(?<!\S)(?P<kind>cell|version) (?P<number>\d{1,9}))\Z")
"""What a link ends with, behind its path. Read from here on: a path may be any number of spaces."""


class Link(NamedTuple):
    """A place that a message points to."""

    path: str
    line: int = 0
    """From 1; 0 for none."""
    cell: int = 0
    """From 1, as people count them; 0 for none."""
    version: int = 0

    @property
    def words(self) -> str:
        """As people say it."""
        if self.line:
            return f"{self.path}:{self.line}"
        return (
            f"{self.path} cell {self.cell}" if self.cell else f"{self.path} version {self.version}"
        )


def beside(path: str) -> str:
    """The path of the chat beside a file."""
    folder, slash, name = path.rpartition("/")
    return f"{folder}{slash}.{name}{ENDING}"


def is_beside(path: str) -> bool:
    """Whether a path is that of a chat beside a file."""
    name = path.rpartition("/")[2]
    return name.startswith(".") and name.endswith(ENDING) and len(name) > len(ENDING) + 1


def subject(path: str) -> str:
    """The file that a chat is beside; "" for a room."""
    if not is_beside(path):
        return ""
    folder, slash, name = path.rpartition("/")
    return f"{folder}{slash}{name[1:].removesuffix(ENDING)}"


def named(path: str) -> str:
    """What a document is called in a sentence: its path, or `the chat beside fit.ipynb`."""
    return f"the chat beside {file}" if (file := subject(path)) else path


def meant(path: str, chat: str) -> list[str]:
    """The files that a path in a message of a chat may mean, in the order to look for them.

    It counts from the project's folder, else from that of the chat.
    """
    beside = posixpath.join(chat.rpartition("/")[0], path)
    found = dict.fromkeys(map(posixpath.normpath, (path, beside)))
    return [one for one in found if not one.startswith(("/", "../"))]


def links(text: str, chat: str) -> Iterator[tuple[int, int, Link]]:
    """The links in a message of the chat at a path: where each begins and ends, and its place."""
    for found in _BRACKETS.finditer(text):
        place = _PLACE.search(found[1])
        said = found[1][: place.start()].strip() if place is not None else ""
        path = said or subject(chat)
        if place is None or not path or ":" in said:
            continue
        if place["line"]:
            link = Link(path, line=int(place["line"]))
        elif place["kind"] == "cell":
            link = Link(path, cell=int(place["number"]))
        else:
            link = Link(path, version=int(place["number"]))
        yield found.start(), found.end(), link


def said_since(message: Message, link: Link, chat: str) -> int:
    """When a message of the chat at a path first had a link: its numbers are those of then."""
    for version in message.versions:
        if any(one == link for _, _, one in links(version.text, chat)):
            return version.at
    return message.at
