"""From a path to a pane: a note first, the document's pane in its place as soon as it is open."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from textual.widget import Widget
from textual.worker import WorkType

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.client.requests import RequestFailed
from cocalc_tui.protocol.messages import LARGEST_OPENED, Role
from cocalc_tui.widgets import phrases
from cocalc_tui.widgets.acting import desk
from cocalc_tui.widgets.documents import Documents
from cocalc_tui.widgets.keynames import shown
from cocalc_tui.widgets.layout import Layout, View
from cocalc_tui.widgets.notes import Note
from cocalc_tui.widgets.pane import Pane, make_pane
from cocalc_tui.widgets.settings import Settings


class TileOpening(Widget):
    """Part of `Tiles`: opens documents."""

    division: Layout
    documents: Documents
    say_tabs: Callable[[], None]
    may_make: set[str]
    """Paths that were typed when the app was started: one that is not there may be made."""
    _settings: Settings
    _panes: dict[View, Widget]
    _changed: Callable[[], None]
    _focus: Callable[[Widget], None]

    def _open(self, view: View) -> Widget:
        note = Note(f"opening {view.path} …", soon=self.documents.is_online)
        self.mount(note)
        work: WorkType[None] = partial(self._open_soon, view, note)
        self.run_worker(work, group="open")
        return note

    async def _open_soon(self, view: View, note: Note) -> None:
        """Put the document's pane in the place of the note."""
        try:
            document = await self._document(view.path)
        except RequestFailed as error:
            if error.code == "missing":
                note.say(error.text, f"{self._how('tile.close')} closes this.")
            elif not await self._read_only(view, note):
                why = error.text.removeprefix(f"{view.path}: ")
                note.say(
                    f"{view.path} cannot be opened: {why}",
                    f"{self._how('app.outside')} opens it in another program, "
                    f"{self._how('tile.close')} closes this.",
                )
            return
        if self._panes.get(view) is not note:
            self.documents.close(document)
            return
        pane = make_pane(document, self._settings, self.documents.requests)
        await self._replace_note(view, note, pane)

    async def _document(self, path: str) -> SharedDocument:
        """Open a document, and make its file where the person wants that."""
        try:
            return await self.documents.open(path)
        except RequestFailed as error:
            wanted = path in self.may_make and desk(self).role >= Role.EDITOR
            self.may_make.discard(path)
            if error.code != "missing" or not wanted:
                raise
            if not await desk(self).confirm(f"{path} is not there. Make it?", "make"):
                raise
        from cocalc_tui.client.files import Files

        files = Files(self.documents.requests)
        await files.make_way(path)
        await files.make(path)
        return await self.documents.open(path)

    def _how(self, name: str) -> str:
        """The key that does something, or what it is called in the commands."""
        keymap = desk(self).reader.keymap
        keys = keymap.keys_of(name)
        return shown(keys[0]) if keys else f"`{keymap.registry[name].title}` in the commands"

    async def _read_only(self, view: View, note: Note) -> bool:
        """Show a file that is too large to be edited; False where it is not that."""
        from cocalc_tui.client.files import Files
        from cocalc_tui.widgets.large.pane import LargePane
        from cocalc_tui.widgets.large.source import Source

        files = Files(self.documents.requests)
        try:
            total = (await files.read_part(view.path, 0)).total
        except RequestFailed:
            return False
        if total <= LARGEST_OPENED or self._panes.get(view) is not note:
            return False
        await self._replace_note(view, note, LargePane(Source(files, view.path, total)))
        if view is self.division.current.view:
            desk(self).notice(
                f"{view.path}: {phrases.size(total)} are more than the "
                f"{LARGEST_OPENED // 2**20} MB that can be edited, so it is shown to read"
            )
        return True

    async def _replace_note(self, view: View, note: Note, pane: Widget) -> None:
        had_focus = note.has_focus or (view is self.division.current.view and not self._elsewhere())
        self._panes[view] = pane
        pane.display = note.display
        await self.mount(pane)
        if isinstance(pane, Pane):
            pane.recall(view.memento)
        if had_focus:
            self._focus(pane)
        await note.remove()
        self.say_tabs()
        self._changed()

    def _elsewhere(self) -> bool:
        """Whether the keyboard is in the side bar."""
        focused = self.screen.focused
        return focused is not None and self not in focused.ancestors
