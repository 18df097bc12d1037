"""What a character looks like here, so that every terminal agrees on how wide it is.

Others' text may hold anything: control characters, marks that reverse the reading order, emoji
made of seven code points that one terminal draws two cells wide and the next eight. Drawn as they
are, the first act on the terminal, the second deceive the reader, and the third shift the rest of
the row. So each *cluster* (what a reader takes for one character) is drawn as a glyph whose width
nobody disputes; the text itself stays as it is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from rich.cells import get_character_cell_size

UNKNOWN = "�"
INVISIBLE = "␢"
LINE_BREAK = "␤"
_LEFT_TO_RIGHT = dict.fromkeys("\u200e\u202a\u202d\u2066\u2068", "▹")
_RIGHT_TO_LEFT = dict.fromkeys("\u061c\u200f\u202b\u202e\u2067", "◃")
_ENDS_DIRECTION = dict.fromkeys("\u202c\u2069", "▵")
_BREAKS = dict.fromkeys("\x85\u2028\u2029", LINE_BREAK)
_CONTROLS = {chr(code): chr(0x2400 + code) for code in range(0x20)} | {"\x7f": "␡"}
_BLANKS = dict.fromkeys("\u034f\u115f\u1160\u17b4\u17b5\u180e\u3164\uffa0", INVISIBLE)
SYMBOLS = _CONTROLS | _LEFT_TO_RIGHT | _RIGHT_TO_LEFT | _ENDS_DIRECTION | _BREAKS | _BLANKS
"""Characters that are never drawn as they are, and the one-cell symbol drawn instead."""

JOINER = "\u200d"
_JOINS = JOINER + "\u200c"
MARKS_SHOWN = 3
"""Combining marks drawn on one character; more would run into the rows above and below."""


class Glyph(NamedTuple):
    """How a cluster is drawn."""

    text: str
    width: int
    """Cells: 1 or 2."""
    odd: bool
    """Whether it stands for something else, to be drawn in another style."""


_NOT_PLAIN = re.compile(
    r"[^ -~\xa1-\xac\xae-\u02ff\u0370-\u0377\u0384-\u038a\u038c\u038e-\u03a1\u03a3-\u0482]"
)


def plain(text: str) -> bool:
    """Whether each character is drawn as itself in one cell: Latin, Greek, Cyrillic letters."""
    return text.isprintable() if text.isascii() else _NOT_PLAIN.search(text) is None


def clusters(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each cluster; a simplified form of Unicode's UAX 29."""
    start = 0
    for index in range(1, len(text)):
        if not _extends(text, start, index):
            yield start, index
            start = index
    if text:
        yield start, len(text)


def _extends(text: str, start: int, index: int) -> bool:
    """Whether the character at `index` belongs to the cluster that began at `start`."""
    this, before = text[index], text[index - 1]
    if this < "\u0300" or text[start] in SYMBOLS:
        return False
    if before == JOINER and before != text[start]:
        return unicodedata.category(this) == "So"
    if _is_flag_half(this):
        return start == index - 1 and _is_flag_half(before)
    if this in _JOINS:
        return text[start] >= "\x80"
    return unicodedata.category(this)[0] == "M" or _is_zero_width_part(this)


def _is_flag_half(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _is_zero_width_part(character: str) -> bool:
    """Skin tones, the later parts of a Korean syllable, the letters of a tag sequence."""
    return (
        "\U0001f3fb" <= character <= "\U0001f3ff"
        or "\u1160" <= character <= "\u11ff"
        or "\ud7b0" <= character <= "\ud7ff"
        or "\U000e0020" <= character <= "\U000e007f"
    )


@lru_cache(8192)
def glyph(cluster: str) -> Glyph:
    """How to draw a cluster."""
    first = cluster[0]
    if first in SYMBOLS:
        return Glyph(SYMBOLS[first], 1, odd=True)
    category = unicodedata.category(first)
    if category in ("Cn", "Cs", "Cc"):
        return Glyph(UNKNOWN, 1, odd=True)
    if category in ("Cf", "Zl", "Zp"):
        return Glyph(INVISIBLE, 1, odd=True)
    if _is_flag_half(first):
        halves = [half for half in cluster if _is_flag_half(half)]
        letters = "".join(chr(ord(half) - 0x1F1E6 + ord("A")) for half in halves)
        return Glyph(letters, len(letters), odd=True)
    if len(cluster) > 1:
        return _composed(cluster)
    width = get_character_cell_size(first)
    return Glyph(first, width, odd=False) if width else Glyph("◌" + first, 1, odd=False)


def _composed(cluster: str) -> Glyph:
    composed = unicodedata.normalize("NFC", cluster)
    first = composed[0]
    marks = [mark for mark in composed[1:] if unicodedata.category(mark) == "Mn"]
    drawn = [mark for mark in marks if not "\ufe00" <= mark <= "\ufe0f"][:MARKS_SHOWN]
    if get_character_cell_size(first) == 0:
        first = "◌" + first
    width = max(1, get_character_cell_size(first[0]))
    return Glyph(first + "".join(drawn), width, odd=False)


_NOT_NARROW = re.compile(r"[^ -~\xa1-\xac\xae-\u02ff\u0370-\u0377\u0384-\u0482\u2500-\u25fc␀-␡]")
_AS_SYMBOLS = str.maketrans(_CONTROLS)


def narrow(text: str) -> str:
    """Text drawn one cell per character, at the speed of a search: not pretty, never wrong."""
    return _NOT_NARROW.sub(UNKNOWN, text.translate(_AS_SYMBOLS))


def safe(text: str) -> str:
    """Text as it is drawn, for labels and names: no cluster acts, deceives or shifts the row."""
    if plain(text):
        return text
    return "".join(glyph(text[start:end]).text for start, end in clusters(text))
