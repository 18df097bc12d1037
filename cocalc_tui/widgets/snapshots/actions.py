"""What can be done in a snapshot."""

from __future__ import annotations

from cocalc_tui.protocol.messages import Role
from cocalc_tui.widgets.actions import Action, Scope

SCOPES = (Scope("snapshot", "Snapshots", "In the list of files of a snapshot."),)

ACTIONS = (
    Action(
        "snapshot.open",
        "Open",
        ("enter", "right", "l"),
        "The folder, or the file to read.",
        footer=1,
    ),
    Action("snapshot.out", "Up", ("left", "h", "backspace"), "To the folder above.", footer=2),
    Action(
        "snapshot.differences",
        "Differences",
        ("d",),
        "Files that are others now, or gone.",
        footer=3,
    ),
    Action(
        "snapshot.restore",
        "Put back",
        ("r",),
        "What is marked as it was; what is there now is kept in a snapshot first.",
        Role.EDITOR,
        footer=4,
    ),
    Action(
        "snapshot.restore_all", "Put all back", ("R",), "The whole folder.", Role.EDITOR, footer=5
    ),
    Action(
        "snapshot.drop", "Drop", ("D",), "Take the snapshot away for good.", Role.OWNER, footer=6
    ),
    Action("snapshot.up", "Up", ("up", "k"), palette=False),
    Action("snapshot.down", "Down", ("down", "j"), palette=False),
    Action("snapshot.page_up", "Page up", ("pageup",), palette=False),
    Action("snapshot.page_down", "Page down", ("pagedown",), palette=False),
    Action("snapshot.close", "Back", ("escape", "q"), palette=False, footer=7),
)
