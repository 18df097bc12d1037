"""A widget in which what is done to very many lines goes on slice by slice.

Others' typing, drawing and all that is not this text come between the slices. What I do to the
text meanwhile waits, so that keys mean what they would after it, and one undo takes all of it back;
escape ends it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from time import monotonic
from typing import cast

from textual.events import Key
from textual.widget import Widget

from cocalc_tui.client.wire import ReadOnlyError
from cocalc_tui.widgets.acting import desk
from cocalc_tui.widgets.editor.acts import TextActs
from cocalc_tui.widgets.editor.host import Step
from cocalc_tui.widgets.editor.model import Editor
from cocalc_tui.widgets.editor.slices import Slices, at_once

BUSY, REST = 0.006, 0.005
"""Seconds that slices take, and that others have then."""


class Slicing(TextActs):
    """Mixin for a widget that stays with one text."""

    editor: Editor
    _slices: Slices | None = None
    """What goes on."""
    _done = 0.0
    _waiting: list[Callable[[], object]]
    """What I did meanwhile."""

    def later(self, seconds: float, do: Callable[[], None]) -> asyncio.TimerHandle:
        """Do something after a while."""
        raise NotImplementedError

    def slicing(self) -> str:
        """How far it is, for the status line; "" where nothing goes on."""
        return f"{self._done:.0%} done, esc stops" if self._slices is not None else ""

    def text_act(self, step: Step) -> None:
        """Do something to the text, after what is being done to it."""
        if self._slices is not None and self.text_editor() is self.editor:
            self.after_slices(partial(self.text_act, step))
        else:
            super().text_act(step)

    def after_slices(self, do: Callable[[], object]) -> None:
        """Do something, after what goes on."""
        if self._slices is not None:
            self._waiting.append(partial(self.after_slices, do))
        else:
            do()

    def text_work(self, slices: Slices) -> None:
        """Do a slice, and the others later; where vim plays keys, all at once."""
        if self.vim_keys is not None and self.vim_keys.vim.playing:
            at_once(slices)
            return
        self._slices, self._waiting = slices, []
        self.slice_on()

    def slice_on(self) -> None:
        """Do a few slices, if any are left."""
        if self._slices is None:
            return
        until = monotonic() + BUSY
        try:
            for done in self._slices:
                self._done = done
                if monotonic() > until:
                    self.later(REST, self.slice_on)
                    desk(cast(Widget, self)).bars_changed()
                    return
        except ReadOnlyError as error:
            self._text_notice(str(error))
        self._worked()

    def _worked(self) -> None:
        """Nothing goes on any more: what waited is done now, which may begin something anew."""
        self._slices, waiting = None, self._waiting
        for do in waiting:
            do()
        desk(cast(Widget, self)).bars_changed()

    def stop_slicing(self) -> None:
        """Leave the rest as it is."""
        self.editor.spans = []
        desk(cast(Widget, self)).notice(
            f"Stopped at {self._done:.0%}; undo takes back what is done"
        )
        self._worked()

    def finish_slicing(self) -> None:
        """Do all that is left at once: the widget goes."""
        if self._slices is not None:
            at_once(self._slices)
            self._worked()

    # --- keys ----------------------------------------------------------------------------------

    def on_key(self, event: Key) -> None:
        """Escape ends what goes on."""
        if self._slices is not None and event.key == "escape":
            event.stop()
            event.prevent_default()
            self.stop_slicing()
        else:
            super().on_key(event)

    def _press_vim(self, event: Key) -> bool:
        """Vim's keys wait, too; those that are the app's do not."""
        if self._slices is None:
            return super()._press_vim(event)
        if desk(cast(Widget, self)).reader.keymap.find(("app",), (event.key,)) is not None:
            return False
        self._waiting.append(partial(self._press_vim, event))
        return True
