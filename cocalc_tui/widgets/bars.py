"""The one-row bars: top line, tabs, status line, footer.

A bar is told its words; it draws itself again only when they are others than before, so that
telling it after every key costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.events import Click
from textual.geometry import Offset
from textual.strip import Strip
from textual.widget import Widget

from cocalc_tui.widgets.glyphs import safe
from cocalc_tui.widgets.phrases import Word
from cocalc_tui.widgets.theme import colour

Words = tuple[Word, ...]
BEFORE, BEHIND = " …", "… "
"""Stand where words are cut."""


def strip_of(words: Sequence[Word], node: Widget, ground: Style) -> Strip:
    """Words in the theme's colours."""
    return Strip(
        [Segment(safe(word.text), ground + _style(word, node)) for word in words if word.text]
    ).simplify()


def _style(word: Word, node: Widget) -> Style:
    shade = word.colour if word.colour.startswith("#") else colour(node, word.colour)
    ground = colour(node, word.ground) if word.ground else None
    return Style(color=shade, bgcolor=ground, bold=word.bold or None)


def _width(words: Sequence[Word]) -> int:
    return sum(cell_len(safe(word.text)) for word in words)


def _touch(left: str, right: str) -> bool:
    """Whether two sides would read as one word, were nothing between them."""
    return bool(left and right) and not (left[-1] + right[0]).count(" ")


class Bar(Widget):
    """One row: words at the left, words at the right; the left side is cut where both collide.

    It is cut at its end, or at both where the word that is to be seen would be gone.
    """

    DEFAULT_CSS = "Bar { height: 1; width: 1fr; background: $bar; }"
    can_focus = False

    def __init__(
        self,
        click: Callable[[str], None] = lambda _: None,
        *,
        id: str | None = None,  # noqa: A002 - Textual's word
    ) -> None:
        """`click` is told the `act` of the word that was clicked."""
        super().__init__(id=id)
        self._left: Words = ()
        self._right: Words = ()
        self._click = click

    def say(self, left: Sequence[Word], right: Sequence[Word] = ()) -> None:
        """Show these words."""
        if (tuple(left), tuple(right)) != (self._left, self._right):
            self._left, self._right = tuple(left), tuple(right)
            self.refresh()

    @property
    def text(self) -> str:
        """What stands there, for tests."""
        return self.render_line(0).text

    def render_line(self, y: int) -> Strip:
        """The row."""
        width, ground = self.size.width, self.rich_style
        right = strip_of(self._right, self, ground)
        if right.cell_length > width:
            right = right.crop(right.cell_length - width)
        room = width - right.cell_length
        left, gone = strip_of(self._left, self, ground), self._gone(room)
        if gone:
            left = Strip([Segment(BEFORE, ground), *left.crop(gone + len(BEFORE))])
        if left.cell_length + _touch(left.text, right.text) > room:
            cut = left.crop(0, max(room - len(BEHIND), 0))
            left = Strip([*cut, Segment(BEHIND[:room], ground)])
        return Strip([*left.adjust_cell_length(room, ground), *right], width)

    def _gone(self, room: int) -> int:
        """How many cells of the left side are cut at its beginning."""
        seen = next((index for index, word in enumerate(self._left) if word.seen), -1)
        start, end = _width(self._left[: max(seen, 0)]), _width(self._left[: seen + 1])
        total = _width(self._left)
        over = (end if end == total else end + len(BEHIND)) - room
        return max(min(over, start - len(BEFORE)), 0)

    def places(self) -> list[tuple[str, Offset, int]]:
        """What can be clicked: act, where on the screen, how wide."""
        found = []
        middle = max(self.size.width - _width(self._right), 0)
        sides = (self._left, -self._gone(middle)), (self._right, middle)
        for words, x in sides:
            for word in words:
                width = cell_len(safe(word.text))
                if word.act and 0 <= x < self.size.width:
                    found.append((word.act, self.region.offset + Offset(x, 0), width))
                x += width
        return found

    def on_click(self, event: Click) -> None:
        """Do what the clicked word is for."""
        for act, at, width in self.places():
            if at.x <= event.screen_x < at.x + width:
                self._click(act)
                return
