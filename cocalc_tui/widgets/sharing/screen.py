"""The list of people: who is here, who may join, and the line to paste for whoever is invited."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.style import Style
from textual.app import ComposeResult
from textual.widgets import Static

from cocalc_tui.client.requests import RequestFailed
from cocalc_tui.client.sharing import Sharing, lines_to_paste
from cocalc_tui.widgets.acting import Acting, desk
from cocalc_tui.widgets.bars import Bar
from cocalc_tui.widgets.glyphs import safe
from cocalc_tui.widgets.leaving import Leaving
from cocalc_tui.widgets.people import Spot, spots
from cocalc_tui.widgets.phrases import clock
from cocalc_tui.widgets.picker import Choice
from cocalc_tui.widgets.report import WIDE, footer_words
from cocalc_tui.widgets.rows import Row, RowActs, Rows
from cocalc_tui.widgets.sharing.people import GROUP, At, Guest, guests
from cocalc_tui.widgets.theme import colour

if TYPE_CHECKING:
    from cocalc_tui.client.events import WorkspaceEvent
    from cocalc_tui.protocol.messages import Person
    from cocalc_tui.widgets.project import Project
    from cocalc_tui.widgets.sharing.acts import TogetherActs

MOST_NAME = 24
"""Cells for names; a longer one moves what stands behind it."""
ROLE = 8
"""Cells of a role."""


class GuestList(Rows, can_focus=True):
    """A row for each."""

    DEFAULT_CSS = "GuestList { height: 1fr; background: $background; }"

    def __init__(self) -> None:
        super().__init__()
        self.guests: Sequence[Guest] = []

    def show(self, found: Sequence[Guest], marked: str = "") -> None:
        """Show others, the same one marked unless told."""
        before = self.guests[self.marked] if self.guests else None
        self.guests = found
        wanted = (marked, "") if marked or before is None else (before.name, before.connection)
        same = [index for index, one in enumerate(found) if (one.name, one.connection) == wanted]
        same += [index for index, one in enumerate(found) if one.name == wanted[0]]
        self.marked = same[0] if same else 0
        self.changed()
        self.show_mark()

    def count(self) -> int:
        """A row each."""
        return len(self.guests)

    def row(self, index: int) -> Row:
        """Letters, name, role, where; of several places each below its person's."""
        guest = self.guests[index]
        faces, dim = desk(self).faces, Style(color=colour(self, "text-dim"))
        name = Style(color=colour(self, "foreground" if guest.here else "text-dim"))
        if guest.is_group:
            letters = ("    ", dim)
        else:
            shade = faces.colour(guest.name) if guest.here else colour(self, "text-faint")
            letters = (f" {faces.initials(guest.name):<3}", Style(color=shade, bold=guest.here))
        room = min(max(cell_len(one.name) for one in self.guests), MOST_NAME) + 2
        if guest.one_of:
            return Row([(" " * (cell_len(letters[0]) + room + ROLE), dim), (guest.where, dim)])
        role = Style(color=colour(self, "accent" if guest.role == "owner" else "text-dim"))
        said = f"{guest.name}{' ' * max(room - cell_len(guest.name), 1)}"
        return Row([letters, (said, name), (f"{guest.role:<{ROLE}}", role), (guest.where, dim)])

    def chosen(self, index: int) -> None:
        """A click only marks: what is changed here is asked for by key."""


class PeopleScreen(RowActs, Acting, Leaving[None], inherit_bindings=False):
    """Who is here, and who may join."""

    DEFAULT_CSS = """
    PeopleScreen { background: $background; }
    PeopleScreen Static { height: 1; width: 1fr; padding: 0 1; background: $background; }
    PeopleScreen #title { background: $bar; }
    PeopleScreen #why { color: $text-dim; margin-top: 1; }
    PeopleScreen #keys { background: $side; margin-top: 1; }
    """

    def __init__(self, project: Project, together: TogetherActs) -> None:
        """`together` does what is done with who is here."""
        super().__init__()
        self._project = project
        self._together = together
        self._keys = Bar(id="keys")
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
        yield self._keys

    def listed(self) -> Rows:
        """The people."""
        return self._list

    def scopes(self) -> Sequence[str]:
        """Its own."""
        return ("people",)

    def _lines(self) -> tuple[str, str]:
        me = self._project.me
        return lines_to_paste(me.root, me.machine) if me is not None else ("", "")

    def on_mount(self) -> None:
        """Look, and again whenever somebody comes or goes."""
        self._list.focus()
        self._keys.say(footer_words(desk(self).reader, self.scopes(), desk(self).role))
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
        places: dict[str, list[At]] = {}
        for spot in spots(self._project):
            places.setdefault(spot.user, []).append(At(spot.connection, self._words(spot)))
        here = {person.user: person.role for person in self._project.people}
        self._list.show(guests(self._members, here, places), marked)

    def _words(self, spot: Spot) -> str:
        """Where somebody is, since when they are here or away from the keys, from where."""
        about = self._project.whereabouts.get(spot.connection)
        words = [spot.where if spot.path or spot.where == "you" else "here"]
        person = [one for one in self._project.people if one.connection == spot.connection]
        if self.app.size.width >= WIDE and person:
            words.append(f"here since {clock(person[0].since / 1000)}")
        if spot.idle:
            words.append(f"idle since {clock(spot.idle / 1000)}")
        if about is not None and about.machine:
            words.append(f"from {about.machine}")
        return " · ".join(words)

    @property
    def _person(self) -> Person | None:
        """The marked place's, or of somebody in several the first."""
        guest = self._marked
        others = self._together.others()
        if guest is None or not guest.here:
            return None
        here = [one for one in others if one.connection == guest.connection]
        if guest.where.startswith("you") and len(others) == 1:
            here = others  # there is nobody else who could be meant
        return next(iter(here or [one for one in others if one.user == guest.name]), None)

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

    def do_go(self) -> None:
        """Go to where the marked one is."""
        person = self._person
        if person is None or not self._together.go_to(person.connection):
            desk(self).notice("They have nothing open here to go to")
        else:
            self.dismiss(None)

    def do_follow(self) -> None:
        """Have my view go with that of the marked one."""
        if (person := self._person) is None:
            desk(self).notice("Mark somebody else who is here")
        else:
            self.dismiss(None)
            self._together.follow(person)

    def do_call(self) -> None:
        """Ask the marked one to come to where I am."""
        if (person := self._person) is None:
            desk(self).notice("Mark somebody else who is here")
        else:
            self._together.call(person.user)

    def do_copy(self) -> None:
        """Put the line for somebody on this machine into the clipboard."""
        self.app.copy_to_clipboard(self._lines()[0])
        desk(self).notice(f"Copied: {safe(self._lines()[0])}")

    def do_copy_remote(self) -> None:
        """Put the line for somebody on another machine into the clipboard."""
        self.app.copy_to_clipboard(self._lines()[1])
        desk(self).notice(f"Copied: {safe(self._lines()[1])}")

    def do_close(self) -> None:
        """Go back."""
        self.dismiss(None)
