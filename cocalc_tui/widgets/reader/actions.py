"""What can be done while an output is read."""

from __future__ import annotations

from cocalc_tui.protocol.messages import Role
from cocalc_tui.widgets.actions import Action, Scope

SCOPES = (Scope("output", "Output on the whole screen", "Of one cell, all of it."),)

ACTIONS = (
    Action(
        "output.find", "Find", ("/", "ctrl+f"), "In all of it, also what is not here.", footer=2
    ),
    Action("output.next_match", "Next match", ("n", "f3")),
    Action("output.previous_match", "Previous match", ("N", "shift+f3")),
    Action("output.save", "Save", ("s",), "In the project, in any of its forms.", Role.EDITOR, 3),
    Action("output.links", "Links", ("l",), "Pages to copy, lines of files to go to.", footer=4),
    Action("output.next_output", "Next output", ("]", "tab")),
    Action("output.previous_output", "Previous output", ("[", "shift+tab")),
    Action("output.go", "Go to a place", ("%",), "A number of percent."),
    Action("output.down", "Down", ("down", "j", "enter"), palette=False),
    Action("output.up", "Up", ("up", "k"), palette=False),
    Action("output.page_down", "Page down", ("pagedown", "space"), palette=False),
    Action("output.page_up", "Page up", ("pageup", "alt+space"), palette=False),
    Action("output.first", "The beginning", ("home", "g"), palette=False),
    Action("output.last", "The end", ("end", "G"), palette=False),
    Action("output.close", "Back", ("escape", "q", "w"), palette=False, footer=1),
)
