"""What can be done with a terminal; every other key goes to the program in it."""

from __future__ import annotations

from cocalc_tui.protocol.messages import Role
from cocalc_tui.widgets.actions import Action, Scope

SCOPES = (
    Scope("terminal", "Terminal", "All other keys go to the program; after F12 one key does not."),
    Scope("replay", "What a terminal showed", "F12 F4 in a terminal."),
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
    Action("replay.earlier", "One screen back", ("left", "h"), palette=False, footer=1),
    Action("replay.later", "One screen on", ("right", "l"), palette=False, footer=2),
    Action("replay.ten_earlier", "Ten screens back", ("shift+left", "H"), palette=False),
    Action("replay.ten_later", "Ten screens on", ("shift+right", "L"), palette=False),
    Action("replay.typist_earlier", "To who typed before", ("ctrl+left", "a"), palette=False),
    Action("replay.typist_later", "To who typed after", ("ctrl+right", "A"), palette=False),
    Action("replay.rest_earlier", "To the rest before", ("[",), palette=False),
    Action("replay.rest_later", "To the next rest", ("]",), palette=False),
    Action("replay.day_earlier", "A day back", ("{",), palette=False),
    Action("replay.day_later", "A day on", ("}",), palette=False),
    Action("replay.first", "The beginning", ("home", "g"), palette=False),
    Action("replay.last", "Now", ("end", "G"), palette=False),
    Action("replay.go", "Go to a time", (":",), "14:02, yesterday 14:00, 5 min ago."),
    Action("replay.play", "Play", ("space",), "And stop. Long rests are made short.", footer=3),
    Action("replay.faster", "Faster", ("f", "+"), "1, 2, 4, 16 times.", palette=False),
    Action("replay.find", "Find", ("/",), "Where a text was shown, going back.", footer=4),
    Action("replay.find_earlier", "The same, before", ("n",), palette=False),
    Action("replay.find_later", "The same, after", ("N",), palette=False),
    Action("replay.copy", "Copy", ("c", "y"), "The screen as it was."),
    Action("replay.close", "Back", ("escape", "q", "f4"), palette=False, footer=5),
)
