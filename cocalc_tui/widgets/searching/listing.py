"""The list of what was found: files, the lines with something in them, and those around."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Protocol

from rich.style import Style
from textual.events import Blur, Focus

from cocalc_tui.chat import places
from cocalc_tui.protocol.events import SearchLine
from cocalc_tui.widgets import phrases
from cocalc_tui.widgets.acting import Acting, desk
from cocalc_tui.widgets.rows import Piece, Row, Rows
from cocalc_tui.widgets.searching.found import Found, Heading, Hit, Near
from cocalc_tui.widgets.theme import colour

NUMBER = 6
"""Cells of a line's number."""


class Seeker(Protocol):
    """Who does what is chosen here: the panel."""

    def visit(self, hit: Hit, *, stay: bool = False) -> None:
        """Show a place; `stay`: the keyboard stays in the list."""
        ...

    async def replace(self, hits: Sequence[Hit]) -> None:
        """Replace these."""
        ...

    async def replace_all(self) -> None:
        """Replace all that is found, and what is still to be found."""
        ...

    async def take_back(self) -> None:
        """Take the last replacing back."""
        ...

    def ask(self) -> None:
        """Go to the lines that ask."""
        ...

    def more_around(self) -> None:
        """Show more lines around, or none."""
        ...

    def shut(self) -> None:
        """Close all of it."""
        ...


class FoundList(Acting, Rows, can_focus=True):
    """A row for each place, under the name of its file."""

    DEFAULT_CSS = "FoundList { height: 1fr; background: $background; }"

    def __init__(self, seeker: Seeker) -> None:
        super().__init__()
        self._seeker = seeker
        self.found = Found()

    def scopes(self) -> Sequence[str]:
        """Its own; what was said is not replaced."""
        return ("found",) if self.found.chats else ("replace", "found")

    def show(self, found: Found) -> None:
        """Show what was found, as far as it is known; the mark stays where it is."""
        self.found = found
        self.changed()
        if isinstance(self.row_marked, Near):
            self._leap(self.marked, -1)

    # --- how it looks --------------------------------------------------------------------------

    def count(self) -> int:
        """As many as there are."""
        return len(self.found.rows)

    def mark_shows(self) -> bool:
        """Faintly while the keyboard is elsewhere: it is where `alt+.` goes on from."""
        return True

    def row(self, index: int) -> Row:
        """A file, a place, or a line beside one."""
        row = self.found.rows[index]
        dim, faint = (Style(color=colour(self, name)) for name in ("text-dim", "text-faint"))
        if isinstance(row, Heading):
            folder, slash, name = (places.subject(row.path) or row.path).rpartition("/")
            beside = " · Chat" * places.is_beside(row.path)
            bright = Style(color=colour(self, "text-bright"), bold=True)
            many = f" {row.count:,}{'+' if row.more else ''} "
            pieces = [(f" {folder}{slash}", dim), (name, bright), (beside, dim)]
            return Row(pieces, [(many, dim)])
        if isinstance(row, Near):
            if row.line is None:
                return Row([(f"{'⋯':>{NUMBER}}", faint)])
            return Row([(_number(row.line), faint), (row.line.text, faint)])
        return Row([(_number(row.line), dim), *self._lit(row)], [(_whose(row.line), dim)])

    def _lit(self, hit: Hit) -> list[Piece]:
        """The line's text, what was found in it lit up, this place more than others."""
        line = hit.line
        plain = Style(color=colour(self, "foreground"))
        lit = plain + Style(bgcolor=colour(self, "match"))
        now = Style(color=colour(self, "text-bright"), bgcolor=colour(self, "match-now"), bold=True)
        pieces: list[Piece] = [("…", plain)] if line.cut else []
        end = 0
        for at, (low, high) in enumerate(line.spans):
            low, high = max(low - line.cut, 0), min(high - line.cut, len(line.text))
            if low >= len(line.text) or high <= low:
                continue
            pieces.append((line.text[end:low], plain))
            pieces.append((line.text[low:high], now if at == hit.at else lit))
            end = high
        pieces.append((line.text[end:], plain))
        return [piece for piece in pieces if piece[0]]

    def on_focus(self, _: Focus) -> None:
        """Show which keys work here."""
        self.changed()
        desk(self).bars_changed()

    def on_blur(self, _: Blur) -> None:
        """The mark is fainter."""
        self.changed()

    # --- going about ---------------------------------------------------------------------------

    @property
    def hit(self) -> Hit | None:
        """The place marked, or the first in the file that is."""
        rows = self.found.rows
        return next((row for row in rows[self.marked :] if isinstance(row, Hit)), None)

    @property
    def row_marked(self) -> Heading | Hit | Near | None:
        """What is marked, None while nothing is there."""
        rows = self.found.rows
        return rows[self.marked] if rows else None

    def mark_again(self, hit: Hit | None) -> Heading | Hit | Near | None:
        """Mark the same place in another list, or the first; returns its row."""
        places = [(at, row) for at, row in enumerate(self.found.rows) if isinstance(row, Hit)]
        same = (at for at, row in places if hit is not None and row.key == hit.key)
        self.mark(next(same, places[0][0] if places else 0))
        return self.row_marked

    def step(self, by: int, wanted: Callable[[object], bool]) -> bool:
        """Mark the next row of a kind; False where there is none."""
        rows = self.found.rows
        at = self.marked + by
        while 0 <= at < len(rows):
            if wanted(rows[at]):
                self.mark(at)
                return True
            at += by
        return False

    def do_up(self) -> None:
        """Mark the place or file above."""
        if not self.step(-1, lambda row: not isinstance(row, Near)):
            self._seeker.ask()

    def do_down(self) -> None:
        """Mark the place or file below."""
        self.step(1, lambda row: not isinstance(row, Near))

    def _leap(self, to: int, by: int) -> None:
        self.mark(to)
        if isinstance(self.row_marked, Near):
            self.step(by, lambda row: not isinstance(row, Near))

    def do_page_up(self) -> None:
        """A page up."""
        self._leap(self.marked - self.page(), -1)

    def do_page_down(self) -> None:
        """A page down."""
        self._leap(self.marked + self.page(), -1)

    def do_first(self) -> None:
        """The first."""
        self.mark(0)

    def do_last(self) -> None:
        """The last."""
        self._leap(self.count() - 1, -1)

    def do_next_file(self) -> None:
        """The next file."""
        self.step(1, lambda row: isinstance(row, Heading))

    def do_previous_file(self) -> None:
        """The file before."""
        self.step(-1, lambda row: isinstance(row, Heading))

    # --- what can be done ----------------------------------------------------------------------

    def chosen(self, index: int) -> None:
        """A click opens."""
        if not isinstance(self.found.rows[index], Near):
            self.do_open()

    def do_open(self) -> None:
        """Go to the place."""
        if (hit := self.hit) is not None:
            self._seeker.visit(hit)

    def do_peek(self) -> None:
        """Show the place; the keyboard stays here."""
        if (hit := self.hit) is not None:
            self._seeker.visit(hit, stay=True)

    def _marked_hits(self) -> list[Hit]:
        row = self.row_marked
        if row is None:
            return []
        return [row] if isinstance(row, Hit) else self.found.hits(row.path)

    async def do_one(self) -> None:
        """Replace the place marked, or all in the file that is."""
        await self._seeker.replace(self._marked_hits())

    async def do_file(self) -> None:
        """Replace all that is listed of this file."""
        if (hit := self.hit) is not None:
            await self._seeker.replace(self.found.hits(hit.path))

    async def do_all(self) -> None:
        """Replace all that is listed, and what the search is still to list."""
        await self._seeker.replace_all()

    async def do_take_back(self) -> None:
        """Take the last replacing back, in all its files."""
        await self._seeker.take_back()

    def do_drop(self) -> None:
        """Leave the place out, or the file."""
        gone = self._marked_hits()
        if gone:
            self.found.drop(dict.fromkeys(gone))
            self.show(self.found)

    def do_context(self) -> None:
        """Show more lines around, or none."""
        self._seeker.more_around()

    def do_ask(self) -> None:
        """Search for something else."""
        self._seeker.ask()

    def do_close(self) -> None:
        """Put the search away."""
        self._seeker.shut()


def _number(line: SearchLine) -> str:
    """Which line of its file it is; of a message nobody counts them."""
    if line.said is not None:
        return "   "
    where = f"[{line.cell}]{line.number}" if line.cell else str(line.number)
    return f"{where:>{NUMBER}}  "


def _whose(line: SearchLine) -> str:
    """Who said it, and when."""
    if line.said is None:
        return ""
    return f"  {line.said.user} {phrases.moment(line.said.at, time.strftime('%Y-%m-%d'))} "
