"""F1: what the keys do where one is, from the registry; and other things to read in a list."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from rich.style import Style
from textual.app import ComposeResult
from textual.containers import Vertical

from cocalc_tui.widgets.acting import Acting, desk
from cocalc_tui.widgets.actions import Keymap
from cocalc_tui.widgets.bars import Bar
from cocalc_tui.widgets.glyphs import safe
from cocalc_tui.widgets.keynames import shown
from cocalc_tui.widgets.modal import Modal
from cocalc_tui.widgets.outputs.rows import wrap
from cocalc_tui.widgets.report import footer_words
from cocalc_tui.widgets.rows import Row, Rows
from cocalc_tui.widgets.theme import colour

KEYS_ROOM = 22
"""Columns for the keys; of more keys than fit only the first is shown."""
AROUND = 6
"""Rows of the screen that are not for lines."""
WIDTH, MOST_WIDTH = 90, 96
"""Of the dialog: columns, and at most so much of the screen in percent."""
MARGIN = 8
"""Columns of it in which no line stands."""
Line = tuple[str, str, str]
"""Keys, title, more; a heading has no keys and no more."""


def lines_for(keymap: Keymap, scopes: Sequence[str]) -> list[Line]:
    """Every action that has a key here, under a heading per scope; each key only once."""
    lines: list[Line] = []
    for name in scopes:
        found = [_line(keymap, scopes, action.name) for action in keymap.registry.of([name])]
        if any(found):
            scope = keymap.registry.scopes[name]
            lines += [("", "", "")] * bool(lines)
            lines += [("", scope.title, "")]
            lines += [line for line in found if line is not None]
    return lines


def _line(keymap: Keymap, scopes: Sequence[str], name: str) -> Line | None:
    action = keymap.registry[name]
    keys = [
        shown(one)
        for one in keymap.keys_of(name)
        if keymap.find(scopes, tuple(one.split())) is action
    ]
    if not keys:
        return None
    both = "  ".join(keys[:2])
    return (both if len(both) <= KEYS_ROOM else keys[0], action.title, action.help)


def as_lines(text: str, screen: int) -> list[Line]:
    """A text as lines of `Reading`, broken where they would be cut on a screen of this width."""
    room = min(WIDTH, screen * MOST_WIDTH // 100) - MARGIN
    rows = [row.text for line in text.split("\n") for row in wrap([Segment(safe(line))], room)]
    return [("", row, " ") for row in rows]


class Lines(Rows, can_focus=True):
    """Lines to read."""

    DEFAULT_CSS = "Lines { height: auto; background: $panel; }"

    def __init__(self, lines: Sequence[Line]) -> None:
        super().__init__()
        self._lines = lines
        self._room = max((len(keys) for keys, _, _ in lines), default=0)

    def count(self) -> int:
        """A row each."""
        return len(self._lines)

    def get_content_height(self, *_: object) -> int:
        """A row each."""
        return self.count()

    def mark_shows(self) -> bool:
        """Nothing is chosen here."""
        return False

    def row(self, index: int) -> Row:
        """Keys, title, more."""
        keys, title, more = self._lines[index]
        accent, dim = colour(self, "accent"), Style(color=colour(self, "text-dim"))
        if not keys and not more:
            return Row([(f" {title}", Style(color=colour(self, "text-bright"), bold=True))])
        room = min(self._room, KEYS_ROOM)
        title_style = Style(color=colour(self, "foreground"))
        return Row(
            [(f" {keys:>{room}}  ", Style(color=accent)), (f"{title}  ", title_style), (more, dim)]
        )


class Reading(Acting, Modal[None], inherit_bindings=False):
    """Something to read."""

    DEFAULT_CSS = f"""
    Reading {{ align: center middle; overflow: hidden; background: $background 50%; }}
    Reading > Vertical {{
        width: {WIDTH}; max-width: {MOST_WIDTH}%; height: auto; padding: 1 1 0 1;
        background: $panel;
    }}
    Reading Bar {{ background: $panel; margin-top: 1; }}
    """

    def __init__(self, lines: Sequence[Line]) -> None:
        super().__init__()
        self._lines = Lines(lines)

    def compose(self) -> ComposeResult:
        """The lines, and how to go on."""
        with Vertical():
            yield self._lines
            yield Bar()

    def on_mount(self) -> None:
        """Say the keys."""
        self.query_one(Bar).say(footer_words(desk(self).reader, self.scopes()))

    def scopes(self) -> Sequence[str]:
        """Its own."""
        return ("reading",)

    def on_resize(self) -> None:
        """Leave room for the foot."""
        self._lines.styles.max_height = max(self.app.size.height - AROUND, 1)

    def _scroll(self, rows: int) -> None:
        self._lines.scroll_relative(y=rows, animate=False)

    def do_up(self) -> None:
        """A line up."""
        self._scroll(-1)

    def do_down(self) -> None:
        """A line down."""
        self._scroll(1)

    def do_page_up(self) -> None:
        """A page up."""
        self._scroll(-self._lines.page())

    def do_page_down(self) -> None:
        """A page down."""
        self._scroll(self._lines.page())

    def do_first(self) -> None:
        """To the first line."""
        self._scroll(-self._lines.count())

    def do_last(self) -> None:
        """To the last line."""
        self._scroll(self._lines.count())

    def do_close(self) -> None:
        """Go back."""
        self.dismiss(None)
