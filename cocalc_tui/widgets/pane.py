"""What the app asks of a pane: the widget that shows one document in one tile.

The app knows nothing of editors and notebooks; it makes a pane by the document's type, gives it
the keyboard, and asks it the few things that the status line and the remembered layout need.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from cocalc_tui.protocol.kinds import CHAT, NOTEBOOK, TERMINAL
from cocalc_tui.sync.patch import Json
from cocalc_tui.widgets.acting import Acting

if TYPE_CHECKING:
    from textual.widget import Widget

    from cocalc_tui.client.document import SharedDocument
    from cocalc_tui.client.places import Place
    from cocalc_tui.client.requests import Requests
    from cocalc_tui.widgets.settings import Settings


class Pane(Acting):
    """Mixin for the widget of a document, first among its bases, made as `NAME(document)`.

    It subscribes to its document when mounted and unsubscribes when unmounted. Whenever `where`,
    `mode` or `scopes` would answer otherwise than before it calls `desk(self).bars_changed()`,
    which is cheap.
    """

    document: SharedDocument

    def keyboard(self) -> Widget:
        """The part of it that takes the keyboard."""
        return cast("Widget", self)

    def where(self) -> str:
        """Where the caret is, for the status line: `12:4`, `cell 6`."""
        return ""

    def mode(self) -> str:
        """The mode where there are several: `command`, `edit`."""
        return ""

    def whose(self) -> str:
        """Who wrote what the caret is in and when, where that is to be said."""
        return ""

    def follow(self, place: Place) -> None:
        """Show where somebody is whom I follow; my caret may stay where it is."""
        if place.cell:
            self.recall({"cell": place.cell})

    def memento(self) -> dict[str, Json]:
        """What to remember of this view: caret, scroll."""
        return {}

    def recall(self, memento: dict[str, Json]) -> None:
        """Go where an earlier `memento` was, as far as that still exists; never raises.

        Besides what its own mementos hold, `line` (of a text, from 0) and `number` (of a
        cell, from 1) say where to go.
        """


class Viewer(Acting):
    """Mixin for the widget of a file that is no document: there is nothing of it to share."""

    path: str

    def where(self) -> str:
        """Where in it one is, for the status line."""
        return ""


def make_pane(document: SharedDocument, settings: Settings, requests: Requests) -> Widget:
    """The pane for a document's type; its code is loaded only when first needed."""
    if document.type == NOTEBOOK:
        from cocalc_tui.client.files import Files
        from cocalc_tui.widgets.notebook.pane import NotebookPane

        notebook = NotebookPane(document)
        notebook.files = Files(requests)
        notebook.notice_after = settings.notebook_notice_after
        notebook.offers = settings.notebook_offer == "on"
        notebook.tab, notebook.brackets = settings.editor_tab_width, settings.editor_brackets
        if settings.editor_keys == "vim":
            notebook.use_keys("vim")
        return notebook
    if document.type == CHAT:
        from cocalc_tui.widgets.chat.pane import ChatPane

        return ChatPane(document)
    if document.type == TERMINAL:
        from cocalc_tui.widgets.terminal.pane import TerminalPane

        return TerminalPane(document, requests)
    from cocalc_tui.widgets.editor.pane import EditorPane

    pane = EditorPane(document)
    pane.requests = requests
    pane.editor.view.tab = settings.editor_tab_width
    if settings.editor_wrap != "auto":
        pane.wrap = settings.editor_wrap == "on"
    if settings.editor_line_numbers != "auto":
        pane.painter.numbers = settings.editor_line_numbers == "on"
    pane.painter.whitespace = settings.editor_whitespace == "on"
    if settings.editor_brackets == "on" or (
        settings.editor_brackets == "auto" and not pane.text_language().prose
    ):
        pane.editor.pairs = pane.text_language().pairs
    if settings.editor_keys == "vim":
        pane.use_keys("vim")
    return pane
