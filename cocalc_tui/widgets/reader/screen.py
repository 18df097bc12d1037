"""The screen on which the output of one cell is read."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from contextvars import copy_context
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.events import Click
from textual.widgets import Static

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.client.events import Changed, DocumentEvent, Heard
from cocalc_tui.client.requests import RequestFailed
from cocalc_tui.notebook.blobs import MissingBlobError
from cocalc_tui.query import NOTHING, Query, SearchError
from cocalc_tui.widgets.acting import Acting, desk
from cocalc_tui.widgets.bars import Bar
from cocalc_tui.widgets.glyphs import safe
from cocalc_tui.widgets.leaving import Leaving
from cocalc_tui.widgets.outputs.links import Target, named, target_at, targets_of
from cocalc_tui.widgets.picker import Choice
from cocalc_tui.widgets.reader.body import Body
from cocalc_tui.widgets.reader.contents import Content, blocks_of, contents_of
from cocalc_tui.widgets.reader.model import Reader, Spot
from cocalc_tui.widgets.reader.saving import Form, numbered, save_as
from cocalc_tui.widgets.report import footer_words
from cocalc_tui.widgets.seeking import Seek

if TYPE_CHECKING:
    from cocalc_tui.client.files import Files

AGAIN = 0.3
"""Seconds until what is printed meanwhile is shown."""
TELL_EVERY = 64
"""Blocks between two words on how far a search is."""


class OutputScreen(Acting, Leaving[None], inherit_bindings=False):
    """What one cell shows."""

    DEFAULT_CSS = """
    OutputScreen { background: $background; }
    OutputScreen Static { height: 1; width: 1fr; padding: 0 1; background: $bar; }
    OutputScreen #footer { background: $side; }
    """

    def __init__(
        self,
        document: SharedDocument,
        cell: str,
        number: int,
        files: Files | None,
        go_to_target: Callable[[Target], Awaitable[None]],
        find: Query = NOTHING,
    ) -> None:
        """`number`: which cell it is, for people; `files`: where it can be saved.

        `go_to_target` copies a link or shows a line that is referred to. `find` is looked for at
        once.
        """
        super().__init__()
        self._document = document
        self._cell = cell
        self._number = number
        self._files = files
        self._go_to_target = go_to_target
        self._contents: list[Content] = []
        self._head = Static("", id="head", markup=False)
        self._footer = Bar(id="footer")
        self._query = NOTHING
        self._first_query = find
        self._said = ""
        self._search: asyncio.Event | None = None
        """Set to end the search that goes on."""
        self.body = Body(self._say_where)
        self._news = False
        """Whether something is printed that waits to be shown."""
        self._shown = self._showing = False
        self._unsubscribe: Callable[[], None] = lambda: None

    def compose(self) -> ComposeResult:
        """Where one is, what there is, the keys."""
        yield self._head
        yield self.body
        yield self._footer

    def scopes(self) -> Sequence[str]:
        """Its own."""
        return ("output",)

    def on_mount(self) -> None:
        """Show it, and what comes."""
        self.body.focus()
        self._footer.say(footer_words(desk(self).reader, self.scopes()))
        home = copy_context()
        self._unsubscribe = self._document.subscribe(
            lambda event: home.copy().run(self._heard, event)
        )
        self._head.update(f"{self._title}: looking …")
        self._show_soon()

    def on_unmount(self) -> None:
        """Listen no more."""
        self._unsubscribe()

    @property
    def _title(self) -> str:
        return f"Output of cell {self._number} in {safe(self._document.path)}"

    def _heard(self, event: DocumentEvent) -> None:
        match event:
            case Heard(topic="output") if event.cell == self._cell:
                self._show_later()
            case Heard(topic="runs") | Changed():
                self._show_later()
            case Heard(topic="blob"):
                self.body.came()

    def _show_later(self) -> None:
        if not self._news:
            self._news = True
            self.set_timer(AGAIN, self._show_soon)

    def _show_soon(self) -> None:
        self._news = self._shown = False
        if not self._showing:
            self._showing = True
            self.run_worker(self._show(), group="show")

    async def _show(self) -> None:
        """Show what there is now, and again if that changed meanwhile."""
        try:
            while not self._shown:
                self._shown = True
                await self._take()
        finally:
            self._showing = False

    async def _take(self) -> None:
        try:
            found = await contents_of(self._document, self._cell)
        except (RequestFailed, MissingBlobError) as error:
            self._head.update(f"{self._title}: {safe(str(error))}")
            return
        if [one.item for one in found] != [one.item for one in self._contents] or not found:
            self._contents = found
            self.body.show(Reader(blocks_of(found), self.body.frame_of(self._document.blobs), 1))
            self._find_from_here(self._first_query)
            self._first_query = NOTHING
        self._say_where()

    # --- what is said --------------------------------------------------------------------------

    def _say_where(self) -> None:
        reader = self.body.reader
        count = len(self._contents)
        words = [self._title]
        if not count:
            words.append("no output")
        elif count > 1:
            words.append(f"{reader.output + 1} of {count}")
        if count and not (reader.at_end and reader.top == Spot(0, 0)):
            words.append("end" if reader.at_end else f"{reader.share:.0%}")
        words += [self._said] if self._said else []
        self._head.update("   ".join(words))

    def _say(self, text: str) -> None:
        self._said = text
        self._say_where()

    # --- going ---------------------------------------------------------------------------------

    def do_down(self) -> None:
        """A row on."""
        self.body.move(lambda reader: reader.go(1))

    def do_up(self) -> None:
        """A row back."""
        self.body.move(lambda reader: reader.go(-1))

    def do_page_down(self) -> None:
        """A page on."""
        self.body.move(lambda reader: reader.go(max(1, reader.height - 2)))

    def do_page_up(self) -> None:
        """A page back."""
        self.body.move(lambda reader: reader.go(-max(1, reader.height - 2)))

    def do_first(self) -> None:
        """To the beginning."""
        self.body.move(Reader.to_start)

    def do_last(self) -> None:
        """To the end."""
        self.body.move(Reader.to_end)

    def do_next_output(self) -> None:
        """To the next output."""
        self.body.move(lambda reader: reader.to_output(1))

    def do_previous_output(self) -> None:
        """To the beginning of this output, or the one before."""
        self.body.move(lambda reader: reader.to_output(-1))

    async def do_go(self) -> None:
        """Ask where to go."""
        answer = await desk(self).ask("Go to, in percent", "", _no_percent)
        if answer is not None:
            share = float(answer.rstrip("%")) / 100
            self.body.move(lambda reader: reader.to_share(share))

    def do_close(self) -> None:
        """End the search, else go back."""
        if self._search is not None:
            self._search.set()
        elif self._query.text:
            self._query = self.body.lit = NOTHING
            self._say("")
            self.body.refresh()
        else:
            self.dismiss(None)

    # --- finding -------------------------------------------------------------------------------

    async def do_find(self) -> None:
        """Ask what to find."""
        query = await desk(self).answer(Seek("Find in this output", self._query))
        if query is not None:
            self._find_from_here(query)

    def _find_from_here(self, query: Query) -> None:
        if query.text:
            self._query = self.body.lit = query
            self._look(1, here=True)

    def do_next_match(self) -> None:
        """To the next place."""
        self._look(1)

    def do_previous_match(self) -> None:
        """To the place before."""
        self._look(-1)

    def _look(self, by: int, *, here: bool = False) -> None:
        if self._query.text:
            if self._search is not None:
                self._search.set()
            self._search = asyncio.Event()
            self.run_worker(self._find(self._search, by, here=here), group="find")

    async def _find(self, stops: asyncio.Event, by: int, *, here: bool) -> None:
        """Look on from the match on the screen, or from its first row; may fetch and take long."""
        reader = self.body.reader
        at = None if here else self.body.at
        start = at or reader.top

        def beyond(spot: Spot) -> bool:
            return spot < start if by < 0 else spot > start or (at is None and spot == start)

        try:
            found = await self._first_place(stops, start.block, by, beyond)
        except (RequestFailed, MissingBlobError, SearchError) as error:
            desk(self).notice(str(error), bad=True)
            return
        finally:
            if self._search is stops:
                self._search = None
        if stops.is_set():
            self._say("")
        elif found is None:
            self._say(f"not found {'below' if by > 0 else 'above'}: {safe(self._query.text)}")
        else:
            self._say("")
            self.body.go_to(found)

    async def _first_place(
        self,
        stops: asyncio.Event,
        block: int,
        by: int,
        beyond: Callable[[Spot], bool],
    ) -> Spot | None:
        reader, steps = self.body.reader, 0
        while 0 <= block < len(reader.blocks) and not stops.is_set():
            if not reader.blocks[block].here:
                await reader.blocks[block].load()
            if reader.blocks[block].may_hold(self._query):
                reader.came()
                places = reader.places(block, self._query)
                found = next(filter(beyond, places if by > 0 else reversed(places)), None)
                if found is not None:
                    return found
            block, steps = block + by, steps + 1
            if not steps % TELL_EVERY:
                self._say(f"looking: {block / len(reader.blocks):.0%}, esc ends it")
                await asyncio.sleep(0)
        return None

    # --- taking away ---------------------------------------------------------------------------

    async def do_links(self) -> None:
        """Choose one of what it refers to."""
        targets = targets_of(one.item for one in self._contents)
        if not targets:
            desk(self).notice("Nothing in it refers to a page or a line of a file")
            return
        choices = [Choice(str(number), named(one)) for number, one in enumerate(targets)]
        chosen = await desk(self).pick("Go to", choices)
        if chosen is not None:
            await self._go_to(targets[int(chosen)])

    async def _go_to(self, target: Target) -> None:
        """A link is copied and one reads on; a line of a file is elsewhere."""
        if not isinstance(target, str):
            self.dismiss(None)
        await self._go_to_target(target)

    def on_click(self, event: Click) -> None:
        """Go to what is clicked on."""
        if (target := target_at(event.style)) is not None:
            self.run_worker(self._go_to(target), group="links")

    async def do_save(self) -> None:
        """Choose a form and a name, and write it into the project."""
        if self._files is None or not self._contents:
            desk(self).notice("There is nothing to save")
            return
        forms = numbered(self._contents, self._document.blobs)
        forms.sort(key=lambda one: one[0] != self.body.reader.output)
        form = forms[0][1]
        if len(forms) > 1:
            several = len(self._contents) > 1
            choices = [
                Choice(str(at), f"output {n + 1}: {one.kind}" if several else one.kind, one.size)
                for at, (n, one) in enumerate(forms)
            ]
            chosen = await desk(self).pick("Save which", choices)
            if chosen is None:
                return
            form = forms[int(chosen)][1]
        await self._save(form, self._files)

    async def _save(self, form: Form, files: Files) -> None:
        path = PurePosixPath(self._document.path)
        name = str(path.with_name(f"{path.stem}-{self._number}{form.suffix}"))
        await save_as(desk(self), form, files, name)


def _no_percent(text: str) -> str:
    return "" if re.fullmatch(r"\d{1,3}(\.\d*)?%?", text) else "a number, as 50"
