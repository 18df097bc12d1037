"""What Emacs has and other editors have not: a mark, killing and yanking, and a few ways to go.

These are actions like any other, without keys unless a person chose Emacs' (`keysets`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from textual.widget import Widget

from cocalc_tui.widgets.editor import motions
from cocalc_tui.widgets.editor.carets import Put
from cocalc_tui.widgets.editor.host import TextHost
from cocalc_tui.widgets.editor.kills import KillRing
from cocalc_tui.widgets.editor.model import Editor
from cocalc_tui.widgets.editor.motions import Motion

KILLS = KillRing()
"""Of this app."""
MARK = "mark"
YANKED = "yanked"
"""Named places of an editor: where the mark is, where the last yank began."""


class EmacsActs(TextHost):
    """Mark, kill and yank, for whatever edits text."""

    def do_set_mark(self) -> None:
        """Select from here on, until the text is changed or the selection dropped."""

        def step(editor: Editor) -> None:
            editor.go(editor.caret)
            editor.marks[MARK] = editor.caret
            editor.marking = True

        self.text_act(step)

    def do_line_start(self) -> None:
        """To where the line begins, whatever it begins with."""
        self.text_act(lambda editor: editor.move(motions.row_start))

    def do_exchange(self) -> None:
        """Go to the mark, and select what is between."""

        def step(editor: Editor) -> None:
            at = min(editor.marks.get(MARK, editor.caret), len(editor.buffer))
            editor.marks[MARK] = editor.caret
            editor.marking = False
            editor.go(editor.caret)
            editor.marking = True
            editor.go(at)

        self.text_act(step)

    def do_kill_line(self) -> None:
        """Kill to the end of line; at the end the line end itself."""
        self._kill(_line_end)

    def do_kill_word(self) -> None:
        """Kill to the end of the word."""
        self._kill(motions.word_right)

    def do_kill_word_before(self) -> None:
        """Kill to the start of the word."""
        self._kill(motions.word_left)

    def _kill(self, motion: Motion) -> None:
        def step(editor: Editor) -> None:
            at, there = editor.caret, motion(editor, editor.caret)
            low, high = min(at, there), max(at, there)
            goes_on = editor.going == "kill"
            text = KILLS.kill(editor.buffer.slice(low, high), goes_on=goes_on, before=there < at)
            editor.go(at)
            editor.put(lambda _: Put(low, high, ""), "kill", step=not goes_on)
            self._copied(text)

        self.text_act(step)

    def do_kill_region(self) -> None:
        """Kill what is selected."""
        self._take_region(lambda editor: editor.put(lambda caret: Put(*caret.selection, ""), "cut"))

    def do_copy_region(self) -> None:
        """Keep what is selected for yanking."""
        self._take_region(lambda editor: editor.go(editor.caret))

    def _take_region(self, then: Callable[[Editor], None]) -> None:
        def step(editor: Editor) -> None:
            editor.marking = False
            if editor.anchor is not None:
                self._copied(KILLS.kill(editor.selected))
                then(editor)

        self.text_act(step)

    def do_yank(self) -> None:
        """Insert what was killed last, or copied elsewhere since."""
        clipboard = cast(Widget, self).app.clipboard
        if clipboard and clipboard != KILLS.last:
            KILLS.kill(clipboard)
        self._insert(KILLS.last, again=False)

    def do_yank_pop(self) -> None:
        """Put what was killed before that in its place."""
        self._insert(KILLS.turn(), again=True)

    def _insert(self, text: str, *, again: bool) -> None:
        def step(editor: Editor) -> None:
            start, end = editor.selection
            if again:
                if editor.going != "yank":
                    return
                start = editor.marks[YANKED]
            editor.put(lambda _: Put(start, end, text), "yank", step=True)
            editor.marks[YANKED] = start

        self.text_act(step)

    def _copied(self, text: str) -> None:
        cast(Widget, self).app.copy_to_clipboard(text)

    def do_transpose(self) -> None:
        """Swap the characters around the caret."""

        def step(editor: Editor) -> None:
            line, column = editor.place()
            at = editor.caret - (column == editor.view.length(line))
            if at - editor.start_of(line) < 1:
                return
            before, after = editor.buffer.slice(at - 1, at), editor.buffer.slice(at, at + 1)
            editor.go(at)
            editor.put(lambda _: Put(at - 1, at + 1, after + before), "transpose", step=True)

        self.text_act(step)

    def do_recentre(self) -> None:
        """Scroll so that the caret is in the middle."""

        def step(editor: Editor) -> None:
            first, last = self.text_rows_shown()
            row = editor.view.place(editor.caret)[0]
            self.text_scroll_to(row - (last - first) // 2)

        self.text_act(step)


def _line_end(editor: Editor, at: int) -> int:
    end = editor.end_of(editor.buffer.row_col(at)[0])
    return end if end > at else motions.right(editor, at)
