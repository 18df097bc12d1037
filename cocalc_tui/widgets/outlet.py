"""Our own escape sequences: the one module by which they leave, each through a typed function.

Whatever else looks like a sequence on its way to the terminal is somebody's text and is cleaned
(`clean.py`). Kept apart so that a reader can see at one glance all that the app makes a terminal
do beyond drawing, and so that nothing is left switched on when it ends.
"""

from __future__ import annotations

import os
import re
import sys
from base64 import b64encode
from typing import Protocol
from zlib import crc32

from cocalc_tui.widgets.glyphs import safe

LONGEST_LINK = 2_000
"""Characters of a link; longer ones hide something."""
_LINK = re.compile(r"(?:https?://|mailto:)[\x21-\x7e]+", re.IGNORECASE)
COPY_LIMIT = 74_994
"""Bytes that every terminal takes in one OSC 52; some drop more without a word."""
TITLE_LENGTH = 80

_PUSH_TITLE = "\x1b[22;2t"
_POP_TITLE = "\x1b[23;2t"
_ALL_KEYS = "\x1b[>4;2m"
"""xterm's modifyOtherKeys: tmux sends shift+enter and the like only to those who ask so."""
_USUAL_KEYS = "\x1b[>4;0m"
_ASK_GRAPHICS = "\x1b[>q\x1b[16t\x1b[?1;1;0S\x1b[?2;1;0S\x1b[c"
"""The terminal's name, pixels of a cell, colours and size of sixel pictures, and what it can do."""
SIXEL_DATA = re.compile(r'[0-9;#!"$\-?-~]*')
"""What a sixel picture is written in; nothing of it ends the sequence."""
_KITTY_CHUNK = 4096
_KITTY_MARKS = """
305 30D-30E 310 312 33D-33F 346 34A-34C 350-352 357 35B 363-36F 483-487 592-595 597-599 59C-5A1
5A8-5A9 5AB-5AC 5AF 5C4 610-617 657-65B 65D-65E 6D6-6DC 6DF-6E2 6E4 6E7-6E8 6EB-6EC 730 732-733
735-736 73A 73D 73F-741 743 745 747 749-74A 7EB-7F1 7F3 816-819 81B-823 825-827 829-82D 951 953-954
F82-F83 F86-F87 135D-135F 17DD 193A 1A17 1A75-1A7C 1B6B 1B6D-1B73 1CD0-1CD2 1CDA-1CDB 1CE0 1DC0-1DC1
1DC3-1DC9 1DCB-1DCC 1DD1-1DE6 1DFE 20D0-20D1 20D4-20D7 20DB-20DC 20E1 20E7 20E9 20F0 2CEF-2CF1
2DE0-2DFF
"""
_KITTY_DIGITS = tuple(
    chr(code)
    for first, last in re.findall(r"(\w+)-?(\w*)", _KITTY_MARKS)
    for code in range(int(first, 16), int(last or first, 16) + 1)
)
"""Kitty's numbers: marks above a letter, as Unicode 6.0 has them, that join with none."""
_KITTY_CELL = "\U0010eeee"


class Terminal(Protocol):
    """What takes the sequences: Textual's driver."""

    def write(self, data: str) -> None:
        """Send to the terminal."""
        ...


def begin(terminal: Terminal) -> str:
    """Set up what Textual does not; returns what undoes it."""
    terminal.write(_PUSH_TITLE)
    if "TMUX" not in os.environ:
        return _POP_TITLE
    terminal.write(_ALL_KEYS)
    return _USUAL_KEYS + _POP_TITLE


def end(undo: str) -> None:
    """Undo what `begin` did, when the screen is gone and Textual's driver with it."""
    stream = sys.__stderr__
    if undo and stream is not None and stream.isatty():
        stream.write(undo)
        stream.flush()


def title(terminal: Terminal, text: str) -> None:
    """Name the terminal's window."""
    terminal.write(f"\x1b]2;{safe(text)[:TITLE_LENGTH]}\x1b\\")


def copy(terminal: Terminal, text: str) -> bool:
    """Put text into the clipboard of the person's own terminal; False when it is too long."""
    data = text.encode("utf-8", "replace")
    if len(data) > COPY_LIMIT:
        return False
    terminal.write(f"\x1b]52;c;{b64encode(data).decode()}\x1b\\")
    return True


# --- links ---------------------------------------------------------------------------------------


def safe_link(target: str) -> bool:
    """Whether a link is of a kind that may be offered, and all of it can be read."""
    return len(target) <= LONGEST_LINK and _LINK.fullmatch(target) is not None


def link(target: str, drawn: str) -> str:
    """Text as it is drawn, with a link that the terminal may open when it is clicked on."""
    if not safe_link(target):
        return drawn
    return f"\x1b]8;id={crc32(target.encode())};{target}\x1b\\{drawn}\x1b]8;;\x1b\\"


# --- pictures ------------------------------------------------------------------------------------


def ask_graphics(terminal: Terminal) -> None:
    """Ask whether the terminal draws pixels; the answers come with the keys (`graphics`)."""
    terminal.write(_ASK_GRAPHICS)


def sixel_row(data: str, columns: int) -> str:
    """A row of a sixel picture over cells that are emptied; leaves the cursor behind it."""
    assert SIXEL_DATA.fullmatch(data)
    return f"\x1b7{' ' * columns}\x1b8\x1bP0;1;0q{data}\x1b\\\x1b8\x1b[{columns}C"


def kitty_picture(number: int, png: bytes, columns: int, rows: int) -> str:
    """Give a kitty terminal a picture, to be drawn where its placeholders are."""
    data = b64encode(png).decode()
    parts = [data[at : at + _KITTY_CHUNK] for at in range(0, len(data), _KITTY_CHUNK)]
    keys = f"a=T,U=1,q=2,f=100,i={number},c={columns},r={rows},"
    return "".join(
        f"\x1b_G{keys if not at else ''}m={int(at < len(parts) - 1)};{part}\x1b\\"
        for at, part in enumerate(parts)
    )


def kitty_cells(number: int, row: int, first: int, columns: int) -> str:
    """The placeholders of some columns of a picture's row."""
    red, green, blue = number.to_bytes(3, "big")
    cells = "".join(
        f"{_KITTY_CELL}{_KITTY_DIGITS[row]}{_KITTY_DIGITS[column]}"
        for column in range(first, first + columns)
    )
    return f"\x1b[38;2;{red};{green};{blue}m{cells}\x1b[0m"


def kitty_forget(number: int) -> str:
    """Have a kitty terminal free a picture."""
    return f"\x1b_Ga=d,d=I,q=2,i={number}\x1b\\"
