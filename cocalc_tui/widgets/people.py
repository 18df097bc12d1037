"""Who is in the project, and where in what I have open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from rich.style import Style

from cocalc_tui.notebook import schema
from cocalc_tui.protocol.kinds import NOTEBOOK
from cocalc_tui.widgets.acting import desk
from cocalc_tui.widgets.rows import Row, Rows
from cocalc_tui.widgets.theme import colour

if TYPE_CHECKING:
    from cocalc_tui.client.document import SharedDocument
    from cocalc_tui.client.places import Other
    from cocalc_tui.widgets.project import Project

Spot = tuple[str, str, str]
"""A user, where they are, and the path to go to for it ("" for nowhere)."""


def where_is(document: SharedDocument, other: Other) -> str:
    """Somebody's place in words: `model.py:41`, `fit.ipynb cell 7`."""
    name, place = document.path.rpartition("/")[2], other.place
    if document.type == NOTEBOOK:
        cells = schema.cells(document.replica)
        return f"{name} cell {cells.index(place.cell) + 1}" if place.cell in cells else name
    if place.at is None:
        return name
    text = document.replica.text(place.at)
    return f"{name}:{text.row_col(min(place.caret, len(text)))[0] + 1}"


def spots(project: Project) -> list[Spot]:
    """Everybody and where they are: a row per document, me first."""
    me = project.me.connection if project.me else ""
    rows: list[Spot] = []
    for person in sorted(project.people, key=lambda one: (one.connection != me, one.user)):
        if person.connection == me:
            rows.append((person.user, "you", ""))
            continue
        places = [
            (person.user, where_is(document, other), document.path)
            for document in project.documents.values()
            for other in document.others
            if other.connection == person.connection
        ]
        rows += places or [(person.user, person.role, "")]
    # A second screen on which nothing is open that I see says nothing of where they are.
    placed = {user for user, _, path in rows if path}
    return [one for one in dict.fromkeys(rows) if one[2] or one[1] == "you" or one[0] not in placed]


class PeopleList(Rows):
    """A row per person and document."""

    DEFAULT_CSS = "PeopleList { height: auto; max-height: 30%; background: $side; }"
    can_focus = False

    def __init__(self, project: Project, visit: Callable[[str], None]) -> None:
        """`visit` opens a path."""
        super().__init__(id="people")
        self._project = project
        self._visit = visit
        self._spots: Sequence[Spot] = ()

    def look_again(self) -> None:
        """Show who is where now."""
        found = spots(self._project)
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
        user, where, _ = self._spots[index]
        faces = desk(self).faces
        letters = Style(color=faces.colour(user), bold=True)
        dim = Style(color=colour(self, "text-dim"))
        name = Style(color=colour(self, "foreground"))
        return Row([(f" {faces.initials(user)} ", letters), (user, name)], [(f" {where} ", dim)])

    def chosen(self, index: int) -> None:
        """A click goes to where somebody is."""
        if path := self._spots[index][2]:
            self._visit(path)
