"""What keys do to a text, as actions: for the file editor, its search line and a notebook's cell.

`TextActs` does what `actions.TEXT_ACTIONS` lists, on whichever `Editor` its widget says has the
keyboard. A widget mixes it in, answers `text_editor`, and is told by `text_moved` when caret or
text may be others than before.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from textual.widget import Widget

from cocalc_tui.widgets.acting import desk
from cocalc_tui.widgets.editor import brackets, lines, motions, several, writing
from cocalc_tui.widgets.editor.emacs import EmacsActs
from cocalc_tui.widgets.editor.host import Step
from cocalc_tui.widgets.editor.model import Editor
from cocalc_tui.widgets.editor.motions import Motion
from cocalc_tui.widgets.editor.reindenting import reindent


def _act(step: Step) -> Callable[[TextActs], None]:
    """An action that does this to the text that has the keyboard."""

    def act(self: TextActs) -> None:
        self.text_act(step)

    return act


def _moves(motion: Motion, edge: int | None = None) -> Callable[[TextActs], None]:
    return _act(lambda editor: editor.move(motion, edge=edge))


def _selects(motion: Motion) -> Callable[[TextActs], None]:
    return _act(lambda editor: editor.move(motion, select=True))


def _deletes(motion: Motion) -> Callable[[TextActs], None]:
    return _act(lambda editor: writing.delete_to(editor, motion))


def _changes(change: Callable[[str], str]) -> Callable[[TextActs], None]:
    return _act(lambda editor: writing.change_selected(editor, change, "case"))


class TextActs(EmacsActs):
    """Mixin for a widget in which text is edited."""

    # --- clipboard -----------------------------------------------------------------------------

    def do_copy(self) -> None:
        """Copy here and to the person's own terminal."""
        if (editor := self.text_editor()) is not None and (text := lines.copied(editor)):
            cast(Widget, self).app.copy_to_clipboard(text)

    def do_cut(self) -> None:
        """Copy, then delete."""

        def cut(editor: Editor) -> None:
            if text := lines.cut(editor):
                cast(Widget, self).app.copy_to_clipboard(text)

        self.text_act(cut)

    def do_paste(self) -> None:
        """Insert what was copied here."""
        text = cast(Widget, self).app.clipboard
        self.text_act(lambda editor: writing.paste(editor, text))

    # --- several carets ------------------------------------------------------------------------

    def do_caret_above(self) -> None:
        """One more caret above."""
        self.text_act(lambda editor: several.add_row(editor, -1))

    def do_caret_below(self) -> None:
        """One more caret below."""
        self.text_act(lambda editor: several.add_row(editor, 1))

    def do_add_next(self) -> None:
        """Select the same text where it comes next, too."""
        self._select_more(several.add_next)

    def do_skip_next(self) -> None:
        """Select the same text where it comes next, instead of here."""
        self._select_more(lambda editor: several.add_next(editor, skip=True))

    def do_add_all(self) -> None:
        """Select the same text everywhere."""
        self._select_more(several.add_all)

    def _select_more(self, add: Callable[[Editor], object]) -> None:
        def step(editor: Editor) -> None:
            if not add(editor):
                desk(cast(Widget, self)).notice("Nothing else like this here")

        self.text_act(step)

    # --- the rest ------------------------------------------------------------------------------

    def do_comment(self) -> None:
        """Comment the lines, or take it back."""
        language = self.text_language()
        if language.comment:
            self.text_act(lambda editor: lines.toggle_comment(editor, language.comment))
        elif (marks := language.block_comment) is not None:
            self.text_act(lambda editor: lines.toggle_block_comment(editor, *marks))

    def do_reindent(self) -> None:
        """Indent the lines anew, as the blocks and brackets that they are in ask for."""
        language = self.text_language()
        if language.blocks:
            self.text_act(lambda editor: reindent(editor, language))
        else:
            what = language.name or "plain text"
            desk(cast(Widget, self)).notice(f"How {what} is indented is not known here")

    def do_bracket(self) -> None:
        """Go to the bracket that belongs to the one at the caret, or to the one around."""

        def step(editor: Editor) -> None:
            pair = brackets.pair_at(editor.buffer, editor.caret)
            there = [pair[1]] if pair is not None else self._around(editor)
            if there:
                editor.go(there[-1])

        self.text_act(step)

    @staticmethod
    def _around(editor: Editor) -> list[int]:
        """Where brackets around the caret open, the innermost last."""
        found = (
            brackets.around(editor.buffer, editor.caret, brackets.PAIRS[at : at + 2])
            for at in (0, 2, 4)
        )
        return sorted(at for at in found if at is not None)

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

    do_newline = _act(writing.newline)
    do_backspace = _act(writing.backspace)
    do_delete = _deletes(motions.right)
    do_delete_word_left = _deletes(motions.word_left)
    do_delete_word_right = _deletes(motions.word_right)
    do_indent = _act(lines.indent)
    do_dedent = _act(lines.dedent)
    do_shift = _act(lines.shift)
    do_select_all = _act(Editor.select_all)
    do_duplicate = _act(lines.duplicate)
    do_duplicate_above = _act(lambda editor: lines.duplicate(editor, below=False))
    do_delete_lines = _act(lines.delete)
    do_move_up = _act(lambda editor: lines.move(editor, -1))
    do_move_down = _act(lambda editor: lines.move(editor, 1))
    do_join = _act(lines.join)
    do_sort = _act(lines.sort)
    do_trim = _act(lines.trim)
    do_upper = _changes(str.upper)
    do_lower = _changes(str.lower)
    do_open_below = _act(writing.open_line)
    do_open_above = _act(lambda editor: writing.open_line(editor, above=True))
    do_split_selection = _act(several.split_selection)
    do_drop_caret = _act(several.drop_last)
    do_left = _moves(motions.left, 0)
    do_right = _moves(motions.right, 1)
    do_up = _act(lambda editor: editor.vertical(-1))
    do_down = _act(lambda editor: editor.vertical(1))
    do_word_left = _moves(motions.word_left)
    do_word_right = _moves(motions.word_right)
    do_home = _moves(motions.home)
    do_end = _moves(motions.end)
    do_paragraph_up = _moves(motions.paragraph_up)
    do_paragraph_down = _moves(motions.paragraph_down)
    do_top = _moves(motions.top)
    do_bottom = _moves(motions.bottom)
    do_select_left = _selects(motions.left)
    do_select_right = _selects(motions.right)
    do_select_up = _act(lambda editor: editor.vertical(-1, select=True))
    do_select_down = _act(lambda editor: editor.vertical(1, select=True))
    do_select_word_left = _selects(motions.word_left)
    do_select_word_right = _selects(motions.word_right)
    do_select_home = _selects(motions.home)
    do_select_end = _selects(motions.end)
    do_select_paragraph_up = _selects(motions.paragraph_up)
    do_select_paragraph_down = _selects(motions.paragraph_down)
    do_select_top = _selects(motions.top)
    do_select_bottom = _selects(motions.bottom)
