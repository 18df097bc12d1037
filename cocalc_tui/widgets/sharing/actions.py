"""What can be done in the list of people."""

from __future__ import annotations

from cocalc_tui.protocol.messages import Role
from cocalc_tui.widgets.actions import Action, Scope

SCOPES = (Scope("people", "People", "In the list of who is here and who may join."),)

ACTIONS = (
    Action("people.invite", "Invite", ("a", "n"), "A user, or @group.", Role.OWNER, footer=1),
    Action("people.role", "Role", ("enter", "r"), needs=Role.OWNER, footer=2),
    Action(
        "people.take_away", "Take away", ("d", "delete"),
        "It counts at once, for open connections too.", Role.OWNER, footer=3,
    ),
    Action("people.go", "Go there", ("g",), "To where they are.", footer=4),
    Action("people.follow", "Follow", ("f",), "Your view goes with theirs.", footer=5),
    Action("people.call", "Come here", ("h",), "Asks them to come to where you are.", footer=6),
    Action("people.copy", "Copy the line to join", ("y", "c"), "For somebody here."),
    Action("people.copy_remote", "Copy the line over ssh", ("Y",), "For somebody elsewhere."),
    Action("people.up", "Up", ("up", "k"), palette=False),
    Action("people.down", "Down", ("down", "j"), palette=False),
    Action("people.close", "Back", ("escape", "q"), palette=False, footer=7),
)  # fmt: skip
