"""My view goes with somebody else's, from document to document, until I touch a key.

It goes into a document's past, too, and back out of it. Where I touch a key there, I stay there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from cocalc_tui.client.places import Place
from cocalc_tui.protocol.kinds import TEXT
from cocalc_tui.widgets.pane import Pane

if TYPE_CHECKING:
    from cocalc_tui.client.document import SharedDocument
    from cocalc_tui.client.whereabouts import Whereabouts
    from cocalc_tui.protocol.messages import Person
    from cocalc_tui.sync.patch import Json
    from cocalc_tui.widgets.past import PastScreen
    from cocalc_tui.widgets.project import Project
    from cocalc_tui.widgets.tiles import Tiles


class Following:
    """Whom I follow, if anybody."""

    def __init__(
        self,
        project: Project,
        tiles: Tiles,
        visit: Callable[[str, Mapping[str, Json] | None], None],
        show_past: Callable[[SharedDocument], PastScreen],
        ended: Callable[[str], None],
    ) -> None:
        """`visit` shows a document, `show_past` its past.

        `ended` hears why following ended, "" for a key of mine.
        """
        self._project = project
        self._tiles = tiles
        self._visit = visit
        self._show_past = show_past
        self._ended = ended
        self.user = ""
        """Whom; "" for nobody."""
        self.connection = ""
        self._seen: tuple[str, Place] | None = None
        """The document and the place in it that I was taken to last."""
        self._past: PastScreen | None = None
        """The past that I was taken to."""

    def start(self, person: Person) -> None:
        """Follow somebody from now on."""
        self.user, self.connection, self._seen = person.user, person.connection, None
        self.look()

    def end(self, why: str = "") -> None:
        """Stay where I am."""
        if self.connection:
            self.user = self.connection = ""
            self._past = None
            self._ended(why)

    def look(self) -> None:
        """Go where they are now."""
        if not self.connection:
            return
        here = self._project.whereabouts.get(self.connection)
        if here is None:
            if all(one.connection != self.connection for one in self._project.people):
                self.end(f"{self.user} left" if self._project.online else "not connected")
            return
        # Who goes along with somebody goes nowhere by themselves: else two would chase each other.
        document = self._tiles.document
        if document is not None and document.path == here.path and here.past and not here.follows:
            self._look_back(here, document)
            return
        self._leave_past()
        if here.path and not here.follows and (document is None or document.path != here.path):
            if self._seen is None or self._seen[0] != here.path:
                self._seen = (here.path, Place())
                self._visit(here.path, here.place)
            return
        self._look_inside(here)

    def _look_back(self, here: Whereabouts, document: SharedDocument) -> None:
        """Look at the version that they look at."""
        if self._past is None or self._past.document is not document:
            self._leave_past()
            if not self._tiles.screen.is_current:
                return
            self._past = self._show_past(document)
        self._past.go_along(here)

    def _leave_past(self) -> None:
        past, self._past = self._past, None
        if past is not None:
            past.dismiss(None)

    def _look_inside(self, here: Whereabouts) -> None:
        document, pane = self._tiles.document, self._tiles.pane
        if document is None or document.path != here.path or not isinstance(pane, Pane):
            return
        places = [one.place for one in document.others if one.connection == self.connection]
        if not places:
            return
        before = self._seen[1] if self._seen is not None and self._seen[0] == here.path else Place()
        if places[0] != before and (document.type == TEXT or places[0].cell != before.cell):
            self._seen = (here.path, places[0])
            pane.follow(places[0])
