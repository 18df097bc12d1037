"""What keys do to a text, as actions: for the file editor, its search line and a notebook's cell.

`TextActs` does what `actions.TEXT_ACTIONS` lists, on whichever `Editor` its widget says has the
keyboard. A widget mixes it in, answers `text_editor`, and is told by `text_moved` when caret or
text may be others than before.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from textual.events import Key, Paste
from textual.widget import Widget

from cocalc_tui.client.document import ReadOnlyError
from cocalc_tui.protocol.messages import Role
from cocalc_tui.widgets import frames
from cocalc_tui.widgets.acting import Acting, desk
from cocalc_tui.widgets.editor.model import Editor

Step = Callable[[Editor], object]


def _act(step: Step) -> Callable[[TextActs], None]:
    """An action that does this to the text that has the keyboard."""

    def act(self: TextActs) -> None:
        self.text_act(step)

    return act


def _selects(step: Callable[..., object]) -> Callable[[TextActs], None]:
    return _act(lambda editor: step(editor, select=True))


class TextActs(Acting):
    """Mixin for a widget in which text is edited."""

    def text_editor(self) -> Editor | None:
        """The text that has the keyboard; None when there is none just now."""
        raise NotImplementedError

    def text_moved(self, editor: Editor) -> None:
        """Caret, selection or text of this editor may be others: paint, scroll, tell people."""
        raise NotImplementedError

    def text_page(self) -> int:
        """Rows of a page."""
        return 20

    def text_comment(self) -> str:
        """What makes a line a comment here; "" for nothing."""
        return ""

    def text_act(self, step: Step) -> None:
        """Do something to the text that has the keyboard."""
        editor = self.text_editor()
        if editor is None:
            return
        try:
            step(editor)
        except ReadOnlyError as error:
            self._text_notice(str(error))
        self.text_moved(editor)

    def _text_notice(self, text: str) -> None:
        desk(cast(Widget, self)).notice(text, bad=True)

    def _text_refused(self) -> bool:
        """Whether this person may not type; says so."""
        role = desk(cast(Widget, self)).role
        if role >= Role.EDITOR:
            return False
        self._text_notice(f"Typing needs the role editor, yours is {role.name.lower()}")
        return True

    def typed(self, event: Key) -> bool:
        """Type a printable character."""
        if self.text_editor() is None or not event.is_printable or not event.character:
            return False
        character = event.character
        if not self._text_refused():
            self.text_act(lambda editor: editor.insert(character))
            frames.hurry(cast(Widget, self))
        return True

    def on_paste(self, event: Paste) -> None:
        """Insert what the terminal pastes."""
        if self.text_editor() is None:
            return
        event.stop()
        if not self._text_refused():
            self.text_act(lambda editor: editor.paste(event.text))

    # --- clipboard -----------------------------------------------------------------------------

    def do_copy(self) -> None:
        """Copy here and to the person's own terminal."""
        if (editor := self.text_editor()) is not None and (text := editor.copied()):
            cast(Widget, self).app.copy_to_clipboard(text)

    def do_cut(self) -> None:
        """Copy, then delete."""

        def cut(editor: Editor) -> None:
            if text := editor.cut_lines():
                cast(Widget, self).app.copy_to_clipboard(text)

        self.text_act(cut)

    def do_paste(self) -> None:
        """Insert what was copied here."""
        text = cast(Widget, self).app.clipboard
        self.text_act(lambda editor: editor.paste(text))

    # --- the rest ------------------------------------------------------------------------------

    def do_comment(self) -> None:
        """Comment the lines, or take it back."""
        if mark := self.text_comment():
            self.text_act(lambda editor: editor.toggle_comment(mark))

    def do_page_up(self) -> None:
        """A page up."""
        self.text_act(lambda editor: editor.vertical(-self.text_page()))

    def do_page_down(self) -> None:
        """A page down."""
        self.text_act(lambda editor: editor.vertical(self.text_page()))

    def do_select_page_up(self) -> None:
        """A page up, selecting."""
        self.text_act(lambda editor: editor.vertical(-self.text_page(), select=True))

    def do_select_page_down(self) -> None:
        """A page down, selecting."""
        self.text_act(lambda editor: editor.vertical(self.text_page(), select=True))

    do_newline = _act(Editor.newline)
    do_backspace = _act(Editor.backspace)
    do_delete = _act(Editor.delete)
    do_delete_word_left = _act(Editor.delete_word_left)
    do_delete_word_right = _act(Editor.delete_word_right)
    do_indent = _act(Editor.indent)
    do_dedent = _act(Editor.dedent)
    do_select_all = _act(Editor.select_all)
    do_duplicate = _act(Editor.duplicate_lines)
    do_delete_lines = _act(Editor.delete_lines)
    do_move_up = _act(lambda editor: editor.move_lines(-1))
    do_move_down = _act(lambda editor: editor.move_lines(1))
    do_left = _act(Editor.left)
    do_right = _act(Editor.right)
    do_up = _act(lambda editor: editor.vertical(-1))
    do_down = _act(lambda editor: editor.vertical(1))
    do_word_left = _act(Editor.word_left)
    do_word_right = _act(Editor.word_right)
    do_home = _act(Editor.home)
    do_end = _act(Editor.end)
    do_top = _act(lambda editor: editor.go(0))
    do_bottom = _act(lambda editor: editor.go(len(editor.buffer)))
    do_select_left = _selects(Editor.left)
    do_select_right = _selects(Editor.right)
    do_select_up = _act(lambda editor: editor.vertical(-1, select=True))
    do_select_down = _act(lambda editor: editor.vertical(1, select=True))
    do_select_word_left = _selects(Editor.word_left)
    do_select_word_right = _selects(Editor.word_right)
    do_select_home = _selects(Editor.home)
    do_select_end = _selects(Editor.end)
    do_select_top = _act(lambda editor: editor.go(0, select=True))
    do_select_bottom = _act(lambda editor: editor.go(len(editor.buffer), select=True))
