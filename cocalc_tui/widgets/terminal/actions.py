"""What can be done with a terminal; every other key goes to the program in it."""

from __future__ import annotations

from cocalc_tui.protocol.messages import Role
from cocalc_tui.widgets.actions import Action, Scope

SCOPES = (
    Scope("terminal", "Terminal", "All other keys go to the program; after F12 one key does not."),
)

ACTIONS = (
    Action("terminal.out", "Next key for the app", ("f12",), "F12 F6 leaves it.", footer=1),
    Action("terminal.scroll_up", "Scroll up", ("shift+pageup",), "Into what scrolled out."),
    Action("terminal.scroll_down", "Scroll down", ("shift+pagedown",)),
    Action("terminal.take_size", "My size", (), "My window has the size.", Role.RUNNER),
    Action("terminal.share_size", "Everybody's size", (), "The smallest window's.", Role.RUNNER),
    Action("terminal.copy", "Copy the screen", (), "To my clipboard."),
    Action("terminal.restart", "Start again", (), "After the program ended.", Role.RUNNER),
    Action("terminal.hang_up", "End the program", (), "It gets SIGHUP.", Role.RUNNER),
)
