"""A snapshot as a folder: go through it, read files, see what differs, put things back."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from rich.style import Style
from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import Static

from cocalc_tui.client.snapshots import files
from cocalc_tui.protocol.events import SnapshotDifference, SnapshotFile
from cocalc_tui.widgets.acting import Acting, desk
from cocalc_tui.widgets.bars import Bar
from cocalc_tui.widgets.leaving import Leaving
from cocalc_tui.widgets.phrases import date
from cocalc_tui.widgets.report import footer_words
from cocalc_tui.widgets.rows import Row, RowActs, Rows
from cocalc_tui.widgets.theme import colour

if TYPE_CHECKING:
    from textual.worker import WorkType

    from cocalc_tui.client.snapshots import Project, Snapshots
    from cocalc_tui.protocol.events import SnapshotInfo

_SIGNS = {"added": ("+", "success"), "removed": ("-", "error"), "changed": ("~", "warning")}
MOST_READ = 400_000
"""Bytes of a file that are shown; the rest is for `cocalc-tui snapshot show`."""
SOON, AGAIN = 1.0, 5.0
"""Seconds until it is said how far a snapshot is, and until that is said again."""


def when(at: int) -> str:
    """A time in milliseconds for people here."""
    local = time.localtime(at / 1000)
    return f"{time.strftime('%a', local)} {date(at)} {time.strftime('%H:%M', local)}"


class Entries(Rows, can_focus=True):
    """What is in a folder of the snapshot, or what differs from now."""

    DEFAULT_CSS = "Entries { height: 1fr; background: $background; }"

    def __init__(self) -> None:
        super().__init__()
        self.entries: Sequence[SnapshotFile | SnapshotDifference] = []

    def count(self) -> int:
        """A row each."""
        return len(self.entries)

    def show(self, entries: Sequence[SnapshotFile | SnapshotDifference], marked: str = "") -> None:
        """Show others, that path marked."""
        self.entries = entries
        paths = [entry.path for entry in entries]
        self.marked = paths.index(marked) if marked in paths else 0
        self.changed()
        self.show_mark()

    def row(self, index: int) -> Row:
        """Name and size; or how it differs."""
        entry = self.entries[index]
        dim = Style(color=colour(self, "text-dim"))
        if isinstance(entry, SnapshotDifference):
            sign, shade = _SIGNS[entry.how]
            return Row([(f" {sign} ", Style(color=colour(self, shade))), (entry.path, Style())])
        name = entry.path.rpartition("/")[2]
        if entry.kind == "folder":
            return Row([(" ▸ ", dim), (name, dim)])
        if entry.kind == "left out":
            return Row([("   ", dim), (name, dim)], [(f"  left out: {entry.note} ", dim)])
        sign = " ↪ " if entry.kind == "link" else "   "
        return Row([(sign, dim), (name, Style())], [(f"  {_size(entry.size)} ", dim)])

    def chosen(self, index: int) -> None:
        """Open what was clicked."""
        screen = self.screen
        assert isinstance(screen, SnapshotBrowser)
        work: WorkType[None] = screen.do_open
        screen.run_worker(work, group="snapshot")


def _size(size: int) -> str:
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size} {unit}"
        size //= 1000
    return f"{size} GB"


def _was_there(entry: SnapshotFile | SnapshotDifference) -> bool:
    """Whether the snapshot holds it."""
    if isinstance(entry, SnapshotDifference):
        return entry.how != "added"
    return entry.kind != "left out"


class SnapshotBrowser(RowActs, Acting, Leaving[None], inherit_bindings=False):
    """One snapshot."""

    DEFAULT_CSS = """
    SnapshotBrowser { background: $background; }
    SnapshotBrowser Static { height: 1; width: 1fr; padding: 0 1; background: $bar; }
    SnapshotBrowser #path { background: $background; color: $text-dim; }
    SnapshotBrowser #footer { background: $side; }
    """

    def __init__(self, snapshots: Snapshots, snapshot: SnapshotInfo) -> None:
        super().__init__()
        self._snapshots = snapshots
        self._snapshot = snapshot
        self._folder = ""
        self._differs = False
        self._list = Entries()
        self._path = Static("", id="path", markup=False)
        self._footer = Bar(id="footer")

    def compose(self) -> ComposeResult:
        """Which one, where in it, what is there, what can be done."""
        one = self._snapshot
        left_out = f", {one.left_out} left out" if one.left_out else ""
        title = f"{one.title}   {when(one.at)}   {one.user}   {files(one.files)}{left_out}"
        yield Static(title, markup=False)
        yield self._path
        yield self._list
        yield self._footer

    def listed(self) -> Rows:
        """The entries."""
        return self._list

    def scopes(self) -> Sequence[str]:
        """Its own."""
        return ("snapshot",)

    async def on_mount(self) -> None:
        """Show the top of it."""
        self._list.focus()
        self._footer.say(footer_words(desk(self).reader, self.scopes(), desk(self).role))
        self._path.update("looking …")
        work: WorkType[None] = partial(self._show, "")
        self.run_worker(work, group="snapshot")

    async def _show(self, folder: str, marked: str = "") -> None:
        from cocalc_tui.client.requests import RequestFailed

        try:
            found = await self._snapshots.browse(self._snapshot.id, folder)
        except RequestFailed as error:
            desk(self).notice(error.text, bad=True)
            return
        self._folder, self._differs = folder, False
        self._path.update(f"{folder or '.'}/")
        self._list.show(found, marked)

    @property
    def _marked(self) -> SnapshotFile | SnapshotDifference | None:
        entries = self._list.entries
        return entries[self._list.marked] if entries else None

    # --- what can be done ----------------------------------------------------------------------

    async def do_open(self) -> None:
        """Go into the folder, or read the file."""
        entry = self._marked
        if isinstance(entry, SnapshotFile) and entry.kind == "folder":
            await self._show(entry.path)
        elif entry is not None and _was_there(entry):
            await self._read(entry.path)

    async def _read(self, path: str) -> None:
        from cocalc_tui.widgets.help import Reading

        data = await self._snapshots.read(self._snapshot.id, path)
        text = data[:MOST_READ].decode("utf-8", "backslashreplace")
        lines = [("", line.expandtabs(4), " ") for line in text.split("\n")]
        if len(data) > MOST_READ:
            lines.append(("", f"… and {len(data) - MOST_READ} bytes more", " "))
        title = f"{path} as it was {when(self._snapshot.at)}"
        self.app.push_screen(Reading([("", title, ""), *lines]))

    async def do_out(self) -> None:
        """Go to the folder above."""
        if self._differs:
            await self._show(self._folder)
        elif self._folder:
            await self._show(self._folder.rpartition("/")[0], self._folder)

    async def do_differences(self) -> None:
        """Show what is another now, or gone; and back."""
        if self._differs:
            await self._show(self._folder)
        else:
            await self._compare()

    async def _compare(self) -> None:
        self._path.update("comparing with what is there now …")
        found = await self._snapshots.compare(self._snapshot.id)
        self._differs = True
        said = f"{files(len(found))} {'differs' if len(found) == 1 else 'differ'} from now"
        self._path.update(said if found else "nothing differs from now")
        self._list.show(found)

    async def do_restore(self) -> None:
        """Put back what is marked."""
        if (entry := self._marked) is None:
            return
        if not _was_there(entry):
            desk(self).notice(f"{entry.path}: the snapshot does not hold it", bad=True)
            return
        await self._restore(entry.path)

    async def do_restore_all(self) -> None:
        """Put the whole folder back."""
        await self._restore("")

    async def _restore(self, path: str) -> None:
        what = path or "all files of the project"
        question = f"Put back {what} as it was {when(self._snapshot.at)}? What is there is kept."
        if not await desk(self).confirm(question, "put back"):
            return
        done = await self._snapshots.restore(self._snapshot.id, path)
        kept = f"; what was there is kept in {done.kept}" if done.kept else ""
        desk(self).notice(f"{files(done.written)} put back{kept}")
        for line in done.troubles[:3]:
            desk(self).notice(line, bad=True)
        if self._differs:
            await self._compare()

    async def do_drop(self) -> None:
        """Take the snapshot away."""
        if await desk(self).confirm(f"Drop the snapshot {self._snapshot.title}?", "drop"):
            await self._snapshots.drop(self._snapshot.id)
            self.dismiss(None)

    def do_close(self) -> None:
        """Go back."""
        self.dismiss(None)


async def ask_snapshot(
    node: Screen[None], project: Project, snapshots: Snapshots
) -> SnapshotInfo | None:
    """Have somebody choose a snapshot, or take one now."""
    from cocalc_tui.widgets.picker import Choice

    found = await snapshots.all()
    there = {one.id: one for one in found}
    choices = [
        Choice(one.id, f"{when(one.at)}  {one.title}", f"{one.kind}  {one.user}") for one in found
    ]

    def make(query: str) -> Choice | None:
        return Choice(f"\0{query}", query, "take a snapshot now") if query else None

    chosen = await desk(node).pick("Snapshots; a new name takes one now", choices, make=make)
    if chosen is None:
        return None
    if chosen in there:
        return there[chosen]
    await _take(node, project, snapshots, chosen.removeprefix("\0"))
    return None


async def _take(node: Screen[None], project: Project, snapshots: Snapshots, title: str) -> None:
    """Take one, and say now and then how far it is."""
    from cocalc_tui.client.snapshots import progress

    due = time.monotonic() + SOON

    def tell(how_far: str) -> None:
        nonlocal due
        if time.monotonic() > due:
            due = time.monotonic() + AGAIN
            desk(node).notice(f"{title}: a snapshot is being taken, {how_far} …")

    with progress(project, tell):
        id_ = await snapshots.take(title)
    desk(node).notice(f"{title}: the snapshot {id_} is taken")
