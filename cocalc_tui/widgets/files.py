"""The project's files in the side bar: a tree that is listed folder by folder over the relay.

The app never looks at the folder itself; what is seen here is what the host side tells, and what
is done here is asked of it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from rich.style import Style
from textual.events import Blur, Focus
from textual.geometry import Offset, Region
from textual.worker import WorkType

from cocalc_tui.client.requests import RequestFailed
from cocalc_tui.widgets.acting import Acting, desk
from cocalc_tui.widgets.carrying import Carrying
from cocalc_tui.widgets.files_model import Entry, FilesModel, wrong_name
from cocalc_tui.widgets.phrases import clock
from cocalc_tui.widgets.rows import Piece, Row, RowActs, Rows
from cocalc_tui.widgets.theme import colour

if TYPE_CHECKING:
    from cocalc_tui.widgets.project import Project

_NEW = "New file or notebook (.ipynb)"


class FileTree(RowActs, Acting, Rows, can_focus=True):
    """Folders and files, and who is in which."""

    DEFAULT_CSS = "FileTree { height: 1fr; background: $side; }"

    def __init__(
        self,
        project: Project,
        visit: Callable[[str], None],
        visitors: Callable[[str], Sequence[str]],
        back: Callable[[], None],
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`visit` opens a path; `visitors` tells who else is in it; `back` leaves the tree.

        `say` shows how far something is that is sent or fetched.
        """
        super().__init__(id="files")
        self.project = project
        self.model = FilesModel()
        self._visit = visit
        self._visitors = visitors
        self._back = back
        self._entries: list[Entry] = []
        self._trashed: list[str] = []
        """What I deleted, the last at the end, by its names in the trash."""
        self._carrying = Carrying(self, project, say)
        self.opener = "auto"
        """As of the settings: the program that opens files outside of the terminal."""
        self._current = ""
        """The document that has the keyboard, or had it last."""

    def listed(self) -> Rows:
        """Itself."""
        return self

    def scopes(self) -> Sequence[str]:
        """Its own."""
        return ("files",)

    # --- what is listed ------------------------------------------------------------------------

    def look_again(self) -> None:
        """List anew what shows: files came or went, or the relay is back."""
        self._begin_listing(self.model.to_list(), exclusive=True)

    def _begin_listing(self, folders: Sequence[str], *, exclusive: bool = False) -> None:
        # Called in the worker: one that is cancelled before it began leaves no coroutine behind.
        work: WorkType[None] = partial(self._list, folders)
        self.run_worker(work, group="files", exclusive=exclusive)

    async def _list(self, folders: Sequence[str]) -> None:
        wanted = list(folders)
        for folder in wanted:
            try:
                self.model.listed(folder, await self.project.files.entries(folder))
            except RequestFailed as error:
                self.model.fold(folder)
                if error.code not in {"offline", "missing"}:
                    desk(self).notice(error.text, bad=True)
            wanted += [one for one in self.model.unlisted() if one not in wanted]
        self.relist()

    def relist(self) -> None:
        """Show the tree as it is known now, the same entry marked."""
        before = self.entry
        self._entries = self.model.entries()
        self.changed()
        if before is not None:
            self._mark_path(before.path)

    def show_current(self, path: str) -> None:
        """Make out the document that has the keyboard."""
        if path != self._current:
            self._current = path
            self.changed()
            if not self.has_focus:
                self._mark_path(path)

    def _mark_path(self, path: str) -> None:
        for index, entry in enumerate(self._entries):
            if entry.path == path:
                self.mark(index)

    @property
    def entry(self) -> Entry | None:
        """The marked entry."""
        return self._entries[self.marked] if self.marked < len(self._entries) else None

    def folder(self) -> str:
        """The folder in which the marked entry is, or which it is while unfolded; "" the top."""
        entry = self.entry
        if entry is None:
            return ""
        return entry.path if entry.unfolded else entry.path.rpartition("/")[0]

    def jumps(self) -> list[tuple[Region, Callable[[], None]]]:
        """The entries on the screen, to jump to."""
        top = self.scroll_offset.y
        found: list[tuple[Region, Callable[[], None]]] = []
        for index in range(top, min(top + self.size.height, self.count())):
            at = self.region.offset + Offset(0, index - top)
            found.append((Region(at.x, at.y, self.size.width, 1), partial(self._go, index)))
        return found

    def _go(self, index: int) -> None:
        self.mark(index)
        self.do_open()

    # --- how it looks --------------------------------------------------------------------------

    def count(self) -> int:
        """One row per entry."""
        return len(self._entries)

    def mark_shows(self) -> bool:
        """Only while it has the keyboard: elsewhere the mark would look like a selection."""
        return self.has_focus

    def row(self, index: int) -> Row:
        """Name, and the letters of who else is in it."""
        entry = self._entries[index]
        sign = ("▾ " if entry.unfolded else "▸ ") if entry.folder else "  "
        shade = "text-dim" if entry.folder else "foreground"
        on = entry.path == self._current
        style = Style(color=colour(self, "accent" if on else shade), bold=on)
        faint = Style(color=colour(self, "text-faint"))
        faces = desk(self).faces
        right: list[Piece] = [
            (f" {faces.initials(user)}", Style(color=faces.colour(user), bold=True))
            for user in self._visitors(entry.path)
        ]
        right += [(" ", style)]
        return Row([(" " + "  " * entry.depth, style), (sign, faint), (entry.name, style)], right)

    def on_focus(self, _: Focus) -> None:
        """Show the mark."""
        self.changed()
        desk(self).bars_changed()

    def on_blur(self, _: Blur) -> None:
        """Hide the mark."""
        self.changed()

    # --- what can be done ----------------------------------------------------------------------

    def chosen(self, index: int) -> None:
        """A click opens."""
        self.do_open()

    def do_open(self) -> None:
        """Open the file, or fold and unfold the folder."""
        entry = self.entry
        if entry is None:
            return
        if not entry.folder:
            self._visit(entry.path)
        elif entry.unfolded:
            self.do_out()
        else:
            self.do_into()

    def do_into(self) -> None:
        """Show what is in the folder; in an unfolded one go to its first entry."""
        entry = self.entry
        if entry is None or not entry.folder:
            return
        if entry.unfolded:
            self.do_down()
        elif self.model.unfold(entry.path):
            self._begin_listing([entry.path])
        else:
            self.relist()

    def do_out(self) -> None:
        """Fold the folder, or go to the one around it."""
        entry = self.entry
        if entry is None:
            return
        if entry.unfolded:
            self.model.fold(entry.path)
            self.relist()
        else:
            self._mark_path(entry.path.rpartition("/")[0])

    def do_first(self) -> None:
        """Mark the first entry."""
        self.mark(0)

    def do_last(self) -> None:
        """Mark the last entry."""
        self.mark(self.count() - 1)

    def do_back(self) -> None:
        """Give the keyboard back to the document."""
        self._back()

    async def do_new(self) -> None:
        """Make a file in the marked folder, and open it."""
        path = await self._ask_path(_NEW)
        if path is not None:
            await self.project.files.make_way(path)
            await self.project.files.make(path)
            await self._appeared(path)
            self._visit(path)

    async def do_new_folder(self) -> None:
        """Make a folder in the marked one."""
        path = await self._ask_path("New folder")
        if path is not None:
            await self.project.files.make_way(path)
            await self.project.files.make(path, folder=True)
            await self._appeared(path)

    async def do_rename(self) -> None:
        """Give the entry another name, or another place."""
        await self._as_another("Rename", self.project.files.rename)

    async def do_delete(self) -> None:
        """Move the entry to the project's trash."""
        entry = self.entry
        if entry is None:
            return
        what = f"the folder {entry.path} and all in it" if entry.folder else entry.path
        if await desk(self).confirm(f"Move {what} to the project's trash?", "delete"):
            self._trashed.append(await self.project.files.delete(entry.path))
            await self._list(self.model.to_list())
            desk(self).notice(f"{entry.path} is in the trash; u in the files brings it back")

    async def do_undo_delete(self) -> None:
        """Bring back what I deleted last."""
        if self._trashed:
            await self._bring_back(self._trashed[-1])
        else:
            desk(self).notice("You deleted nothing here; T shows the whole trash")

    async def do_trash(self) -> None:
        """Choose something in the project's trash, and bring it back."""
        from cocalc_tui.widgets.picker import Choice

        trash = await self.project.files.trash()
        if not trash:
            desk(self).notice("The trash is empty")
            return
        choices = [
            Choice(one.name, one.path, f"{clock(one.at / 1000)}  {one.user}") for one in trash
        ]
        if (name := await desk(self).pick("Bring back", choices)) is not None:
            await self._bring_back(name)

    async def _bring_back(self, name: str) -> None:
        try:
            path = await self.project.files.restore(name)
        except RequestFailed as failed:
            if failed.code != "exists":
                raise
            known = {one.name: one.path for one in await self.project.files.trash()}
            question = "There is one of that name again; bring it back as"
            to = await desk(self).ask(question, known.get(name, ""), wrong_name)
            if to is None:
                return
            path = await self.project.files.restore(name, to)
        self._trashed = [one for one in self._trashed if one != name]
        await self._appeared(path)
        desk(self).notice(f"{path} is back")

    async def do_copy(self) -> None:
        """Copy the entry to another name."""
        await self._as_another("Copy", self.project.files.copy)

    async def _as_another(self, verb: str, do: Callable[[str, str], Awaitable[object]]) -> None:
        """Ask for another path and do something from the entry's to that one."""
        entry = self.entry
        if entry is None:
            return
        to = await desk(self).ask(f"{verb} {entry.path} to", entry.path, wrong_name)
        if to is not None and to != entry.path:
            await self.project.files.make_way(to)
            await do(entry.path, to)
            await self._appeared(to)

    async def do_upload(self) -> None:
        """Send a file or folder of this machine to the marked folder."""
        if (path := await self._carrying.upload(self.folder())) is not None:
            await self._appeared(path)

    async def do_download(self) -> None:
        """Fetch the entry to this machine."""
        if (entry := self.entry) is not None:
            await self._carrying.download(entry.path)

    async def do_outside(self) -> None:
        """Open the entry in another program of this machine."""
        if (entry := self.entry) is not None and not entry.folder:
            await self.open_outside(entry.path)

    async def open_outside(self, path: str) -> None:
        """Open a file in another program of this machine."""
        await self._carrying.open_outside(path, self.opener)

    async def _ask_path(self, question: str) -> str | None:
        folder = self.folder()
        return await desk(self).ask(question, folder + "/" if folder else "", wrong_name)

    async def _appeared(self, path: str) -> None:
        self.model.reveal(path)
        await self._list(self.model.to_list())
        self._mark_path(path)
