"""What can be done in the past."""

from __future__ import annotations

from cocalc_tui.protocol.messages import Role
from cocalc_tui.widgets.actions import Action, Scope

SCOPES = (Scope("history", "History", "Steps go from one burst of one person to the next."),)

ACTIONS = (
    Action("history.earlier", "Earlier", ("left", "h"), palette=False, footer=1),
    Action("history.later", "One step on", ("right", "l"), palette=False),
    Action("history.ten_earlier", "Ten steps back", ("shift+left", "H"), palette=False),
    Action("history.ten_later", "Ten steps on", ("shift+right", "L"), palette=False),
    Action("history.author_earlier", "To somebody else, back", ("ctrl+left", "a"), palette=False),
    Action("history.author_later", "To somebody else, on", ("ctrl+right", "A"), palette=False),
    Action("history.patch_earlier", "One patch back", (",",), palette=False),
    Action("history.patch_later", "One patch on", (".",), palette=False),
    Action("history.pause_earlier", "To a pause, back", ("[",), palette=False),
    Action("history.pause_later", "To a pause, on", ("]",), palette=False),
    Action("history.day_earlier", "A day back", ("{",), palette=False),
    Action("history.day_later", "A day on", ("}",), palette=False),
    Action("history.first", "The beginning", ("home", "g"), palette=False),
    Action("history.last", "Now", ("end", "G"), palette=False),
    Action("history.go", "Go to a version or a time", (":",), "14:02, yesterday 14:00, 120."),
    Action(
        "history.difference", "Changes", ("d",), "To the step before, or to the mark.", footer=2
    ),
    Action("history.beside", "Side by side", ("s",), "Or in one column."),
    Action("history.mark", "Mark", ("v",), "The other end of what is compared."),
    Action("history.with_now", "Since then", ("=",), "What came and went since then."),
    Action("history.blame", "Who wrote it", ("b",), footer=3),
    Action("history.zoom", "Whole time line", ("z",), "Of a long one; or what is near again."),
    Action("history.play", "Play", ("space",), "And stop.", footer=5),
    Action("history.faster", "Play faster", ("+",), palette=False),
    Action("history.slower", "Play slower", ("-",), palette=False),
    Action("history.person", "One person", ("p",), "Step through what one person did."),
    Action("history.find", "Find", ("/",), "When a text came or went, going back.", footer=4),
    Action("history.find_earlier", "Find further back", ("n",), palette=False),
    Action("history.find_later", "Find going on", ("N",), palette=False),
    Action("history.commits", "Git commits", ("C",), "That changed the file; and back."),
    Action("history.snapshots", "Snapshots", ("S",), "In which the file changed; and back."),
    Action(
        "history.restore",
        "Restore",
        ("r",),
        "As a new step, which can be undone.",
        Role.EDITOR,
        footer=6,
    ),
    Action(
        "history.restore_part",
        "Restore lines or cell",
        ("R",),
        "The selected lines (shift+up, shift+down), or the cell that is marked.",
        Role.EDITOR,
    ),
    Action(
        "history.purge",
        "Purge history",
        ("P",),
        "Forget it all for good: a new log begins with what is there now.",
        Role.OWNER,
    ),
    Action("history.copy", "Copy", ("c", "y"), "The selected lines, or all as it was."),
    Action("history.save_copy", "Open as a copy", ("o",), "A new file beside it.", Role.EDITOR),
    Action("history.up", "Up", ("up", "k"), palette=False),
    Action("history.down", "Down", ("down", "j"), palette=False),
    Action("history.select_up", "Select up", ("shift+up", "K"), palette=False),
    Action("history.select_down", "Select down", ("shift+down", "J"), palette=False),
    Action("history.page_up", "Page up", ("pageup",), palette=False),
    Action("history.page_down", "Page down", ("pagedown",), palette=False),
    Action("history.close", "Back", ("escape", "q", "f4"), palette=False, footer=7),
)
