"""Find and replace in all files of the project: a panel below the tiles.

The files are searched where they are, on the relay's side (`client.search`), part by part while the
list fills; what is typed anew ends the search before. It stays open while one goes from place to
place (`alt+.` from anywhere), so the list is not lost by looking at what is in it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import aclosing, contextmanager
from typing import TYPE_CHECKING, Protocol

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.timer import Timer
from textual.widget import Widget

from cocalc_tui.client.requests import RequestFailed
from cocalc_tui.client.search import search
from cocalc_tui.query import Query
from cocalc_tui.widgets import phrases
from cocalc_tui.widgets.acting import desk
from cocalc_tui.widgets.keynames import shown
from cocalc_tui.widgets.searching.fields import Fields
from cocalc_tui.widgets.searching.found import MOST, Found, Hit, Row
from cocalc_tui.widgets.searching.listing import FoundList
from cocalc_tui.widgets.searching.replacing import Replaced, replace_in, take_back

if TYPE_CHECKING:
    from cocalc_tui.sync.patch import Json, PatchId
    from cocalc_tui.widgets.documents import Documents

SOON = 0.25
"""Seconds without a key after which what is typed is searched for."""
AROUND = (0, 1, 3)
"""Lines of context to choose from."""
SURE = 20
"""Files above which replacing asks first."""


class Visit(Protocol):
    """Shows a document."""

    def __call__(self, path: str, place: Mapping[str, Json], *, focus: bool) -> None:
        """`place` is where in it; `focus`: with the keyboard."""
        ...


class SearchPanel(Vertical):
    """What is asked, and what was found."""

    DEFAULT_CSS = """
    SearchPanel { display: none; height: 45%; min-height: 8; border-top: none; }
    """

    def __init__(self, documents: Documents, visit: Visit, back: Callable[[], None]) -> None:
        """`visit` shows a place; `back` gives the keyboard back to the document."""
        super().__init__(id="search")
        self._documents = documents
        self._visit = visit
        self._back = back
        self.fields = Fields(self)
        self.list = FoundList(self)
        self.fields.said = self._said
        self.found = Found()
        self._searched: Query | None = None
        """What the list is of."""
        self._ended = asyncio.Event()
        """Set when the search begun last is over; each has its own."""
        self._ended.set()
        self._failed = ""
        self._replaced = ""
        """What the last replacing did, until something else is searched for."""
        self._progress = ""
        """How far replacing is, while it goes on."""
        self._around = AROUND[0]
        self._timer: Timer | None = None
        self._last: list[tuple[str, list[PatchId]]] = []
        """What the last replacing did, to take it back."""

    def compose(self) -> ComposeResult:
        """The lines that ask above the list."""
        yield self.fields
        yield self.list

    def keyboard(self) -> Widget:
        """Where the keyboard goes: the list, once there is something in it."""
        return self.list if self.found.rows else self.fields

    def open(self, text: str, *, chats: bool = False) -> None:
        """Show it, and ask; `text` is what to look for at first, in chats or in other files."""
        self.display = True
        self.fields.look_in(chats=chats)
        self.fields.begin(text)
        self.fields.text_moved(self.fields._fields[0].editor)

    def shut(self) -> None:
        """Put it away; what was found is kept."""
        self.display = False
        self.workers.cancel_group(self, "search")
        self._ended.set()
        self._back()

    # --- searching -----------------------------------------------------------------------------

    def asked(self) -> None:
        """Search for what is asked now, once no more is typed."""
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(SOON, self._search)

    def go_to_found(self) -> None:
        """Search if that was not done yet, and go to the list."""
        if self._timer is not None or self._searched != self.fields.wanted:
            self._search()
        if self.fields.wanted.text:
            self.screen.set_focus(self.list, scroll_visible=False)

    def ask(self) -> None:
        """Go to the lines that ask."""
        self.fields.begin("")

    def more_around(self) -> None:
        """Show more lines around what was found, or none."""
        self._around = AROUND[(AROUND.index(self._around) + 1) % len(AROUND)]
        self._search()

    def _search(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        self._replaced = ""
        self._ended.set()
        self._ended = asyncio.Event()
        work = self._searching(self.fields.wanted, self._ended)
        self.run_worker(work, group="search", exclusive=True)

    @property
    def _under_way(self) -> bool:
        return not self._ended.is_set()

    async def _searching(self, query: Query, ended: asyncio.Event) -> None:
        found, self._failed = Found(self.fields.where.chats), ""
        # What there was stays until something comes: keys that were typed ahead mean it.
        stays = self.list.hit if query == self._searched else None
        put: Row | None = None  # the row that was marked: once the person marks another, it stays
        if not query.text:
            self._searched = query
            ended.set()
            self._take(found)
            return
        self.fields.refresh()
        parts = search(self._documents.requests, query, self.fields.where, around=self._around)
        try:
            async with aclosing(parts):
                async for part in parts:
                    moved = found is self.found and self.list.row_marked is not put
                    found.add(part)
                    self._searched = query
                    self._take(found)
                    if not moved:
                        put = self.list.mark_again(stays)
                    if found.is_full:
                        break
        except RequestFailed as error:
            self._failed, self._searched = error.text, query
            self._take(found)
        finally:
            ended.set()
            self.fields.refresh()

    def _take(self, found: Found) -> None:
        """Show what was found; the mark stays on its row, in another list it is on the first."""
        if found.chats != self.found.chats:
            desk(self).bars_changed()
        if found is not self.found:
            self.found = found
            self.list.marked = 0
        self.list.show(found)
        self.fields.refresh()

    def _said(self, width: int) -> str:
        """How far it is, for the line below what is asked."""
        found = self.found
        if self._progress:
            return f" {self._progress}"
        if self._failed or (self._replaced and not found.rows):
            return f" {self._failed or self._replaced}"
        if self._under_way and not found.rows:
            return " searching …"
        if self._searched is None or not self._searched.text:
            if self.fields.where.chats:
                return " In all chats of the project, those beside files and rooms: what was said"
            return " In all files of the project, by their `.gitignore`; outputs aside"
        kind = "chat" if self.fields.where.chats else "file"
        if found.rows:
            what = f"{found.count:,} in {_many(len(found.files), kind)}"
        else:
            what = "searching …" if self._under_way else "nothing found"
        if found.is_full:
            what += f"; only the first {MOST:,} are shown"
        looked = f"{_many(found.looked, kind)} looked at"
        left = [
            f"{count:,} {_WHY[why]}" for why, count in sorted(found.left_out.items()) if why in _WHY
        ]
        words = [what, ("… " if self._under_way else "") + looked]
        if width >= 90:
            words.append(phrases.size(found.size))
        words += [f"left out: {', '.join(left)}"] if left else []
        words += found.troubles[:1]
        return " " + " · ".join(words)

    # --- going there ---------------------------------------------------------------------------

    def visit(self, hit: Hit, *, stay: bool = False) -> None:
        """Show a place; `stay`: the keyboard stays in the list."""
        line, column, length = hit.line.number - 1, hit.column, hit.length
        place: dict[str, Json] = {"line": line, "column": column, "length": length}
        if hit.line.said is not None:
            place = {"message": hit.line.said.key}
        elif hit.line.cell:
            place = {"number": hit.line.cell}
        self._visit(hit.path, place, focus=not stay)

    def step(self, by: int) -> None:
        """Go to the next place, or the one before, from wherever the keyboard is."""
        if not self.found.rows:
            desk(self).notice("Nothing was searched for in all files yet")
        elif self.list.step(by, lambda row: isinstance(row, Hit)):
            self.list.do_open()
        else:
            desk(self).notice("That was the last" if by > 0 else "That was the first")

    # --- replacing -----------------------------------------------------------------------------

    async def replace(self, hits: Sequence[Hit]) -> None:
        """Replace these places, file by file."""
        if not self._may_replace():
            return
        if not hits or self._searched is None:
            desk(self).notice("Nothing is listed that could be replaced")
            return
        by_file: dict[str, list[Hit]] = {}
        for hit in hits:
            by_file.setdefault(hit.path, []).append(hit)
        if len(by_file) > SURE and not await self._sure(len(hits), len(by_file)):
            return
        if len(by_file) > 1 and not await self._kept(len(by_file)):
            return
        done = Replaced()
        for number, (path, here) in enumerate(by_file.items(), 1):
            with self._progressing(f"replacing in {path}, {number:,} of {len(by_file):,}"):
                did = await replace_in(self._documents, path, here, self._searched, self.fields.put)
            done.add(did)
        if done.steps:
            self._last = done.steps
        more = self.found.has_more
        self.found.drop(done.hits)
        self._take(self.found)
        if self._under_way or more:
            self._search()  # what it found so far is of before, and what was not kept has room now
        keys = desk(self).reader.keymap.keys_of("found.take_back")
        self._replaced = (
            f"{done.summary} · {shown(keys[0])} takes it back" if keys else done.summary
        )
        self.fields.refresh()
        desk(self).notice(done.summary, bad=bool(done.moved or done.troubles))

    async def replace_all(self) -> None:
        """Replace all places, once the search that goes on has found them."""
        if not self._may_replace():
            return
        ended = self._ended
        with self._progressing("replacing once all is found …"):
            await ended.wait()
        if ended is self._ended and self.display:
            await self.replace(self.found.hits())
        else:
            desk(self).notice("Nothing was replaced, as you search for something else")

    def _may_replace(self) -> bool:
        if self._progress:
            desk(self).notice("Wait until the replacing that goes on is done")
        elif not self.fields.asks_put:
            self.fields.ask_put()
            desk(self).notice("Say what comes in its place, then replace in the list")
        else:
            return True
        return False

    async def _sure(self, places: int, files: int) -> bool:
        question = (
            f"Replace {places:,} places in {files:,} files by {self.fields.put!r}? In each it is "
            "one step for undo, and u in the list takes all of it back."
        )
        return await desk(self).confirm(question, "replace")

    async def _kept(self, files: int) -> bool:
        """Keep the project as it is in a snapshot; else say why nothing is replaced."""
        from cocalc_tui.client.snapshots import Snapshots, progress

        assert self._searched is not None
        title = f"before replacing {self._searched.text} in {files:,} files"

        def tell(how_far: str) -> None:
            self._progress = f"keeping the project in a snapshot first: {how_far} …"
            self.fields.refresh()

        with self._progressing("keeping the project in a snapshot first …"):
            try:
                with progress(self._documents.project, tell):
                    await Snapshots(self._documents.requests).take(title, before=True)
            except RequestFailed as error:
                text = f"Nothing was replaced, as no snapshot could be taken first: {error.text}"
                desk(self).notice(text, bad=True)
                return False
        return True

    @contextmanager
    def _progressing(self, text: str) -> Iterator[None]:
        self._progress = text
        self.fields.refresh()
        try:
            yield
        finally:
            self._progress = ""
            self.fields.refresh()

    async def take_back(self) -> None:
        """Take the last replacing back, in all its files."""
        if not self._last:
            desk(self).notice("Nothing was replaced yet")
            return
        steps, self._last = self._last, []
        with self._progressing("taking the replacing back …"):
            troubles = await take_back(self._documents, steps)
        files = len(steps) - len(troubles)
        said = f"Taken back in {files:,} {'file' if files == 1 else 'files'}"
        desk(self).notice("; ".join([said, *troubles[:1]]), bad=bool(troubles))
        self._search()


def _many(count: int, kind: str) -> str:
    return f"{count:,} {kind}" if count == 1 else f"{count:,} {kind}s"


_WHY = {"large": "above 32 MB", "binary": "binary", "unreadable": "not readable"}
