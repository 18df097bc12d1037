"""How large my windows of a terminal are, which its size follows.

The relay side knows one size of each app. Where somebody has two panes of one terminal, that is the
size both can show; and where its size is mine alone, that of the pane with the keyboard. Said by
each pane for itself, the one that was drawn last would count.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from textual.geometry import Size

from cocalc_tui.protocol.messages import Role
from cocalc_tui.widgets.acting import desk
from cocalc_tui.widgets.picker import Choice
from cocalc_tui.widgets.terminal.browsing import Browsing
from cocalc_tui.widgets.theme import colour

if TYPE_CHECKING:
    from cocalc_tui.protocol.events import TerminalScreen

_turns = itertools.count(1)


class Sizing(Browsing):
    """Part of the pane: telling its size, and choosing whose counts."""

    _attached = False
    _turn = 0
    """Grows with each pane that the keyboard goes to."""

    def on_resize(self) -> None:
        """Tell how large my window is, which is known only after the screen was asked for.

        A hidden pane has no size: what came meanwhile was not drawn, and is when it has one again.
        """
        self.keep_in_sight()
        self.refresh()
        self.look_changed()

    def on_hide(self) -> None:
        """The others of mine count alone."""
        self.leave_size()

    def on_focus(self) -> None:
        """Where the size is mine, it is that of the pane that I am in."""
        self._turn = next(_turns)
        if self.is_mine(self.model.screen) and len(self._mine()) > 1:
            self.look_changed()

    def leave_size(self) -> None:
        """Count no more; another pane of mine says so."""
        if others := [one for one in self._mine() if one is not self]:
            others[0].look_changed()

    def whose_changed(self, before: TerminalScreen) -> None:
        """Another size of mine counts where it became mine, or is no more."""
        if self.is_mine(before) != self.is_mine(self.model.screen) and len(self._mine()) > 1:
            self.look_changed()

    def is_mine(self, screen: TerminalScreen) -> bool:
        """Whether its size is that of my window, whoever else looks."""
        return screen.policy == "mine" and screen.size_by == desk(self).user

    def look_changed(self) -> None:
        """My window has another size or other colours, which programs may ask for."""
        if self._attached:
            self.do_ask(self.say_size())

    async def say_size(self, policy: str | None = None) -> None:
        """Tell how large my windows are; with `policy`, what is to decide on the size."""
        if desk(self).role < Role.RUNNER or not self.size.width:
            return
        alone = self.is_mine(self.model.screen) if policy is None else policy != "smallest"
        size = self._held() if alone and policy is None else self.size if alone else self._common()
        colours = colour(self, "foreground"), colour(self, "background")
        await self.terminal.size(size.width, size.height, policy, colours)

    def _mine(self) -> list[Sizing]:
        """My panes of this terminal that show."""
        panes = [one for one in self.screen.query("TerminalPane") if isinstance(one, Sizing)]
        return [one for one in panes if one.document is self.document and one.size.width]

    def _held(self) -> Size:
        """The size of the pane that has the keyboard, or had it last."""
        return max(self._mine(), key=lambda one: one._turn).size

    def _common(self) -> Size:
        sizes = [one.size for one in self._mine()]
        return Size(min(one.width for one in sizes), min(one.height for one in sizes))

    async def do_size(self) -> None:
        """Choose what decides on the size."""
        width, height = self.size
        choices = [
            Choice("smallest", "The smallest window's", "everybody sees all of it"),
            Choice("mine", f"My window's, {width}x{height}", "as it changes"),
            Choice("fixed", f"Fixed at {width}x{height}", "whoever comes and goes"),
        ]
        policy = await desk(self).pick("Whose size the terminal has", choices)
        if policy is not None:
            await self.say_size(policy)
