"""The actions of a text file's pane, as data for the registry."""

from __future__ import annotations

from cocalc_tui.protocol.messages import Role
from cocalc_tui.widgets.actions import Action, Scope

SCOPES = (
    Scope("find", "Find", "While something is searched for in a file."),
    Scope("ask", "Asked for a line", "`12`, `12:5`, `+10`, `50%`."),
    Scope("text", "Text", "Wherever text is edited: a file, a cell, a line to search for."),
    Scope("editor", "Editor", "A text file."),
)

_MOVES = (
    ("left", "Character left", "left"),
    ("right", "Character right", "right"),
    ("up", "Row up", "up"),
    ("down", "Row down", "down"),
    ("word_left", "Word left", "ctrl+left"),
    ("word_right", "Word right", "ctrl+right"),
    ("home", "Start of line", "home"),
    ("end", "End of line", "end"),
    ("page_up", "Page up", "pageup"),
    ("page_down", "Page down", "pagedown"),
    ("paragraph_up", "Paragraph up", "ctrl+up"),
    ("paragraph_down", "Paragraph down", "ctrl+down"),
    ("top", "Start of text", "ctrl+home"),
    ("bottom", "End of text", "ctrl+end"),
)
_EDITS = (
    ("newline", "New line", ("enter",)),
    ("backspace", "Delete before", ("backspace", "shift+backspace")),
    ("delete", "Delete after", ("delete",)),
    ("delete_word_left", "Delete word before", ("ctrl+backspace", "alt+backspace")),
    ("delete_word_right", "Delete word after", ("ctrl+delete", "alt+d")),
    ("indent", "Indent", ("tab",)),
    ("dedent", "Indent less", ("shift+tab",)),
)


_EMACS = (
    ("set_mark", "Set the mark", Role.VIEWER),
    ("line_start", "Start of the line, indent and all", Role.VIEWER),
    ("exchange", "Exchange caret and mark", Role.VIEWER),
    ("kill_line", "Kill to the end of line", Role.EDITOR),
    ("kill_word", "Kill the word after", Role.EDITOR),
    ("kill_word_before", "Kill the word before", Role.EDITOR),
    ("kill_region", "Kill the selection", Role.EDITOR),
    ("copy_region", "Copy the selection as killed", Role.VIEWER),
    ("yank", "Yank what was killed", Role.EDITOR),
    ("yank_pop", "Yank what was killed before that", Role.EDITOR),
    ("transpose", "Swap two characters", Role.EDITOR),
    ("recentre", "Caret to the middle of the screen", Role.VIEWER),
)
"""Keys for these come with those of Emacs (`keysets`)."""


def _selecting(key: str) -> str:
    """The key that moves the same way and selects."""
    return key.replace("ctrl+", "ctrl+shift+") if "+" in key else f"shift+{key}"


TEXT_ACTIONS = (
    Action("text.undo", "Undo", ("ctrl+z",), "Takes back your own last step.", Role.EDITOR),
    Action("text.redo", "Redo", ("ctrl+y", "ctrl+shift+z"), needs=Role.EDITOR),
    Action("text.cut", "Cut", ("ctrl+x",), "Without a selection: the line.", Role.EDITOR),
    Action("text.copy", "Copy", ("ctrl+c",), "Without a selection: the line."),
    Action("text.paste", "Paste", ("ctrl+v",), "What was copied here.", Role.EDITOR),
    Action("text.select_all", "Select all", ("ctrl+a",)),
    Action("text.move_up", "Move line up", ("alt+up",), needs=Role.EDITOR),
    Action("text.move_down", "Move line down", ("alt+down",), needs=Role.EDITOR),
    Action("text.duplicate", "Duplicate line", ("alt+shift+down",), needs=Role.EDITOR),
    Action("text.duplicate_above", "Duplicate line above", ("alt+shift+up",), needs=Role.EDITOR),
    Action("text.delete_lines", "Delete line", ("ctrl+k", "ctrl+shift+k"), needs=Role.EDITOR),
    Action("text.join", "Join lines", ("alt+j",), needs=Role.EDITOR),
    Action("text.comment", "Comment or uncomment", ("ctrl+/",), needs=Role.EDITOR),
    Action("text.bracket", "Matching bracket", ("alt+m",), "Or the one around."),
    Action("text.shift", "Indent the line", (), needs=Role.EDITOR),
    Action("text.reindent", "Indent the lines anew", (), "By the blocks they are in.", Role.EDITOR),
    Action("text.open_below", "New line below", (), needs=Role.EDITOR),
    Action("text.open_above", "New line above", (), needs=Role.EDITOR),
    Action("text.sort", "Sort lines", (), "The selected ones, else all.", Role.EDITOR),
    Action("text.trim", "Trim line ends", (), "White space at line ends goes.", Role.EDITOR),
    Action("text.upper", "Capital letters", (), "Selection or word.", Role.EDITOR),
    Action("text.lower", "Small letters", (), "Selection or word.", Role.EDITOR),
    Action("text.caret_above", "Add a caret above", ("ctrl+alt+up",)),
    Action("text.caret_below", "Add a caret below", ("ctrl+alt+down",)),
    Action(
        "text.add_next",
        "Select the next like it",
        ("ctrl+d", "alt+n"),
        "First the word, then with one more caret where the same comes next.",
    ),
    Action("text.skip_next", "Skip to the next like it", ("alt+x",), "Not this one, the next."),
    Action("text.add_all", "Select all like it", ("alt+a", "ctrl+shift+l")),
    Action("text.split_selection", "A caret in each line", ("alt+i",), "Of the selection."),
    Action("text.drop_caret", "Drop the last caret", ("alt+p",)),
    *(
        Action(f"text.{verb}", title, (), needs=needs, palette=False)
        for verb, title, needs in _EMACS
    ),
    *(
        Action(f"text.{verb}", title, keys, needs=Role.EDITOR, palette=False)
        for verb, title, keys in _EDITS
    ),
    *(Action(f"text.{verb}", title, (key,), palette=False) for verb, title, key in _MOVES),
    *(
        Action(f"text.select_{verb}", f"{title}, selecting", (_selecting(key),), palette=False)
        for verb, title, key in _MOVES
    ),
)
"""For whatever mixes in `acts.TextActs`, a notebook's cell too."""

EDITOR_ACTIONS = (
    Action("editor.find", "Find", ("ctrl+f",), footer=3),
    Action("editor.find_back", "Find backwards", (), "From the caret to the start."),
    Action("editor.replace", "Replace", ("alt+r",), needs=Role.EDITOR),
    Action("editor.find_next", "Find next", ("f3", "ctrl+g")),
    Action("editor.find_previous", "Find previous", ("shift+f3",)),
    Action("editor.go_to_line", "Go to line", ("ctrl+l",)),
    Action("editor.wrap", "Wrap long lines", ("alt+z",), "Switches wrapping on and off."),
    Action("editor.numbers", "Line numbers", (), "Switches line numbers on and off."),
    Action("editor.marks", "White space marks", (), "Marks for spaces and tabs, or none."),
    Action(
        "editor.authors",
        "Who wrote each line",
        ("alt+e", "alt+b"),
        "Blame: names and times beside the lines, and of the caret's in the status line.",
    ),
    Action("editor.count", "Count words", (), "Of the selection, else of all."),
    Action("editor.fold", "Fold or unfold", ("alt+-",), "What is indented below, or a section."),
    Action("editor.fold_all", "Fold all", ("alt+_",)),
    Action("editor.unfold_all", "Unfold all", ("alt+=", "alt++")),
    Action("editor.deselect", "Drop the selection", ("escape",), palette=False),
    Action("find.next", "Next", ("enter", "down", "f3", "ctrl+g"), footer=1, palette=False),
    Action("find.previous", "Previous", ("up", "shift+enter", "shift+f3"), palette=False),
    Action("find.turn", "Replace, or back", ("tab", "shift+tab"), footer=2, palette=False),
    Action("find.pattern", "Regular expression", ("alt+r",), footer=3, palette=False),
    Action("find.case", "Small and capital differ", ("alt+c",), footer=4, palette=False),
    Action("find.words", "Whole words", ("alt+w",), footer=5, palette=False),
    Action(
        "find.in_selection",
        "Only in the selection",
        ("alt+l",),
        "In the lines selected before.",
        palette=False,
    ),
    Action(
        "find.replace_all",
        "Replace all",
        ("alt+a",),
        "`$1` is a group of a regular expression, `$&` what was found.",
        Role.EDITOR,
        6,
    ),
    Action("find.select_found", "A caret at each", ("alt+s",)),
    Action("find.close", "Close", ("escape",), footer=7, palette=False),
    Action("ask.accept", "Go", ("enter",), footer=1, palette=False),
    Action("ask.close", "Close", ("escape",), footer=2, palette=False),
)

ACTIONS = TEXT_ACTIONS + EDITOR_ACTIONS
