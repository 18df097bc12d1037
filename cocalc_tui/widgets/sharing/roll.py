"""Who belongs to the project: asked anew whenever people come, go or get another role.

Everybody's colour and letters follow from it, so every screen has to know it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.screen import Screen

from cocalc_tui.client.requests import RequestFailed
from cocalc_tui.widgets.acting import desk

if TYPE_CHECKING:
    from textual.worker import WorkType

    from cocalc_tui.widgets.project import Project


class Roll(Screen[None]):
    """Part of the main screen: it knows who is who."""

    project: Project
    show_soon: Callable[[], None]

    def call_roll(self) -> None:
        """Give who is here their faces, and find out who else may come."""
        self._know(desk(self).faces.members)
        ask: WorkType[None] = (
            self._ask
        )  # a coroutine that is cut off before it runs is complained of
        self.run_worker(ask, group="roll", exclusive=True)

    async def _ask(self) -> None:
        from cocalc_tui.client.sharing import Sharing

        try:
            members = await Sharing(self.project.requests).members()
        except RequestFailed:
            return  # the next connection asks again
        self._know([name for name in members if not name.startswith("@")])

    def _know(self, members: list[str]) -> None:
        if (here := desk(self).people) and desk(self).faces.know(members, here):
            desk(self).recolour()
            self.show_soon()
