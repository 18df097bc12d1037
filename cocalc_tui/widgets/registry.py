"""All scopes and actions of the app, put together from its parts."""

from __future__ import annotations

from functools import cache

from cocalc_tui.protocol.messages import Role
from cocalc_tui.widgets.actions import Action, Registry, Scope
from cocalc_tui.widgets.chat import actions as chat
from cocalc_tui.widgets.editor import actions as editor
from cocalc_tui.widgets.history import actions as history
from cocalc_tui.widgets.large import actions as large
from cocalc_tui.widgets.notebook import actions as notebook
from cocalc_tui.widgets.reader import actions as reader
from cocalc_tui.widgets.searching import actions as searching
from cocalc_tui.widgets.sharing import actions as sharing
from cocalc_tui.widgets.snapshots import actions as snapshots
from cocalc_tui.widgets.terminal import actions as terminal

PARTS = (
    editor,
    large,
    notebook,
    reader,
    chat,
    searching,
    snapshots,
    sharing,
    terminal,
    history,
)
"""Modules that have `SCOPES` and `ACTIONS` of their own."""

SCOPES = (
    Scope("app", "Everywhere"),
    Scope("tile", "Tiles and tabs", "ctrl+t, then one more key."),
    Scope("files", "Files", "In the side bar's list of files."),
    Scope("small", "A window in which nothing fits"),
    Scope("line", "A line that is asked for", "A name, a path."),
    Scope("sure", "Yes or no"),
    Scope("reading", "Something to read", "Help, what was said."),
    Scope("kept", "Work that was not taken", "One copy of it."),
    Scope("choose", "A list to choose from", "Files, commands, kernels; type to make it shorter."),
)

APP = (
    Action("app.palette", "Commands", ("ctrl+p",), "All that can be done here.", footer=6),
    Action("app.open", "Open", ("ctrl+o",), "A file by a few letters of its name.", footer=5),
    Action(
        "app.outside", "Open in another program", ("ctrl+t x",),
        "A copy to read, on your own machine: pictures, PDFs and the like.",
    ),
    Action("app.new", "New file", ("ctrl+n",), needs=Role.EDITOR),
    Action(
        "app.search", "Find in all files", ("ctrl+t /", "ctrl+shift+f"),
        "Search and replace by ripgrep's rules: not what `.gitignore` names.",
    ),
    Action(
        "app.search_chats", "Find in all chats", ("ctrl+t a",),
        "What was said, in rooms and beside files.",
    ),
    Action("app.next_found", "Next place found", ("alt+.",), "Of those in all files."),
    Action("app.previous_found", "Place found before", ("alt+,",)),
    Action("app.save", "Save now", ("ctrl+s",), "It is saved by itself, too.", Role.EDITOR),
    Action("app.help", "Help", ("f1",), "What the keys do where you are.", footer=4),
    Action("app.jump", "Jump", ("f7", "ctrl+t j"), "A letter on everything you can go to."),
    Action("app.side_bar", "Show or hide the side bar", ("ctrl+t s",)),
    Action("app.files", "Go to the files", ("ctrl+t f",)),
    Action("app.next_pane", "Next pane", ("f6",)),
    Action("app.previous_pane", "Previous pane", ("shift+f6",)),
    Action("app.history", "History", ("f4",), "Its past, step by step.", footer=3),
    Action("app.chat", "Chat", ("f8", "ctrl+t c"), "Beside the document, and back.", footer=3),
    Action("app.chats", "All chats", ("ctrl+t u",), "Those with unread messages first."),
    Action("app.export_chat", "Chat as markdown", (), "A file of the project.", Role.EDITOR),
    Action("app.people", "People and sharing", ("ctrl+t i",), "Who is here, who may join."),
    Action("app.follow", "Follow somebody", ("ctrl+t o",), "Until you touch a key."),
    Action("app.call", "Ask all to come here", ("ctrl+t y",)),
    Action("app.go_to_caller", "Go to who calls", ("ctrl+t g",), "Who asked you to come."),
    Action("app.join", "Go to another project", (), "One that you may join, or HOST:PATH."),
    Action("app.terminal", "Terminals", ("ctrl+t t",), "That run, or a new one."),
    Action("app.kernels", "Kernels", ("ctrl+t k",), "That run, what they use, to stop one."),
    Action("app.snapshots", "Snapshots", ("ctrl+t h",), "The project folder as it was."),
    Action("app.theme", "Colours", (), "Dark, light, or a theme of yours, for this time."),
    Action(
        "app.key_set", "Key set", (),
        "As VS Code and micro, vim or Emacs have them: now, and in your configuration.",
    ),
    Action("app.settings", "Settings", (), "Those in force, and where keys and all are changed."),
    Action("app.notices", "What was said", (), "The notices so far."),
    Action(
        "app.kept", "Work that was not taken", (),
        "Copies of what you typed and could not be merged, to read and copy from.",
    ),
    Action("app.start_relay", "Start the relay again", (), "After somebody ended it."),
    Action("app.how_to_leave", "How to leave", ("ctrl+c",), palette=False),
    Action(
        "app.leave", "Leave", ("ctrl+q",), "Quit; relay, kernels and terminals go on.",
        footer=7,
    ),
)  # fmt: skip

TILE = (
    Action("tile.close", "Close", ("ctrl+w",), "The view; the document stays as it is."),
    Action("tile.split_right", "Split right", ("ctrl+t r", "ctrl+\\")),
    Action("tile.split_below", "Split below", ("ctrl+t b",)),
    Action("tile.zoom", "Zoom", ("ctrl+t z",), "This tile alone, and back."),
    Action("tile.next_tab", "Next tab", ("ctrl+pagedown", "ctrl+t n")),
    Action("tile.previous_tab", "Previous tab", ("ctrl+pageup", "ctrl+t p")),
    Action("tile.move", "Move to the next tile", ("ctrl+t m",)),
    Action("tile.grow", "More room", ("ctrl+t +",)),
    Action("tile.shrink", "Less room", ("ctrl+t -",)),
    Action("tile.close_tile", "Close the tile", ("ctrl+t w",)),
)

FILES = (
    Action("files.open", "Open", ("enter",), footer=1, palette=False),
    Action("files.new", "New file here", ("a", "n"), needs=Role.EDITOR, footer=2),
    Action("files.new_folder", "New folder here", ("A", "N"), needs=Role.EDITOR),
    Action("files.rename", "Rename or move", ("r", "f2"), needs=Role.EDITOR, footer=3),
    Action("files.delete", "Delete", ("d", "delete"), "Into the project's trash.", Role.EDITOR),
    Action("files.undo_delete", "Undo deleting", ("u",), "What you deleted last.", Role.EDITOR),
    Action("files.trash", "Trash", ("T",), "Bring something back from it.", Role.EDITOR),
    Action("files.copy", "Copy", ("c", "y"), "To another name.", Role.EDITOR),
    Action("files.upload", "Upload", ("U",), "From this machine, into the folder.", Role.EDITOR),
    Action("files.outside", "Open in another program", ("o",), "A copy, on your own machine."),
    Action("files.download", "Download", ("D",), "To this machine."),
    Action("files.up", "Up", ("up", "k"), palette=False),
    Action("files.down", "Down", ("down", "j"), palette=False),
    Action("files.into", "Open the folder", ("right", "l"), palette=False),
    Action("files.out", "Close the folder", ("left", "h"), palette=False),
    Action("files.page_up", "Page up", ("pageup",), palette=False),
    Action("files.page_down", "Page down", ("pagedown",), palette=False),
    Action("files.first", "First", ("home",), palette=False),
    Action("files.last", "Last", ("end",), palette=False),
    Action("files.back", "Back to the document", ("escape",), palette=False),
)

DIALOGS = (
    Action("small.leave", "Leave", ("ctrl+q",), palette=False),
    Action("line.take", "Take", ("enter",), palette=False, footer=1),
    Action("line.cancel", "Cancel", ("escape", "ctrl+q", "ctrl+w"), palette=False, footer=2),
    Action("sure.yes", "Yes", ("y", "Y"), palette=False, footer=1),
    Action("sure.no", "No", ("n", "N", "escape", "ctrl+q", "ctrl+w"), palette=False, footer=2),
    Action("reading.down", "Down", ("down", "j"), palette=False, footer=2),
    Action("reading.up", "Up", ("up", "k"), palette=False, footer=1),
    Action("reading.page_down", "Page down", ("pagedown", "space"), palette=False),
    Action("reading.page_up", "Page up", ("pageup", "alt+space"), palette=False),
    Action("reading.first", "First", ("home", "g"), palette=False),
    Action("reading.last", "Last", ("end", "G"), palette=False),
    Action(
        "reading.close",
        "Close",
        ("escape", "f1", "q", "enter", "ctrl+q", "ctrl+w"),
        palette=False,
        footer=3,
    ),
    Action("kept.copy", "Copy all", ("c",), palette=False, footer=1),
    Action("choose.take", "Take", ("enter",), palette=False, footer=1),
    Action("choose.up", "Up", ("up", "ctrl+p"), palette=False),
    Action("choose.down", "Down", ("down", "ctrl+n"), palette=False),
    Action("choose.page_up", "Page up", ("pageup",), palette=False),
    Action("choose.page_down", "Page down", ("pagedown",), palette=False),
    Action("choose.cancel", "Cancel", ("escape", "ctrl+q", "ctrl+w"), palette=False, footer=2),
)


@cache
def registry() -> Registry:
    """Everything that can be done, from every part."""
    return Registry(
        [*SCOPES, *(scope for part in PARTS for scope in part.SCOPES)],
        [*APP, *TILE, *FILES, *DIALOGS, *(action for part in PARTS for action in part.ACTIONS)],
    )
