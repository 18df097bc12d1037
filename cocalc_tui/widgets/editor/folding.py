"""What can be folded: lines indented deeper, sections under a heading, environments.

It is told from the lines alone, so that every language folds, with a grammar or without, and only
the lines of the fold are looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cocalc_tui.widgets.editor.folds import Range
from cocalc_tui.widgets.editor.model import Editor
from cocalc_tui.widgets.editor.view import View
from cocalc_tui.widgets.highlight import Language

MOST = 200_000
"""Lines that `fold all` looks at."""
_HEADING = {
    "markdown": re.compile(r"(#{1,6})\s"),
    "tex": re.compile(r"\s*\\(part|chapter|section|subsection|subsubsection|paragraph)\b"),
}
_LEVELS = ("part", "chapter", "section", "subsection", "subsubsection", "paragraph")
_BEGINS = re.compile(r"\s*\\begin\{([^}]*)\}")
_FENCE = re.compile(r"\s*(```+|~~~+)")


def fold_at(view: View, line: int, language: Language) -> Range | None:
    """What folds below a line: head and last line; None for nothing."""
    text = view.head(line)
    if (level := _level(text, language)) is not None:
        last = _section_end(view, line, level, language)
    elif language.name == "markdown" and (fence := _FENCE.match(text)) is not None:
        last = _until(view, line, re.compile(rf"\s*{re.escape(fence[1])}\s*$"))
    elif language.name == "tex" and (begins := _BEGINS.match(text)) is not None:
        last = _until(view, line, re.compile(rf"\s*\\end\{{{re.escape(begins[1])}\}}"))
    else:
        last = _block_end(view, line)
    return (line, last) if last > line else None


def is_head(view: View, line: int, language: Language) -> bool:
    """Whether something folds below a line, at the cost of a look at the next ones."""
    text = view.head(line)
    if _level(text, language) is not None or _BEGINS.match(text) or _FENCE.match(text):
        return fold_at(view, line, language) is not None
    indent = _indent(text, view.tab)
    for row in range(line + 1, min(line + 20, view.lines)):
        other = _indent(view.head(row), view.tab)
        if indent is not None and other is not None:
            return other > indent
    return False


def _level(text: str, language: Language) -> int | None:
    pattern = _HEADING.get(language.name)
    found = pattern.match(text) if pattern is not None else None
    if found is None:
        return None
    return _LEVELS.index(found[1]) if found[1] in _LEVELS else len(found[1])


def _section_end(view: View, line: int, level: int, language: Language) -> int:
    """The last line before the next heading as high."""
    for row in range(line + 1, view.lines):
        other = _level(view.head(row), language)
        if other is not None and other <= level:
            return _without_blanks(view, line, row - 1)
    return _without_blanks(view, line, view.lines - 1)


def _until(view: View, line: int, ends: re.Pattern[str]) -> int:
    for row in range(line + 1, view.lines):
        if ends.match(view.head(row)):
            return row
    return line


def _block_end(view: View, line: int) -> int:
    """The last of the lines that are indented deeper, with a closing bracket behind them."""
    indent = _indent(view.head(line), view.tab)
    if indent is None:
        return line
    last = line
    for row in range(line + 1, view.lines):
        other = _indent(view.head(row), view.tab)
        if other is None:
            continue
        if other <= indent:
            closes = other == indent and view.head(row).lstrip()[:1] in (")", "]", "}")
            return row if closes and last > line else last
        last = row
    return last


def _indent(text: str, tab: int) -> int | None:
    """Cells of white space a line begins with; None for one with nothing else."""
    written = text.lstrip()
    if not written:
        return None
    return len(text[: len(text) - len(written)].expandtabs(tab))


def _without_blanks(view: View, first: int, last: int) -> int:
    while last > first and not view.head(last).strip():
        last -= 1
    return last


def all_folds(view: View, language: Language) -> Iterator[Range]:
    """Everything that folds, from the top; not what lies within another."""
    line = 0
    last = min(view.lines, MOST)
    while line < last:
        found = fold_at(view, line, language)
        if found is not None:
            yield found
            line = found[1]
        line += 1


def fold_around(view: View, line: int, language: Language) -> Range | None:
    """What folds at a line, else the innermost fold that it is in."""
    found = fold_at(view, line, language)
    row = line - 1
    while found is None and row >= 0 and line - row < 5_000:
        around = fold_at(view, row, language) if _may_hold(view, row, line) else None
        if around is not None and around[1] >= line:
            found = around
        row -= 1
    return found


def _may_hold(view: View, head: int, line: int) -> bool:
    """Whether a line is written less deep than another, or is a heading, as a fold's head is."""
    one, other = _indent(view.head(head), view.tab), _indent(view.head(line), view.tab)
    return one is not None and (other is None or one < other or one == 0)


def toggle(editor: Editor, language: Language) -> bool:
    """Fold what is at the caret or around it, or unfold it; False where nothing folds."""
    view, line = editor.view, editor.place()[0]
    if view.folds.last(line) is not None:
        view.fold(one for one in view.folds if one[0] != line)
        return True
    found = fold_around(view, line, language)
    if found is None:
        return False
    view.fold([*view.folds, found])
    if line > found[0]:
        editor.go(editor.end_of(found[0]))
    return True
