"""How a terminal's pane looks: the screen, the past with what is selected, and what stands around.

A terminal smaller than its pane has an edge, and says below whose size it has: never silently tiny.
Of a larger one the part with the cursor shows.
"""

from __future__ import annotations

from collections.abc import Callable

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from cocalc_tui.protocol.events import TerminalScreen
from cocalc_tui.protocol.messages import Role
from cocalc_tui.terminal.ending import ending
from cocalc_tui.widgets.acting import desk
from cocalc_tui.widgets.keynames import shown
from cocalc_tui.widgets.outputs.look import Look
from cocalc_tui.widgets.terminal.browsing import Browsing
from cocalc_tui.widgets.terminal.lookback import Lookback
from cocalc_tui.widgets.terminal.rows import row_painter, styled, with_cursor
from cocalc_tui.widgets.theme import colour

ENDED, AGAIN = "the program ended ({})", "; enter starts it again"


class Drawing(Browsing):
    """Part of the pane: its rows."""

    restarting = False
    """Whether the program is being started again."""
    _paint: Callable[[str], Strip] | None = None

    def render_line(self, y: int) -> Strip:
        """A row of the screen; what the terminal does not fill is ground."""
        width, ground = self.size.width, self.rich_style
        screen, look = self.model.screen, self.look
        if not screen.running and y == self.size.height - 1:
            return self._ended_row(width, ground)
        left, top = self.window
        inside = min(screen.columns, width)
        if look is not None:
            strip = self._looked_at(look, look.top + y).crop(left, left + inside)
        elif top + y < screen.lines:
            strip = self._strip(top + y).crop(left, left + inside)
        else:
            strip = self._below(y - screen.lines, inside)
        strip = strip.adjust_cell_length(inside, ground).apply_style(ground)
        if inside < width:
            strip = Strip([*strip, self._edge(y, width - inside, ground)], width)
        return strip

    def _edge(self, y: int, width: int, ground: Style) -> Segment:
        """What stands right of a terminal that is smaller than this window."""
        lines = self.size.height if self.look is not None else self.model.screen.lines
        edge = "│" if y < lines else "╯" if y == lines else " "
        return Segment(edge + " " * (width - 1), ground + self._colour("text-faint"))

    def _below(self, y: int, inside: int) -> Strip:
        """What stands below it: its edge, and why."""
        screen = self.model.screen
        whose = whose_size(screen, desk(self).user)
        size = f" {screen.columns}x{screen.lines} {whose}; {self.way('out.size')} changes it"
        text = "─" * inside if y == 0 else size if y == 1 else ""
        return Strip([Segment(text, self._colour("text-faint"))])

    def _looked_at(self, look: Lookback, line: int) -> Strip:
        """A line of the past, with what is selected and found in it."""
        strip = self._drawn(look.row(line))
        found = self._colour("warning") + Style(underline=True)
        for first, last in look.hits(line):
            strip = styled(strip, first, last, found)
        if (cells := look.selected(line)) is not None:
            last = min(cells[1], max(strip.cell_length, cells[0] + 1))
            strip = styled(strip, cells[0], last, Style(reverse=True))
        if look.caret is not None and look.caret.line == line:
            strip = with_cursor(strip, look.caret.x)
        return strip

    def _ended_row(self, width: int, ground: Style) -> Strip:
        screen = self.model.screen
        ended = ENDED.format(screen.reason or ending(screen.exit))
        if desk(self).role >= Role.RUNNER:
            ended += AGAIN
        how = ended if self.model.known and not self.restarting else "starting …"
        text = Segment(f" {how}", ground + self._colour("text-dim"))
        return Strip([text]).adjust_cell_length(width, ground)

    def _strip(self, y: int) -> Strip:
        strip = self._drawn(self.model.screen.rows.get(y, ""))
        cursor = self.model.screen.cursor
        if cursor is None or cursor[1] != y or not self.has_focus:
            return strip
        return with_cursor(strip, cursor[0])

    def _drawn(self, row: str) -> Strip:
        if self._paint is None:
            dark = self.app.current_theme.dark
            self._paint = row_painter(Look.from_theme(self.app.theme_variables, dark=dark))
        return self._paint(row)

    def _colour(self, name: str) -> Style:
        return Style(color=colour(self, name))

    def way(self, name: str) -> str:
        """The keys that do something, behind the one that leads out of the program."""
        keymap = desk(self).reader.keymap
        keys = [keymap.way_out(["terminal"]), *keymap.keys_of(name)[:1]]
        return " ".join(shown(key) for key in keys)

    def notify_style_update(self) -> None:
        """Draw in another theme."""
        super().notify_style_update()
        self._paint = None

    def on_focus(self) -> None:
        """Show the cursor."""
        self.refresh()

    def on_blur(self) -> None:
        """Show it no more."""
        self.refresh()


def whose_size(screen: TerminalScreen, me: str) -> str:
    """Why a terminal has its size, in words that follow it; `me` reads them."""
    names = filter(None, (screen.size_by, screen.lines_by))
    whose = " and ".join("you" if one == me else one for one in names)
    by = f"by {whose}" if whose else ""
    match screen.policy:
        case "mine":
            return "as you have it" if whose == "you" else f"as {whose} has it"
        case "fixed":
            return f"fixed {by}".rstrip()
    return by or "as the smallest window"
