"""Who wrote which line, beside the text: read from the log, then kept up by what is typed.

The log is read when the margin is switched on and again a while after the last change; in between a
line belongs to whoever changed most of it. So nothing waits for the log, and what shows is exact
again as soon as people pause.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cocalc_tui.client.requests import RequestFailed
from cocalc_tui.history.timeline import author
from cocalc_tui.sync.patch import TextChange

if TYPE_CHECKING:
    from cocalc_tui.client.document import SharedDocument
    from cocalc_tui.client.past import LogBook
    from cocalc_tui.sync.patch import TextId
    from cocalc_tui.sync.versions import Versions
    from cocalc_tui.widgets.editor.view import Buffer

SETTLED = 3.0
"""Seconds without a change after which the log is read again."""


@dataclass(frozen=True, slots=True)
class Whose:
    """Who wrote most of a line, and when something in it came last."""

    user: str = ""
    at: int = 0
    """Milliseconds; 0 where nobody wrote anything."""

    @property
    def when(self) -> str:
        """The time of day, or the day where it is another: at most six cells."""
        then, now = time.localtime(self.at / 1000), time.localtime()
        if then[:3] == now[:3]:
            return time.strftime("%H:%M", then)
        return time.strftime("%d %b" if then[0] == now[0] else "%Y", then)


def whose_lines(versions: Versions, version: int, at: TextId) -> list[Whose]:
    """The lines of a text in a version, each with who wrote it."""
    lines: list[Whose] = []
    counts: dict[str, int] = {}
    last = 0

    def end() -> None:
        nonlocal last
        user = max(counts, key=counts.__getitem__) if counts else ""
        lines.append(Whose(user, versions.made(last).received if last else 0))
        counts.clear()
        last = 0

    for piece in versions.blame(version, at):
        user = author(versions.made(piece.last))
        for index, part in enumerate(piece.text.split("\n")):
            if index:
                end()
            if part:
                counts[user] = counts.get(user, 0) + len(part)
                last = max(last, piece.last)
    end()
    return lines


class Authors:
    """The authors of the lines of one text."""

    def __init__(
        self, document: SharedDocument, at: TextId, book: LogBook, changed: Callable[[], None]
    ) -> None:
        """`changed` is told when other lines have authors than before."""
        self._document = document
        self._at = at
        self._book = book
        self._changed = changed
        self.lines: list[Whose] = []
        self.trouble = ""
        """Why nothing is known, in one line."""

    def of(self, line: int) -> Whose:
        """Who wrote a line."""
        return self.lines[line] if line < len(self.lines) else Whose()

    async def read(self, buffer: Buffer) -> None:
        """Read the log. What is typed meanwhile, or not sent yet, nobody has written so far."""
        document = self._document
        try:
            await self._book.fetch(document.numbers.upto)
            versions = await self._book.versions()
        except RequestFailed as error:
            self.trouble = error.text
            self._changed()
            return
        found = await asyncio.to_thread(whose_lines, versions, versions.latest, self._at)
        text = versions.text(versions.latest, self._at).split("\n")
        self.trouble = ""
        self.lines = _aligned(found, text, buffer.lines(0, buffer.line_count))
        self._changed()

    def change(self, changes: Sequence[TextChange], buffer: Buffer) -> None:
        """Keep up with what was typed, as far as it is plain where."""
        if not self.lines or len(changes) != 1:
            return
        change = changes[0]
        row = buffer.row_col(min(change.pos, len(buffer)))[0]
        added = change.insert.count("\n")
        removed = len(self.lines) + added - buffer.line_count
        if not 0 <= removed <= len(self.lines) - row - 1:
            return
        mine = change.by.session == self._document.session
        user = "" if mine else self._document.author_of.get(change.by.session, "")
        now = Whose(user or MINE, time.time_ns() // 1_000_000)
        before = self.lines[row : row + removed + 1]
        after = [now] * (added + 1)
        size = len(change.insert) + change.delete
        if not added and not removed and before[0].user and size * 2 < buffer.line_length(row):
            after = [replace(before[0], at=now.at)]
        self.lines[row : row + removed + 1] = after


MINE = "\0"
"""Stands for me until the log says my name."""


def _aligned(found: Sequence[Whose], old: Sequence[str], new: Sequence[str]) -> list[Whose]:
    """Authors of the lines of a text that is another by now, where they are the same lines."""
    if len(old) == len(new):
        return [
            one if was == now else Whose() for one, was, now in zip(found, old, new, strict=True)
        ]
    most = min(len(old), len(new))
    head = next((at for at in range(most) if old[at] != new[at]), most)
    tail = next((at for at in range(most - head) if old[-1 - at] != new[-1 - at]), most - head)
    middle = [Whose()] * (len(new) - head - tail)
    return [*found[:head], *middle, *found[len(found) - tail :]]
