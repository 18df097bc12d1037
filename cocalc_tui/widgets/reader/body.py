"""The rows of what is read, on the screen."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import replace

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.strip import Strip
from textual.widget import Widget

from cocalc_tui.client.blobs import Blobs
from cocalc_tui.client.requests import RequestFailed
from cocalc_tui.query import Query, SearchError
from cocalc_tui.widgets.acting import desk
from cocalc_tui.widgets.editor.scroll import Scroll
from cocalc_tui.widgets.graphics import Graphics
from cocalc_tui.widgets.outputs.look import Look, unknown_look
from cocalc_tui.widgets.outputs.pictures import Pictures, pictures_of
from cocalc_tui.widgets.outputs.rows import Frame, restyled
from cocalc_tui.widgets.reader.model import Reader, Spot
from cocalc_tui.widgets.theme import colour

EDGES = 3
"""Cells that are not text: a space at the left, and the scroll bar with one before it."""
ZOOM = 4.0
"""How much larger than it is a picture is drawn where there is room."""
WHEEL_ROWS = 3
ROW_PATIENCE = 0.005
"""Seconds for finding in one row: all of them are drawn at once."""


class Body(Widget, can_focus=True):
    """Draws what a `Reader` has."""

    DEFAULT_CSS = "Body { width: 1fr; height: 1fr; }"

    def __init__(self, moved: Callable[[], None]) -> None:
        """`moved` is called when something else is on the screen."""
        super().__init__()
        self.lit = Query()
        """What stands out."""
        self.at: Spot | None = None
        """The match that was gone to."""
        self._moved = moved
        self._loading = False
        self._blobs: Blobs | None = None
        self._pictures: Pictures | None = None
        self._pictures_end: Callable[[], None] = lambda: None
        self.reader = Reader((), Frame(80, unknown_look()), 1)

    # --- its life ------------------------------------------------------------------------------

    def on_mount(self) -> None:
        """Hear of pictures that were made."""
        self._pictures = pictures_of(self.app)
        loop = asyncio.get_running_loop()

        def made() -> None:
            with contextlib.suppress(RuntimeError):  # the app has ended meanwhile
                loop.call_soon_threadsafe(self.came)

        self._pictures_end = self._pictures.subscribe(made)

    def on_unmount(self) -> None:
        """Hear no more."""
        self._pictures_end()

    @property
    def _graphics(self) -> Graphics | None:
        return self._pictures.graphics if self._pictures is not None else None

    def frame_of(self, blobs: Blobs | None) -> Frame:
        """The room there is, and the colours."""
        self._blobs = blobs
        look = Look.from_theme(self.app.theme_variables, dark=self.app.current_theme.dark)
        return Frame(
            max(8, self.size.width - EDGES),
            look,
            pictures=self._pictures,
            graphics=self._graphics,
            blobs=blobs,
            picture_rows=max(1, self.size.height),
            zoom=ZOOM,
        )

    def on_resize(self) -> None:
        """Lay out for another size."""
        self.reader.fit(
            replace(
                self.reader.frame,
                width=max(8, self.size.width - EDGES),
                picture_rows=max(1, self.size.height),
                graphics=self._graphics,
            ),
            max(1, self.size.height),
        )
        self._changed()

    def show(self, reader: Reader) -> None:
        """Show something else, or more of the same."""
        reader.height = max(1, self.size.height)
        if self.reader.blocks:
            self.reader.show(reader.blocks)
        else:
            self.reader = reader
        self._changed()

    def came(self) -> None:
        """Something that was on its way is here."""
        if self.is_attached:
            if self._graphics != self.reader.frame.graphics:
                self.on_resize()
            self.reader.came()
            self._changed()

    def move(self, go: Callable[[Reader], None]) -> None:
        """Go somewhere."""
        go(self.reader)
        self.at = None
        self._changed()

    def go_to(self, spot: Spot) -> None:
        """Show a match, some rows below the top."""
        self.at = spot
        self.reader.show_row(spot)
        self._changed()

    def _changed(self) -> None:
        self.refresh()
        self._moved()
        if self.reader.absent and not self._loading:
            self._loading = True
            self.run_worker(self._load(), group="load")

    async def _load(self) -> None:
        """Fetch what is on the screen, until all of it is here."""
        try:
            while absent := self.reader.absent:
                await absent[0].load()
                self.reader.came()
                self.refresh()
                self._moved()
        except RequestFailed as failed:
            desk(self).notice(failed.text, bad=True)
        finally:
            self._loading = False

    # --- drawing -------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """A row of the screen."""
        reader, width = self.reader, self.size.width
        ground = Style(bgcolor=colour(self, "background"))
        shown = reader.visible()
        body = reader.strip(shown[y]) if y < len(shown) else Strip([])
        if self.lit.text and y < len(shown):
            here = Style(bgcolor=colour(self, "accent"), color=colour(self, "background"))
            other = Style(bgcolor=colour(self, "raised"))
            body = lit(body, self.lit, here if shown[y] == self.at else other)
        body = body.adjust_cell_length(width - 2).apply_style(ground)
        thumb = Segment("▐" if y in self._thumb() else " ", Style(color=colour(self, "text-faint")))
        return Strip([Segment(" ", ground), *body, thumb]).adjust_cell_length(width, ground)

    def _thumb(self) -> range:
        scroll = Scroll()
        scroll.height = self.reader.height
        weight = sum(block.weight for block in self.reader.blocks) // max(
            1, self.reader.frame.width
        )
        scroll.total = max(weight, len(self.reader.visible()) + (not self.reader.at_end))
        if self.reader.at_end and self.reader.top == Spot(0, 0):
            return range(0)
        scroll.to(round(self.reader.share * (scroll.total - scroll.height)))
        return scroll.thumb()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Some rows on."""
        event.stop()
        self.move(lambda reader: reader.go(WHEEL_ROWS))

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Some rows back."""
        event.stop()
        self.move(lambda reader: reader.go(-WHEEL_ROWS))


def lit(row: Strip, query: Query, style: Style) -> Strip:
    """A row with what was found standing out, unless that takes long."""
    found: list[tuple[int, int, Style]] = []
    with contextlib.suppress(SearchError):
        found = [(*match.span(), style) for match in query.matches(row.text, patience=ROW_PATIENCE)]
    return Strip(restyled([*row], found), row.cell_length) if found else row
