"""How keys make a command: `["x][count]operator[count]motion`, `["x][count]command[character]`.

It is a generator that waits for keys, so that the grammar reads as it is; what was typed of a
command is thrown away by throwing the generator away.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

from cocalc_tui.widgets.editor.vim import motions, objects
from cocalc_tui.widgets.editor.vim.registers import UNNAMED

OPERATORS = {
    "d": "delete",
    "c": "change: delete and insert",
    "y": "yank: copy",
    ">": "indent",
    "<": "indent less",
    "=": "indent anew",
    "gu": "small letters",
    "gU": "capital letters",
    "g~": "swap small and capital letters",
    "gc": "comment or uncomment",
}
"""What is done to what a motion or object gives; doubled (`dd`, `gUU`) to lines."""
PREFIXES = ("g", "z", "Z", "[", "]", "ctrl+w")
TAKES = ("r", "m", "q", "@", *motions.WITH_CHARACTER)
"""Commands that one more key belongs to."""
LINES = "lines"
"""In the place of an operator's motion: whole lines."""
SEARCHES = ("/", "?")
FOUND = ("gn", "gN")
"""In the place of a motion: the place found next, or before."""


@dataclass(frozen=True)
class Command:
    """A whole command."""

    key: str
    """The operator, motion or command, by the keys that name it."""
    count: int = 1
    counted: bool = False
    register: str = UNNAMED
    argument: str = ""
    """The character behind f, r, m ..."""
    motion: str = ""
    """What an operator acts on: a motion, an object as `iw`, or `LINES`."""


Reading = Generator[None, str, "Command | None"]
"""Is sent one key after the other and returns a command, None for keys that mean nothing."""
_Part = Generator[None, str, str]


def read(*, visual: bool) -> Reading:
    """Read one command; `visual`: something is selected, so that operators need no motion."""
    count, register = "", UNNAMED
    key = yield
    while True:
        if key == '"':
            register = yield
            key = yield
        elif _counts(key, count):
            count += key
            key = yield
        else:
            break
    if visual and key in ("i", "a"):
        kind = yield from _object(key)
        return Command("select", int(count or 1), bool(count), motion=kind) if kind else None
    key = yield from _whole(key)
    key = motions.ALIASES.get(key, key)
    if key in OPERATORS and not visual:
        return (yield from _operation(key, count, register))
    argument = ""
    if key in TAKES:
        argument = yield
    return Command(key, int(count or 1), bool(count), register, argument)


def _operation(operator: str, count: str, register: str) -> Reading:
    key, more = (yield), ""
    while _counts(key, more):
        more += key
        key = yield
    many, counted = int(count or 1) * int(more or 1), bool(count or more)
    if key in ("i", "a"):
        kind = yield from _object(key)
        return Command(operator, many, counted, register, motion=kind) if kind else None
    if key == operator[-1]:
        return Command(operator, many, counted, register, motion=LINES)
    motion = yield from _whole(key)
    motion = motions.ALIASES.get(motion, motion)
    if motion == operator:
        return Command(operator, many, counted, register, motion=LINES)
    argument = ""
    if motion in motions.WITH_CHARACTER:
        argument = yield
    if motion in motions.MOTIONS or motion in (*SEARCHES, *FOUND):
        return Command(operator, many, counted, register, argument, motion)
    return None


def _counts(key: str, before: str) -> bool:
    return len(key) == 1 and key.isdecimal() and key.isascii() and (key != "0" or bool(before))


def _whole(key: str) -> _Part:
    """A key with what belongs to it: `g` and one more."""
    if key in PREFIXES:
        return key + (" " if len(key) > 1 else "") + (yield)
    return key


def _object(key: str) -> _Part:
    kind = yield
    kind = objects.ALIASES.get(kind, kind)
    return key + kind if kind in objects.OBJECTS else ""
