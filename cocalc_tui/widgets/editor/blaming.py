"""The margin that says who wrote each line, and the same of the caret's line in the status line."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from rich.cells import set_cell_size
from rich.style import Style
from textual.worker import WorkType

from cocalc_tui.client.past import LogBook
from cocalc_tui.widgets.acting import desk
from cocalc_tui.widgets.editor.authors import MINE, SETTLED, Authors, Whose
from cocalc_tui.widgets.editor.finding import FindingCanvas
from cocalc_tui.widgets.editor.gutter import Margin
from cocalc_tui.widgets.glyphs import safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cocalc_tui.client.requests import Requests
    from cocalc_tui.sync.patch import TextChange

NAME, TIME = 8, 6
"""Cells of a name, and of a time."""


class BlamingCanvas(FindingCanvas):
    """A canvas that can show who wrote what."""

    requests: Requests | None = None
    """What the log is fetched with; None where there is no relay."""
    authors: Authors | None = None
    """While they show."""
    _reads: asyncio.TimerHandle | None = None

    def do_authors(self) -> None:
        """Show who wrote each line, or do not."""
        self.show_authors(self.authors is None)

    def show_authors(self, shown: bool) -> None:
        """Show who wrote each line, or do not."""
        if not shown:
            self.authors, self.painter.left.margin = None, None
        elif self.requests is None:
            desk(self).notice("Not connected, so nobody can say who wrote what")
            return
        else:
            book = LogBook(self.requests, self.document.doc)
            self.authors = Authors(self.document, self.editor.at, book, self._authors_changed)
            self.painter.left.margin = Margin(NAME + TIME + 2, self._whose_label)
            self._read_authors()
        if self.is_mounted:
            self.lay_out()
            self.text_moved(self.editor)

    def text_is_on(self, name: str) -> bool:
        """Whether the margin shows, too."""
        return self.authors is not None if name == "editor.authors" else super().text_is_on(name)

    def text_changed(self, changes: Sequence[TextChange]) -> None:
        """Keep the authors right."""
        super().text_changed(changes)
        if self.authors is not None:
            self.authors.change([c for c in changes if c.at == self.editor.at], self.editor.buffer)
            if self._reads is not None:
                self._reads.cancel()
            self._reads = self.later(SETTLED, self._read_authors)

    def on_unmount(self) -> None:
        """Read no more; Textual calls the same of the classes below by itself."""
        if self._reads is not None:
            self._reads.cancel()

    def _read_authors(self) -> None:
        self._reads = None
        if self.authors is not None:
            read: WorkType[None] = partial(self.authors.read, self.editor.buffer)
            self.run_worker(read, group="authors", exclusive=True)

    def _authors_changed(self) -> None:
        self.refresh()
        desk(self).bars_changed()

    def _written_by(self, whose: Whose) -> str:
        return desk(self).user if whose.user == MINE else whose.user

    def _whose_label(self, line: int) -> tuple[str, Style]:
        """Name and time, once for lines that follow each other."""
        quiet = self.painter.look.gutter
        if self.authors is None:
            return "", quiet
        whose = self.authors.of(line)
        name = self._written_by(whose)
        if not name:
            return "", quiet
        style = quiet + Style(color=desk(self).faces.colour(name))
        above = self.authors.of(line - 1) if line else Whose()
        if self._written_by(above) == name and above.when == whose.when:
            return f"{'│':>2}", style
        return f" {set_cell_size(safe(name), NAME)} {whose.when:<{TIME}}", style

    def whose(self) -> str:
        """Who wrote the caret's line, while that shows."""
        if self.authors is None:
            return ""
        if self.authors.trouble:
            return self.authors.trouble
        whose = self.authors.of(self.editor.place()[0])
        name = self._written_by(whose)
        return f"{name} {whose.when}" if name else ""
