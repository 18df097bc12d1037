"""What can be done while all files are searched."""

from __future__ import annotations

from cocalc_tui.protocol.messages import Role
from cocalc_tui.widgets.actions import Action, Scope

SCOPES = (
    Scope("search", "Search in all files", "In the lines that ask what to find, and where."),
    Scope("found", "Found in all files", "In the list of what was found."),
    Scope("replace", "Replace in all files", "In the same list, where no chats were searched."),
)

ACTIONS = (
    Action("search.go", "Search", ("enter", "down"), "And go to what is found.", footer=1),
    Action("search.turn", "The next line", ("tab",), "Replace, in which files.", footer=2),
    Action("search.turn_back", "The line before", ("shift+tab",), palette=False),
    Action("search.pattern", "Regular expression", ("alt+r",), footer=3),
    Action("search.case", "Small and capital differ", ("alt+c",), footer=4),
    Action("search.words", "Whole words", ("alt+w",), footer=5),
    Action("search.hidden", "Hidden files, too", ("alt+h",)),
    Action("search.ignored", "Ignored files, too", ("alt+g",), "What `.gitignore` names."),
    Action("search.chats", "Chats, no other files", ("alt+u",), "What was said."),
    Action("search.close", "Close", ("escape", "ctrl+w"), palette=False, footer=6),
    Action("found.open", "Open there", ("enter",), footer=1, palette=False),
    Action("found.peek", "Show, and stay here", ("space",), footer=2),
    Action(
        "found.take_back", "Take the replacing back", ("u",),
        "The last one, in all its files; what was typed since stays.", Role.EDITOR,
    ),
    Action("found.drop", "Leave out", ("d", "delete"), "It is not replaced then.", footer=5),
    Action("found.context", "More lines around", ("c",), "None, one, three."),
    Action("found.next_file", "Next file", ("]", "n"), palette=False),
    Action("found.previous_file", "Previous file", ("[", "p"), palette=False),
    Action("found.up", "Up", ("up", "k"), palette=False),
    Action("found.down", "Down", ("down", "j"), palette=False),
    Action("found.page_up", "Page up", ("pageup",), palette=False),
    Action("found.page_down", "Page down", ("pagedown",), palette=False),
    Action("found.first", "First", ("home", "g"), palette=False),
    Action("found.last", "Last", ("end", "G"), palette=False),
    Action("found.ask", "Search for something else", ("/", "tab"), palette=False),
    Action("found.close", "Close", ("escape", "q", "ctrl+w"), palette=False, footer=6),
    Action(
        "replace.one", "Replace", ("r",), "This place; on a file's name all in it.",
        Role.EDITOR, footer=3,
    ),
    Action("replace.file", "Replace in the file", ("R",), needs=Role.EDITOR),
    Action(
        "replace.all", "Replace all", ("a", "alt+a"),
        "All that is listed. In each file it is one step for undo.", Role.EDITOR, footer=4,
    ),
)  # fmt: skip
