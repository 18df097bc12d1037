"""A widget in which text is edited: where keys go, and what it answers for them.

It says which `Editor` has the keyboard and is told when caret or text may be others than before;
what can be done there are the actions of `acts` and `emacs`, which build on this.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, cast

from textual.events import Key, Paste
from textual.widget import Widget

from cocalc_tui.client.wire import ReadOnlyError
from cocalc_tui.protocol.messages import Role
from cocalc_tui.widgets import frames
from cocalc_tui.widgets.acting import Acting, desk, has_keyboard
from cocalc_tui.widgets.editor import writing
from cocalc_tui.widgets.editor.model import Editor
from cocalc_tui.widgets.editor.slices import Slices, at_once
from cocalc_tui.widgets.highlight import PLAIN, Language

if TYPE_CHECKING:
    from cocalc_tui.widgets.editor.modal import VimKeys

Step = Callable[[Editor], object]


class TextHost(Acting):
    """Mixin for a widget in which text is edited."""

    text_acting = False
    """Whether what happens to the text just now is done here."""
    vim_keys: VimKeys | None = None
    """Vim's keys, where a person chose them."""

    def use_keys(self, chosen: str) -> None:
        """Have the keys of a set: vim's come before those of the key map."""
        from cocalc_tui.widgets.editor.modal import VimKeys

        if self.vim_keys is not None and (editor := self.text_editor()) is not None:
            self.vim_keys.end(editor)
        self.vim_keys = VimKeys(self) if chosen == "vim" else None

    def text_editor(self) -> Editor | None:
        """The text that has the keyboard; None when there is none just now."""
        raise NotImplementedError

    def text_moved(self, editor: Editor) -> None:
        """Caret, selection or text of this editor may be others: paint, scroll, tell people."""
        raise NotImplementedError

    def text_page(self) -> int:
        """Rows of a page."""
        return 20

    def text_language(self) -> Language:
        """What the text is written in."""
        return PLAIN

    def text_is_modal(self) -> bool:
        """Whether keys are vim's just now."""
        return self.vim_keys is not None and self.text_editor() is not None

    def text_rows_shown(self) -> tuple[int, int]:
        """First and last row of the text on the screen."""
        return 0, self.text_page()

    def text_scroll_to(self, top: int) -> None:
        """Make a row of the text the first on the screen, as far as there is text."""

    def text_light(self, places: list[tuple[int, int]]) -> None:
        """Light up what a search found: start and end offsets."""

    def text_is_on(self, name: str) -> bool:
        """Whether what an action switches is on."""
        return False

    def text_act(self, step: Step) -> None:
        """Do something to the text that has the keyboard."""
        editor = self.text_editor()
        if editor is None:
            return
        before, self.text_acting = self.text_acting, True
        try:
            if isinstance(slices := step(editor), Iterator):
                self.text_work(slices)
        except ReadOnlyError as error:
            self._text_notice(str(error))
        finally:
            self.text_acting = before
        self.text_moved(editor)

    def text_work(self, slices: Slices) -> None:
        """Do what is done slice by slice; a short text is done with at once."""
        at_once(slices)

    def _text_notice(self, text: str) -> None:
        desk(cast(Widget, self)).notice(text, bad=True)

    def text_may_change(self) -> None:
        """Raise ReadOnlyError where this person may not type."""
        role = desk(cast(Widget, self)).role
        if role < Role.EDITOR:
            raise ReadOnlyError(f"Typing needs the role editor, yours is {role.name.lower()}")

    def _text_refused(self) -> bool:
        """Whether this person may not type; says so."""
        try:
            self.text_may_change()
        except ReadOnlyError as error:
            self._text_notice(str(error))
            return True
        return False

    def on_key(self, event: Key) -> None:
        """Vim's keys come first, where a person chose them."""
        widget = cast(Widget, self)
        modal = self.vim_keys is not None and self.text_is_modal() and has_keyboard(widget)
        if modal and not desk(widget).reader.pending and self._press_vim(event):
            event.stop()
            event.prevent_default()
            frames.hurry(widget)
        else:
            super().on_key(event)

    def _press_vim(self, event: Key) -> bool:
        keys, taken = self.vim_keys, True

        def step(editor: Editor) -> None:
            nonlocal taken
            if keys is not None:
                taken = keys.press(editor, event)

        self.text_act(step)
        return taken

    def typed(self, event: Key) -> bool:
        """Type a printable character; one together with alt is a key that means nothing here."""
        if self.text_editor() is None or not event.is_printable or not event.character:
            return False
        if event.key.startswith("alt+"):
            return True
        character = event.character
        if self.text_is_modal() and self.vim_keys is not None and not self.vim_keys.types:
            self._text_notice(f"`{character}` is none of the keys here, and types nothing")
            return True
        self.text_act(lambda editor: writing.type_key(editor, character))
        frames.hurry(cast(Widget, self))
        return True

    def on_paste(self, event: Paste) -> None:
        """Insert what the terminal pastes."""
        if self.text_editor() is None:
            return
        event.stop()
        self.text_act(lambda editor: writing.paste(editor, event.text))
