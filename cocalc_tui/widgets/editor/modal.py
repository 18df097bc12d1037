"""Vim's keys in a pane: hands keys to `vim.machine.Vim`, and does what is beyond the text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.events import Key

from cocalc_tui.widgets.acting import desk, perform
from cocalc_tui.widgets.editor.model import Editor
from cocalc_tui.widgets.editor.slices import Slices
from cocalc_tui.widgets.editor.vim.machine import Vim
from cocalc_tui.widgets.editor.vim.modes import TYPING
from cocalc_tui.widgets.editor.vim.registers import Registers
from cocalc_tui.widgets.keynames import canonical

if TYPE_CHECKING:
    from cocalc_tui.widgets.editor.host import TextHost

REGISTERS = Registers()
"""Of this app, so that what is taken in one text is put in another."""


class VimKeys:
    """A pane as vim's keys need it (`vim.outside.Outside`)."""

    def __init__(self, pane: TextHost) -> None:
        self._pane = pane
        self.vim = Vim(self, REGISTERS)

    @property
    def _node(self) -> Any:
        return self._pane

    @property
    def mode(self) -> str:
        """What the status line says: the mode, the line being typed, a command begun."""
        if self.vim.line is not None:
            return self.vim.line.prompt + self.vim.line.text
        register = self.vim.macros.recording
        recording = f" @{register}" if register else ""
        return f"{self.vim.mode.value}{recording} {self.vim.showing}".rstrip()

    @property
    def types(self) -> bool:
        """Whether characters that mean nothing are typed."""
        return self.vim.mode in TYPING

    def press(self, editor: Editor, event: Key) -> bool:
        """Take a key; False where it is not one of vim's."""
        plain = event.is_printable and not event.key.startswith("alt+")
        character = event.character if plain else None
        return self.vim.press(editor, character or canonical(event.key))

    def end(self, editor: Editor) -> None:
        """Leave what was begun: other keys come."""
        for _ in range(2):
            self.vim.press(editor, "escape")

    # --- Outside -------------------------------------------------------------------------------

    def act(self, name: str) -> None:
        """Do an action of the registry, where there is one of that name."""
        registry = desk(self._node).reader.keymap.registry
        if name in registry:
            perform(self._node, registry[name])

    def switch(self, name: str, *, on: bool) -> None:
        """Do an action that switches something, if it is not so already."""
        if self._pane.text_is_on(name) is not on:
            self.act(name)

    def work(self, slices: Slices) -> None:
        """Do what is done slice by slice."""
        self._pane.text_work(slices)

    def say(self, text: str) -> None:
        """Tell the person something in one line."""
        desk(self._node).notice(text)

    def rows_shown(self) -> tuple[int, int]:
        """First and last row of the text on the screen."""
        return self._pane.text_rows_shown()

    def scroll_to(self, top: int) -> None:
        """Make this the first row on the screen."""
        self._pane.text_scroll_to(top)

    def light(self, places: list[tuple[int, int]]) -> None:
        """Light up what a search found."""
        self._pane.text_light(places)

    def copied(self) -> str:
        """What is in this app's clipboard."""
        return str(self._node.app.clipboard)

    def copy(self, text: str) -> None:
        """Put text into this app's clipboard and that of the person's terminal."""
        self._node.app.copy_to_clipboard(text)

    def open(self, path: str) -> None:
        """Show another file."""
        desk(self._node).visit(path)
