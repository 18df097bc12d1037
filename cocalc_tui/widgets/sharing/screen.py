"""The list of people: who is here, who may join, and the line to paste for whoever is invited."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from rich.style import Style
from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import Static

from cocalc_tui.client.requests import RequestFailed
from cocalc_tui.client.sharing import Sharing, lines_to_paste
from cocalc_tui.widgets.acting import Acting, desk
from cocalc_tui.widgets.glyphs import safe
from cocalc_tui.widgets.people import spots
from cocalc_tui.widgets.picker import Choice
from cocalc_tui.widgets.rows import Row, Rows
from cocalc_tui.widgets.sharing.people import GROUP, Guest, guests
from cocalc_tui.widgets.theme import colour

if TYPE_CHECKING:
    from cocalc_tui.client.events import WorkspaceEvent
    from cocalc_tui.widgets.project import Project

KEYS = "a invite  ⏎ role  d take away  y copy the line  esc back"
LOOKING = "y copy the line  esc back"


class GuestList(Rows, can_focus=True):
    """A row for each."""

    DEFAULT_CSS = "GuestList { height: 1fr; background: $background; }"

    def __init__(self) -> None:
        super().__init__()
        self.guests: Sequence[Guest] = []

    def show(self, found: Sequence[Guest], marked: str = "") -> None:
        """Show others, the same one marked unless told."""
        before = marked or (self.guests[self.marked].name if self.guests else "")
        self.guests = found
        names = [guest.name for guest in found]
        self.marked = names.index(before) if before in names else 0
        self.changed()
        self.show_mark()

    def count(self) -> int:
        """A row each."""
        return len(self.guests)

    def row(self, index: int) -> Row:
        """Letters, name, role; at the right what they do."""
        guest = self.guests[index]
        faces, dim = desk(self).faces, Style(color=colour(self, "text-dim"))
        name = Style(color=colour(self, "foreground" if guest.here else "text-dim"))
        if guest.is_group:
            letters = ("    ", dim)
        else:
            shade = faces.colour(guest.name) if guest.here else colour(self, "text-faint")
            letters = (f" {faces.initials(guest.name):<3}", Style(color=shade, bold=guest.here))
        role = Style(color=colour(self, "accent" if guest.role == "owner" else "text-dim"))
        return Row(
            [letters, (f"{guest.name:<24} ", name), (guest.role, role)], [(f" {guest.where} ", dim)]
        )

    def chosen(self, index: int) -> None:
        """A click only marks: what is changed here is asked for by key."""


class PeopleScreen(Acting, Screen[None], inherit_bindings=False):
    """Who is here, and who may join."""

    DEFAULT_CSS = """
    PeopleScreen { background: $background; }
    PeopleScreen Static { height: 1; width: 1fr; padding: 0 1; background: $background; }
    PeopleScreen #title { background: $bar; }
    PeopleScreen #why { color: $text-dim; margin-top: 1; }
    PeopleScreen #keys { color: $text-dim; background: $side; margin-top: 1; }
    """

    def __init__(self, project: Project) -> None:
        super().__init__()
        self._project = project
        self._sharing = Sharing(project.requests)
        self._members: dict[str, str] = {}
        self._list = GuestList()
        self._unsubscribe: Callable[[], None] = lambda: None

    def compose(self) -> ComposeResult:
        """The project, the people, the line to paste, what can be done."""
        me = self._project.me
        title = f"People in {me.project}" if me is not None else "People"
        yield Static(safe(title), id="title", markup=False)
        yield self._list
        here, elsewhere = self._lines()
        yield Static("Who was invited runs, on this machine and from another:", id="why")
        yield Static(safe(f"  y  {here}"), classes="line", markup=False)
        yield Static(safe(f"  Y  {elsewhere}"), classes="line", markup=False)
        owner = me is not None and me.role == "owner"
        yield Static(KEYS if owner else LOOKING, id="keys", markup=False)

    def scopes(self) -> Sequence[str]:
        """Its own."""
        return ("people",)

    def _lines(self) -> tuple[str, str]:
        me = self._project.me
        return lines_to_paste(me.root, me.machine) if me is not None else ("", "")

    def on_mount(self) -> None:
        """Look, and again whenever somebody comes or goes."""
        self._list.focus()
        self._unsubscribe = self._project.subscribe(self._happened)
        self._show()
        self.run_worker(self._look(), group="people", exclusive=True)

    def _happened(self, _: WorkspaceEvent) -> None:
        self.call_later(self._show)

    def on_unmount(self) -> None:
        """Listen no more."""
        self._unsubscribe()

    async def _look(self, marked: str = "") -> None:
        """Ask the relay who may join."""
        try:
            self._members = await self._sharing.members()
        except RequestFailed as failed:
            desk(self).notice(failed.text, bad=True)
            return
        self._show(marked)

    def _show(self, marked: str = "") -> None:
        places: dict[str, list[str]] = {}
        for user, where, path in spots(self._project):
            if path or where == "you":
                places.setdefault(user, []).append(where)
        here = {person.user: person.role for person in self._project.people}
        desk(self).faces.meet(here)
        self._list.show(guests(self._members, here, places), marked)

    @property
    def _marked(self) -> Guest | None:
        found = self._list.guests
        return found[self._list.marked] if found else None

    # --- what can be done ----------------------------------------------------------------------

    async def do_invite(self) -> None:
        """Let somebody in."""
        name = await desk(self).ask("Whom to invite: a user of this machine, or @group", "")
        if name is not None:
            await self._give(name)

    async def do_role(self) -> None:
        """Give the marked one another role."""
        guest = self._marked
        if guest is None or guest.role == "owner":
            return
        await self._give(guest.name)

    async def _give(self, name: str) -> None:
        host = self._project.me.host if self._project.me is not None else ""
        choices = [
            Choice("runner", "runner", f"edits, and runs cells AS {host}"),
            Choice("editor", "editor", "edits text and cells, runs nothing"),
            Choice("viewer", "viewer", "looks, and changes nothing"),
        ]
        role = await desk(self).pick(f"What may {safe(name)} do", choices)
        if role is None:
            return
        await self._sharing.give(name, role)
        await self._look(name)
        self.app.copy_to_clipboard(self._lines()[0])
        who = "Everybody in the group" if name.startswith(GROUP) else safe(name)
        desk(self).notice(f"{who} may join as {role}; the line to paste is in your clipboard")

    async def do_take_away(self) -> None:
        """Take the marked one's role."""
        guest = self._marked
        if guest is None or guest.role == "owner":
            return
        if not guest.listed:
            text = f"{guest.name} is here by a group: take the group away, or give a smaller role"
            desk(self).notice(text, bad=True)
            return
        question = f"Take the role {guest.role} from {safe(guest.name)}?"
        if guest.here:
            question += " They are shown out at once; what they typed stays."
        if await desk(self).confirm(question, "take away"):
            await self._sharing.take(guest.name)
            await self._look()

    def do_copy(self) -> None:
        """Put the line for somebody on this machine into the clipboard."""
        self.app.copy_to_clipboard(self._lines()[0])
        desk(self).notice(f"Copied: {safe(self._lines()[0])}")

    def do_copy_remote(self) -> None:
        """Put the line for somebody on another machine into the clipboard."""
        self.app.copy_to_clipboard(self._lines()[1])
        desk(self).notice(f"Copied: {safe(self._lines()[1])}")

    def do_up(self) -> None:
        """Mark the one above."""
        self._list.mark(self._list.marked - 1)

    def do_down(self) -> None:
        """Mark the one below."""
        self._list.mark(self._list.marked + 1)

    def do_close(self) -> None:
        """Go back."""
        self.dismiss(None)
