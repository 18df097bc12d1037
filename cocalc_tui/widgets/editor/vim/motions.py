"""Vim's motions: which keys go where from a caret."""

from __future__ import annotations

from cocalc_tui.widgets.editor.vim import in_line, over_lines, over_text, to_places, words
from cocalc_tui.widgets.editor.vim.going import Motion

WITH_CHARACTER = ("f", "F", "t", "T", "'", "`")
"""Motions that take one more key."""
JUMPS = (
    "G",
    "gg",
    "/",
    "?",
    "n",
    "N",
    "*",
    "#",
    "g*",
    "g#",
    "%",
    "{",
    "}",
    "(",
    ")",
    "'",
    "`",
    "H",
    "M",
    "L",
)
"""Motions from which `''` goes back."""

MOTIONS: dict[str, tuple[Motion, str]] = {
    "h": (in_line.left, "left"),
    "l": (in_line.right, "right"),
    "j": (over_lines.rows(1), "line down"),
    "k": (over_lines.rows(-1), "line up"),
    "gj": (over_lines.screen_rows(1), "row down"),
    "gk": (over_lines.screen_rows(-1), "row up"),
    "backspace": (in_line.back, "left, also into the line above"),
    "space": (in_line.on, "right, also into the line below"),
    "0": (in_line.line_start, "start of line"),
    "^": (in_line.written, "first character written"),
    "$": (in_line.line_end, "end of line"),
    "g_": (in_line.last_written, "last character written"),
    "|": (in_line.column, "column"),
    "+": (over_lines.lines_on(1), "what is written a line down"),
    "-": (over_lines.lines_on(-1), "what is written a line up"),
    "_": (over_lines.this_line, "what is written in the line"),
    "gg": (over_lines.first_line, "first line, or a line by its number"),
    "G": (over_lines.last_line, "last line, or a line by its number"),
    "H": (over_lines.of_screen(0), "top of the screen"),
    "M": (over_lines.of_screen(0.5), "middle of the screen"),
    "L": (over_lines.of_screen(1), "foot of the screen"),
    "w": (lambda going: over_text.word(going, big=False), "word on"),
    "W": (lambda going: over_text.word(going, big=True), "WORD on"),
    "b": (over_text.many(lambda e, at: words.previous_start(e, at, big=False)), "word back"),
    "B": (over_text.many(lambda e, at: words.previous_start(e, at, big=True)), "WORD back"),
    "e": (
        over_text.many(lambda e, at: words.next_end(e, at, big=False), inclusive=True),
        "end of word",
    ),
    "E": (
        over_text.many(lambda e, at: words.next_end(e, at, big=True), inclusive=True),
        "end of WORD",
    ),
    "ge": (
        over_text.many(lambda e, at: words.previous_end(e, at, big=False), inclusive=True),
        "end of the word before",
    ),
    "gE": (
        over_text.many(lambda e, at: words.previous_end(e, at, big=True), inclusive=True),
        "end of the WORD before",
    ),
    "f": (in_line.finds("f"), "to a character"),
    "F": (in_line.finds("F"), "back to a character"),
    "t": (in_line.finds("t"), "before a character"),
    "T": (in_line.finds("T"), "back behind a character"),
    ";": (in_line.find_again, "the last f F t T once more"),
    ",": (in_line.find_back, "the last f F t T the other way"),
    "}": (over_text.many(words.next_paragraph, all_of=True), "paragraph on"),
    "{": (over_text.many(words.previous_paragraph, all_of=True), "paragraph back"),
    ")": (over_text.many(over_text.next_sentence), "sentence on"),
    "(": (over_text.many(over_text.previous_sentence), "sentence back"),
    "%": (to_places.partner, "the bracket that belongs to it"),
    "[(": (to_places.around("()"), "the ( around"),
    "[{": (to_places.around("{}"), "the { around"),
    "n": (to_places.searched(same_way=True), "next place found"),
    "N": (to_places.searched(same_way=False), "place found before"),
    "*": (to_places.search_word(forwards=True), "the same word on"),
    "#": (to_places.search_word(forwards=False), "the same word back"),
    "g*": (to_places.search_word(forwards=True, whole=False), "the same letters on"),
    "g#": (to_places.search_word(forwards=False, whole=False), "the same letters back"),
    "`": (to_places.mark, "a mark"),
    "'": (to_places.mark_line, "the line of a mark"),
}
"""By keys: what it does, and in words."""
ALIASES = {
    "left": "h",
    "right": "l",
    "up": "k",
    "down": "j",
    "home": "0",
    "end": "$",
    "enter": "+",
    "ctrl+j": "j",
    "ctrl+h": "backspace",
    "ctrl+left": "b",
    "ctrl+right": "w",
    "ctrl+home": "gg",
    "ctrl+end": "G",
}
"""Other keys for the same."""
