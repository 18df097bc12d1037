"""Who is in the project, and where in what I have open."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.style import Style

from cocalc_tui.client.whereabouts import Whereabouts
from cocalc_tui.notebook import schema
from cocalc_tui.protocol.kinds import NOTEBOOK
from cocalc_tui.widgets.acting import desk
from cocalc_tui.widgets.phrases import clock
from cocalc_tui.widgets.rows import Row, Rows
from cocalc_tui.widgets.theme import colour

if TYPE_CHECKING:
    from cocalc_tui.client.document import SharedDocument
    from cocalc_tui.client.places import Place
    from cocalc_tui.sync.patch import Json
    from cocalc_tui.widgets.project import Project

NAME = 12
"""Cells of a name that a long place leaves it."""


class Spot(NamedTuple):
    """One place of one person."""

    user: str
    where: str
    """In words."""
    path: str = ""
    """What to open to be there; "" for nothing."""
    place: Mapping[str, Json] = {}
    """Where in it, as a pane's memento says it."""
    connection: str = ""
    idle: int = 0
    """Since when no key was pressed, milliseconds; 0: they are at the keys."""


def spot(document: SharedDocument, place: Place) -> Whereabouts:
    """A place in a document, as everybody is told of it."""
    if document.type == NOTEBOOK:
        cells = schema.cells(document.replica)
        cell = cells.index(place.cell) + 1 if place.cell in cells else None
        return Whereabouts(document.path, cell=cell)
    if place.at is None:
        return Whereabouts(document.path)
    text = document.replica.text(place.at)
    return Whereabouts(document.path, line=text.row_col(min(place.caret, len(text)))[0])


def spots(project: Project) -> list[Spot]:
    """Everybody and where they are: a row for each place, me first."""
    me = project.me.connection if project.me else ""
    rows: list[Spot] = []
    for person in sorted(project.people, key=lambda one: (one.connection != me, one.user)):
        if person.connection == me:
            rows.append(Spot(person.user, "you", connection=me))
            continue
        here = project.whereabouts.get(person.connection)
        places = _open_here(project, person.connection)
        if here is not None and here.path:
            # Who has it open here, too, is seen to move at once.
            seen = [] if here.past else [one for one in places if one.path == here.path]
            places = seen[:1] or [here]
        idle = here.idle if here is not None else 0
        rows += [
            Spot(person.user, one.words, one.path, one.place, person.connection, idle)
            for one in places
        ] or [Spot(person.user, person.role, connection=person.connection, idle=idle)]
    # A second screen on which nothing is open that I see says nothing of where they are.
    placed = {row.user for row in rows if row.path}
    return [row for row in rows if row.path or row.where == "you" or row.user not in placed]


def _open_here(project: Project, connection: str) -> list[Whereabouts]:
    return [
        spot(document, other.place)
        for document in project.documents.values()
        for other in document.others
        if other.connection == connection
    ]


def _told_once(rows: Sequence[Spot]) -> list[Spot]:
    """One row for two screens of one person in one place; who is at the keys of one is not idle."""
    told: dict[tuple[str, str], Spot] = {}
    for row in rows:
        before = told.setdefault((row.user, row.where), row)
        if before.idle and (not row.idle or row.idle > before.idle):
            told[row.user, row.where] = row
    return [*told.values()]


class PeopleList(Rows):
    """A row per person and document."""

    DEFAULT_CSS = "PeopleList { height: auto; max-height: 30%; background: $side; }"
    can_focus = False

    def __init__(
        self, project: Project, visit: Callable[[str, Mapping[str, Json] | None], None]
    ) -> None:
        """`visit` opens a path, at a place in it."""
        super().__init__(id="people")
        self._project = project
        self._visit = visit
        self._spots: Sequence[Spot] = ()

    def look_again(self) -> None:
        """Show who is where now."""
        found = _told_once(spots(self._project))
        if found != self._spots:
            taller = len(found) != len(self._spots)
            self._spots = found
            self.changed()
            self.refresh(layout=taller)

    def count(self) -> int:
        """One row per spot."""
        return len(self._spots)

    def mark_shows(self) -> bool:
        """Nothing is marked here."""
        return False

    def get_content_height(self, *_: object) -> int:
        """A row each."""
        return self.count()

    def row(self, index: int) -> Row:
        """Letters, name, place."""
        user, where, idle = (spot := self._spots[index]).user, spot.where, spot.idle
        faces = desk(self).faces
        letters = Style(color=faces.colour(user), bold=True)
        dim = Style(color=colour(self, "text-dim"))
        name = Style(color=colour(self, "text-dim" if idle else "foreground"))
        where = f"idle {clock(idle / 1000)}" if idle else where
        # The end of a place tells more than its beginning, a name more than both.
        room = max(self.size.width - len(" AB  ") - min(cell_len(user), NAME), 2)
        if cell_len(where) >= room:
            where = "…" + set_cell_size(where[::-1], room - 2)[::-1]
        return Row([(f" {faces.initials(user)} ", letters), (user, name)], [(f" {where} ", dim)])

    def chosen(self, index: int) -> None:
        """A click goes to where somebody is."""
        if (spot := self._spots[index]).path:
            self._visit(spot.path, spot.place or None)
