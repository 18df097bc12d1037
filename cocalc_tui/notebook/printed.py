"""What a program prints, folded as it comes: bounded, though it prints for ever.

A progress bar writes the same line a hundred thousand times and a loop prints a gigabyte. Kept as
it came, either would make the notebook useless for everybody. So a piece of a line that a later
piece overwrites wholly is dropped (the screen shows the same); a program that moves up and down is
followed on a screen (`paper`), of which only what is seen is kept; and of a long text the head and
the tail are kept with a line between that counts what is left out. How the text was cut into
messages makes no difference.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from cocalc_tui.notebook.paper import (
    MOVES_UP_OR_DOWN,
    SCREEN,
    Paper,
    line_text,
    paper_text,
)
from cocalc_tui.notebook.pen import PLAIN, RESET, Pen, turn

HEAD = 65_536
"""Code points kept of the beginning of a long text."""
TAIL = 65_536
"""Code points kept of its end."""
LONGEST_LINE = 16_384
"""Code points of a line without an end in which overwriting is looked for."""
NOTICE = "characters left out ..."
"""How the line ends that stands where text was left out."""
_NOTICE = re.compile(rf"\n\.\.\. ([\d,]+) {re.escape(NOTICE)}\n")
_NEARBY = 1_024
"""How far a cut is moved to fall between lines."""
_SCREEN_SIZE = 16_384
"""Code points of what was printed before that a program which begins to move can reach."""
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
    return f"\n... {left_out:,} {NOTICE}\n"


def left_out_of(text: str, start: int, end: int) -> int:
    """Return how many characters a stretch of a kept text says were left out of it."""
    found = _NOTICE.search(text, start, end)
    return int(found[1].replace(",", "")) if found else 0


class Printed:
    """One stream's text. `text`, `cut` and `moves` of one can be given to another to go on."""

    def __init__(
        self,
        text: str = "",
        cut: Cut | None = None,
        *,
        moves: bool = False,
        spill: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._head = ""
        self._head_full = False
        self._left_out = 0
        self._tail: list[str] = []
        self._tail_size = 0
        self._line = ""
        """What follows the last line break, where no paper has it."""
        self._paper: Paper[Pen] | None = None
        self.spill = spill
        """Is given what is left out, in order and once."""
        if cut is not None:
            self._head, self._head_full, self._left_out = text[: cut.head], True, cut.left_out
            text = text[cut.head + len(notice(cut.left_out)) :]
        if moves:
            self._take_up_paper(text)
        else:
            self.add(text)

    def add(self, text: str) -> None:
        """Print more."""
        if not text:
            return
        if self._paper is not None:
            self._put(text)
        elif move := MOVES_UP_OR_DOWN.search(joined := self._line + text):
            self._line = ""
            self._print(joined[: move.start()])
            self._begin_paper()
            self._put(joined[move.start() :])
        else:
            self._line = ""
            self._print(joined)

    @property
    def text(self) -> str:
        """What is kept, with a notice where something was left out."""
        cut, tail = self._cut()
        return self._head + notice(cut.left_out) + tail if cut else self._head + tail

    @property
    def cut(self) -> Cut | None:
        """Where something was left out, None for nowhere."""
        return self._cut()[0]

    @property
    def moves(self) -> bool:
        """Whether the program has moved up or down."""
        return self._paper is not None

    def settle(self) -> None:
        """Leave out for good what `text` leaves out: whoever goes on from it does the same."""
        cut, _ = self._cut()
        if cut is not None:
            self._leave_out(min(cut.left_out - self._left_out, self._tail_size))

    # --- lines ---------------------------------------------------------------------------------

    def _print(self, text: str) -> None:
        """Print what does not move up or down."""
        body, newline, line = text.rpartition("\n")
        body += newline
        if "\r" in body:
            body = "\n".join(fold_line(one, whole=True) for one in body.split("\n"))
        if "\r" in line:
            line = fold_line(line, whole=False)
        if len(line) > LONGEST_LINE:
            body, line = body + line, ""
        self._line = line
        self._keep(body)

    # --- a screen ------------------------------------------------------------------------------

    def _begin_paper(self) -> None:
        """Put the last lines where the program can reach them."""
        kept = "".join(self._tail) if self._head_full else self._head
        start = _last_lines(kept, SCREEN - 1)
        pen = _pen_after(kept[:start] if self._head_full else self._head[:start])
        self._paper = Paper(lambda pen: pen, pen)
        if self._head_full:
            self._tail, self._tail_size = [kept[:start]], start
        else:
            self._head = kept[:start]
        if pen != PLAIN:
            self._keep(RESET)
        self._paper.put(kept[start:] + self._line)
        self._line = ""

    def _take_up_paper(self, text: str) -> None:
        """Go on from the text of one that has a paper."""
        self._paper = Paper(lambda pen: pen)
        start = _last_lines(text, SCREEN - 1)
        self._keep(text[:start])
        self._paper.put(text[start:])

    def _put(self, text: str) -> None:
        """Let the program move. What scrolled off is finished."""
        paper = self._paper
        assert paper is not None
        for start in range(0, len(text), LONGEST_LINE):
            paper.put(text[start : start + LONGEST_LINE])
            if (over := _finished(paper)) > 0:
                self._keep("".join(line_text(line) + "\n" for line in paper.take_top(over)))
            if paper.length(paper.row) > LONGEST_LINE and paper.row == len(paper.lines) - 1:
                whole = paper.take_top(len(paper.lines))
                self._keep("\n".join(map(line_text, whole)))
                self._paper = paper = Paper(lambda pen: pen, paper.pen)

    @property
    def _open(self) -> str:
        """What is not finished yet."""
        return self._line if self._paper is None else paper_text(self._paper)

    # --- head and tail -------------------------------------------------------------------------

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
        self._leave_out(self._tail_size - 2 * TAIL)

    def _leave_out(self, count: int) -> None:
        tail = "".join(self._tail)
        self.spill(tail[:count])
        self._left_out += count
        self._tail, self._tail_size = [tail[count:]], len(tail) - count

    def _cut(self) -> tuple[Cut | None, str]:
        tail = "".join((*self._tail, self._open))
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


def _finished(paper: Paper[Pen]) -> int:
    """How many lines have scrolled off, or are too long to be followed all together."""
    over = len(paper.lines) - SCREEN
    size = sum(paper.length(row) for row in range(max(over, 0), len(paper.lines)))
    while size > 2 * _SCREEN_SIZE and over < paper.row:
        size -= paper.length(max(over, 0))
        over = max(over, 0) + 1
    return min(over, paper.row)


def _last_lines(text: str, count: int) -> int:
    """Where the last so many lines of a text begin, as far as they are not too long."""
    at = len(text)
    for _ in range(count + (text[-1:] == "\n")):
        at = text.rfind("\n", 0, at)
        if at < 0:
            break
    at = at + 1 if at >= 0 else 0
    if len(text) - at <= _SCREEN_SIZE:
        return at
    found = text.find("\n", len(text) - _SCREEN_SIZE - 1)
    return found + 1 if found >= 0 else len(text)


def _pen_after(text: str) -> Pen:
    """The pen that a text leaves behind."""
    pen = PLAIN
    for found in _SGR.finditer(text, max(0, text.rfind(RESET))):
        pen = turn(pen, found[0][2:-1])
    return pen


def _line_end_before(text: str, at: int) -> int:
    found = text.rfind("\n", at - _NEARBY, at)
    return found + 1 if found >= 0 else at


def _line_start_after(text: str, at: int) -> int:
    if at == 0:
        return 0
    found = text.find("\n", at - 1, at + _NEARBY)
    return found + 1 if found >= 0 else at
