"""What the caret's place lights up elsewhere: the brackets around it, the fold it could close.

To find them takes longer than a key may. The caret is painted first and this is looked up a moment
later, so that holding an arrow key down costs nothing.
"""

from __future__ import annotations

from cocalc_tui.widgets.editor.brackets import pair_at
from cocalc_tui.widgets.editor.colours import Colours
from cocalc_tui.widgets.editor.folding import is_head
from cocalc_tui.widgets.editor.model import Editor
from cocalc_tui.widgets.editor.painter import Painter


class Surroundings:
    """What is lit up around the caret of an editor."""

    def __init__(self, editor: Editor, painter: Painter, colours: Colours) -> None:
        self._editor = editor
        self._painter = painter
        self._colours = colours

    def look(self) -> set[int]:
        """Light up what is around the caret now; returns the rows that may look different."""
        editor, over, left = self._editor, self._painter.over, self._painter.left
        line = editor.place()[0]
        at = line if is_head(editor.view, line, self._colours.language) else -1
        rows = {*self._bracket_rows(), *(self._row_of(one) for one in {left.folds_at, at} - {-1})}
        over.brackets, left.folds_at = self._brackets(), at
        return rows | {*self._bracket_rows()}

    def _brackets(self) -> tuple[int, int] | None:
        return pair_at(self._editor.buffer, self._editor.caret, self._colours.spans)

    def _bracket_rows(self) -> list[int]:
        view, length = self._editor.view, len(self._editor.buffer)
        return [view.place(min(one, length))[0] for one in self._painter.over.brackets or ()]

    def _row_of(self, line: int) -> int:
        return self._editor.view.top(min(line, self._editor.view.lines - 1))
