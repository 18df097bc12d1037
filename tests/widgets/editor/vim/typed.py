"""A text in which vim's keys are typed."""

from __future__ import annotations

import re
from collections.abc import Callable

from cocalc_tui.widgets.editor.carets import Caret
from cocalc_tui.widgets.editor.slices import Slices, at_once
from cocalc_tui.widgets.editor.vim.machine import Vim
from cocalc_tui.widgets.editor.vim.registers import Registers
from tests.widgets.editor.texts import Written

_KEY = re.compile(r"<([a-z][a-z+-]*[a-z\]])>|(.)", re.DOTALL)
_NAMES = {"esc": "escape", "cr": "enter", "bs": "backspace", "lt": "<", "del": "delete"}


def keys_of(text: str) -> list[str]:
    """Keys as vim's manual writes them: `dw<esc><c-v>`."""
    found: list[str] = []
    for name, character in _KEY.findall(text):
        if character:
            found.append(character)
        elif name.startswith("c-"):
            found.append(f"ctrl+{name[2:]}")
        else:
            found.append(_NAMES.get(name, name))
    return found


class Typed(Written):
    """A text with one caret, and a pane of twenty rows that it is in."""

    def __init__(self, marked: str, *, registers: Registers | None = None) -> None:
        super().__init__(marked, opens="")
        self.editor.leaves = None
        self.vim = Vim(self, registers or Registers())
        self.acts: list[str] = []
        self.said: list[str] = []
        self.lit: list[tuple[int, int]] = []
        self.opened: list[str] = []
        self.clipboard = ""
        self.top = 0
        self._switched: dict[str, bool] = {}

    def type(self, keys: str) -> Typed:
        for key in keys_of(keys):
            taken = self.vim.press(self.editor, key)
            assert taken or key in ("escape", "up", "down", "left", "right"), key
        return self

    @property
    def line(self) -> str | None:
        """What is typed behind `:` or `/`; None where nothing is."""
        return self.vim.line.text if self.vim.line is not None else None

    # --- what the machine asks of a pane -------------------------------------------------------

    def act(self, name: str) -> None:
        self.acts.append(name)
        undo: dict[str, Callable[[], object]] = {
            "text.undo": self.document.undo,
            "text.redo": self.document.redo,
        }
        if name in undo:
            undo[name]()

    def switch(self, name: str, *, on: bool) -> None:
        self.acts.append(f"{name} {'on' if on else 'off'}")

    def work(self, slices: Slices) -> None:
        at_once(slices)

    def say(self, text: str) -> None:
        self.said.append(text)

    def rows_shown(self) -> tuple[int, int]:
        return self.top, self.top + 19

    def scroll_to(self, top: int) -> None:
        self.top = max(0, min(top, self.editor.view.height - 20))

    def light(self, places: list[tuple[int, int]]) -> None:
        self.lit = places

    def copied(self) -> str:
        return self.clipboard

    def copy(self, text: str) -> None:
        self.clipboard = text

    def open(self, path: str) -> None:
        self.opened.append(path)

    def at(self, line: int, column: int) -> Typed:
        """Put the caret at a line and column."""
        caret = Caret(self.editor.buffer.offset(line, column))
        self.editor.set_carets([caret], caret)
        return self
