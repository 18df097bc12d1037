"""What can be done in a file that is too large to be edited."""

from __future__ import annotations

from cocalc_tui.widgets.actions import Action, Scope

SCOPES = (Scope("large", "Large files", "Above 32 MB: to read, not to change."),)

ACTIONS = (
    Action("large.find", "Find", ("ctrl+f", "/"), "From here on.", footer=1),
    Action("large.next", "Find next", ("f3", "n", "ctrl+g"), footer=2, palette=False),
    Action("large.previous", "Find previous", ("shift+f3", "N"), palette=False),
    Action("large.go", "Go to a line", ("ctrl+l", ":"), "Or a part of the file: `50%`.", footer=3),
    Action("large.copy", "Copy", ("ctrl+c", "y"), "What is selected.", footer=5),
    Action("large.select_down", "Select a line more", ("shift+down", "J"), palette=False),
    Action("large.select_up", "Select a line less", ("shift+up", "K"), palette=False),
    Action("large.numbers", "Line numbers", ("alt+l",)),
    Action("large.stop", "Stop selecting, searching", ("escape",), palette=False),
    Action("large.up", "Up", ("up", "k"), palette=False),
    Action("large.down", "Down", ("down", "j"), palette=False),
    Action("large.page_up", "Page up", ("pageup", "b"), palette=False),
    Action("large.page_down", "Page down", ("pagedown", "space"), palette=False),
    Action("large.left", "Left", ("left", "h"), palette=False),
    Action("large.right", "Right", ("right", "l"), palette=False),
    Action("large.first", "Begin of the file", ("ctrl+home", "home", "g"), palette=False),
    Action(
        "large.last", "End of the file", ("ctrl+end", "end", "G"),
        "What is written to it then shows as it comes.", palette=False, footer=4,
    ),
)  # fmt: skip
