"""What can be done in a chat."""

from __future__ import annotations

from cocalc_tui.protocol.messages import Role
from cocalc_tui.widgets.actions import Action, Scope

SCOPES = (
    Scope("chat", "Chat: writing", "While a message is written."),
    Scope("said", "Chat: messages", "While a message is marked."),
)

ACTIONS = (
    Action("chat.send", "Send", ("enter",), needs=Role.EDITOR, footer=1),
    Action("chat.newline", "New line", ("shift+enter", "ctrl+j"), palette=False),
    Action("chat.complete", "Complete the name", ("tab",), "Of who is mentioned with @."),
    Action("chat.messages", "To the messages", ("escape", "ctrl+up"), footer=2),
    Action("chat.find_said", "Find", ("ctrl+f",), "A word in all messages.", footer=3),
    Action("chat.scroll_up", "Messages a page up", ("pageup",), palette=False),
    Action("chat.scroll_down", "Messages a page down", ("pagedown",), palette=False),
    Action("said.up", "Message above", ("up", "k"), palette=False),
    Action("said.down", "Message below", ("down", "j"), palette=False),
    Action("said.page_up", "Page up", ("pageup",), palette=False),
    Action("said.page_down", "Page down", ("pagedown", "space"), palette=False),
    Action("said.first", "First message", ("home", "g"), palette=False),
    Action("said.last", "Last message", ("end", "G"), palette=False),
    Action("said.write", "Write", ("escape", "i"), "Back to the line.", footer=5),
    Action("said.follow", "Open what it points to", ("enter", "o"), footer=1),
    Action("said.reply", "Reply", ("r",), "In the message's thread.", Role.EDITOR, footer=2),
    Action("said.edit", "Edit", ("e",), "Anybody's; every version is kept.", Role.EDITOR, footer=3),
    Action("said.react", "React", ("x",), "With a sign; once more takes it back.", Role.EDITOR),
    Action("said.delete", "Delete", ("d d", "delete"), "The history keeps it.", Role.EDITOR),
    Action("said.versions", "Versions", ("v",), "All that it ever said, and who edited it."),
    Action("said.copy", "Copy", ("c", "y"), "Its text."),
    Action("said.find", "Find", ("/", "ctrl+f"), "A word in all messages.", footer=4),
    Action("said.find_next", "Find next", ("n", "f3"), "The one above it that has the word."),
    Action("said.find_previous", "Find previous", ("N", "shift+f3"), "The one below it."),
)
