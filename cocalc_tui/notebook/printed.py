"""What a program prints, folded as it comes: bounded, though it prints for ever.

A progress bar writes the same line a hundred thousand times and a loop prints a gigabyte. Kept as
it came, either would make the notebook useless for everybody. So a piece of a line that a later
piece overwrites wholly is dropped (the screen shows the same), and of a long text the head and the
tail are kept with a line between that counts what is left out. How the text was cut into messages
makes no difference.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

HEAD = 65_536
"""Code points kept of the beginning of a long text."""
TAIL = 65_536
"""Code points kept of its end."""
LONGEST_LINE = 16_384
"""Code points of a line without an end in which overwriting is looked for."""
_NEARBY = 1_024
"""How far a cut is moved to fall between lines."""
_SGR = re.compile(r"\x1b\[[0-9;:]*m")
_RESET = re.compile(r"\x1b\[0*m")
_ERASES = re.compile(r"\x1b\[2?K")


@dataclass(frozen=True)
class Cut:
    """Where a text was cut: after `head` code points `left_out` ones are missing."""

    head: int
    left_out: int


def notice(left_out: int) -> str:
    """Return the line that stands where text was left out."""
    return f"\n... {left_out:,} characters left out ...\n"


class Printed:
    """One stream's text. `text` and `cut` of one can be given to another to go on."""

    def __init__(self, text: str = "", cut: Cut | None = None) -> None:
        self._head = ""
        self._head_full = False
        self._left_out = 0
        self._tail: list[str] = []
        self._tail_size = 0
        self._line = ""
        if cut is not None:
            self._head, self._head_full, self._left_out = text[: cut.head], True, cut.left_out
            text = text[cut.head + len(notice(cut.left_out)) :]
        self.add(text)

    def add(self, text: str) -> None:
        """Print more."""
        if not text:
            return
        body, newline, line = (self._line + text).rpartition("\n")
        body += newline
        if len(line) > LONGEST_LINE:
            body, line = body + line, ""
        if "\r" in body:
            body = "\n".join(fold_line(one, whole=True) for one in body.split("\n"))
        self._line = fold_line(line, whole=False) if "\r" in line else line
        self._keep(body)

    @property
    def text(self) -> str:
        """What is kept, with a notice where something was left out."""
        cut, tail = self._cut()
        return self._head + notice(cut.left_out) + tail if cut else self._head + tail

    @property
    def cut(self) -> Cut | None:
        """Where something was left out, None for nowhere."""
        return self._cut()[0]

    def _keep(self, body: str) -> None:
        if not self._head_full and body:
            self._head += body
            if len(self._head) <= HEAD:
                return
            self._head_full = True
            at = _line_end_before(self._head, HEAD)
            self._head, body = self._head[:at], self._head[at:]
        if body:
            self._tail.append(body)
            self._tail_size += len(body)
            if self._tail_size > 4 * TAIL:
                self._drop_middle()

    def _drop_middle(self) -> None:
        """Shorten the tail to twice what will be shown: the cut still finds a line to fall on."""
        tail = "".join(self._tail)
        self._left_out += len(tail) - 2 * TAIL
        self._tail = [tail[-2 * TAIL :]]
        self._tail_size = 2 * TAIL

    def _cut(self) -> tuple[Cut | None, str]:
        tail = "".join((*self._tail, self._line))
        if len(tail) <= TAIL and not self._left_out:
            return None, tail
        at = _line_start_after(tail, max(0, len(tail) - TAIL))
        if not self._left_out and at == 0:
            return None, tail
        return Cut(len(self._head), self._left_out + at), tail[at:]


def fold_line(line: str, *, whole: bool) -> str:
    """Drop the pieces of a line that later ones overwrite wholly.

    Pieces end with carriage returns. What is kept looks the same on a terminal, and folding a
    longer line gives the same whether or not its beginning was folded before: for that the last
    piece of a line that is not `whole` overwrites nothing yet.
    """
    *pieces, last = line.split("\r")
    kept = [last]
    over = [_Piece(last)] if whole else []
    for text in reversed(pieces):
        piece = _Piece(text)
        if text and not any(later.covers(piece) for later in over):
            kept.append(text)
            over.append(piece)
    return "\r".join(reversed(kept))


class _Piece:
    """What a piece of a line does to a terminal, as far as it is easily told."""

    def __init__(self, text: str) -> None:
        self._erases = bool(_ERASES.match(text))
        """It begins by erasing the line."""
        colours = _SGR.findall(text)
        written = _SGR.sub("", _ERASES.sub("", text, count=1) if self._erases else text)
        self._forward = written.isprintable()
        """It only writes, from the left to the right."""
        self._leaves_nothing = not colours or bool(_RESET.fullmatch(colours[-1]))
        self._width = _width(written)

    def covers(self, piece: _Piece) -> bool:
        """Tell whether nothing is seen of `piece` once this is written from the line's start."""
        if not (piece._forward and piece._leaves_nothing):
            return False
        if self._erases:
            return True
        return self._forward and not piece._erases and self._width >= piece._width


def _width(text: str) -> int:
    """Count the columns of a text."""
    if text.isascii():
        return len(text)
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _line_end_before(text: str, at: int) -> int:
    found = text.rfind("\n", at - _NEARBY, at)
    return found + 1 if found >= 0 else at


def _line_start_after(text: str, at: int) -> int:
    if at == 0:
        return 0
    found = text.find("\n", at - 1, at + _NEARBY)
    return found + 1 if found >= 0 else at
