"""What the parts of the history screen know of each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.screen import Screen

from cocalc_tui.widgets.history.body import Body

if TYPE_CHECKING:
    from cocalc_tui.client.document import SharedDocument
    from cocalc_tui.history.pasts import LogPast, Past
    from cocalc_tui.history.reading import Content
    from cocalc_tui.widgets.project import Project


class HistoryActs:
    """A part of the screen: where it stands, and how it goes elsewhere."""

    project: Project
    document: SharedDocument
    body: Body
    own: LogPast | None = None
    """The document's own log, once it was fetched."""
    past: Past | None = None
    """What is gone through: the log, commits or snapshots."""
    seen: Content = ""
    """The newest version that was fetched of the log: what is restored is meant against it."""
    version = 0
    mark: int | None = None
    """The other end of what is compared."""
    with_now = False
    """Whether versions are compared with the newest of the log."""
    difference = True
    columns = False
    blames = False
    person = ""
    """Whose steps are gone through; "" everybody's."""

    @property
    def kind(self) -> str:
        """What one goes through: versions, or the editions that others kept."""
        other = self.past is not None and self.past is not self.own
        return self.past.line.burst(0).kind if other and self.past is not None else "version"

    @property
    def _screen(self) -> Screen[None]:
        return cast("Screen[None]", self)

    def say(self, text: str) -> None:
        """Say what is being done, at the top."""
        raise NotImplementedError

    def go(self, version: int) -> None:
        """Show a version."""
        raise NotImplementedError

    def show(self) -> None:
        """Show the version anew, in another way."""
        raise NotImplementedError

    async def look_again(self) -> None:
        """Fetch what is new, and show the newest version."""
        raise NotImplementedError

    def settle(self) -> bool:
        """Show what is due, before something is done to what shows; False where that takes long."""
        raise NotImplementedError

    async def change_past(self, kind: str) -> None:
        """Go through the past of a kind, if there is one; raises RequestFailed."""
        raise NotImplementedError

    def choose_past(self, past: Past, at: int | None = None) -> None:
        """Go through another past, from its newest version."""
        raise NotImplementedError
