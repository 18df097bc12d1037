"""What all screens of a past have in common: others see where I am there, and may lead me there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.app import App

from cocalc_tui.client.whereabouts import Whereabouts
from cocalc_tui.widgets.leaving import Leaving

if TYPE_CHECKING:
    from cocalc_tui.client.document import SharedDocument
    from cocalc_tui.widgets.phrases import Word


class PastScreen(Leaving[None], inherit_bindings=False):
    """A screen on which one goes through the past of a document."""

    document: SharedDocument
    whom: Sequence[Word] = ()
    """Says whom I follow, if anybody."""
    theirs: Whereabouts | None = None
    """Where who leads me is."""

    @property
    def stands(self) -> Whereabouts:
        """Where I am in the past."""
        raise NotImplementedError

    def catch_up(self) -> None:
        """Go where `theirs` is, as soon as that can be."""
        raise NotImplementedError

    def say_where(self) -> None:
        """Say what shows, and whom I follow, at the top."""
        raise NotImplementedError

    def go_along(self, here: Whereabouts) -> None:
        """Look at what somebody else looks at."""
        if here != self.theirs:
            self.theirs = here
            self.catch_up()

    def led_by(self, whom: Sequence[Word]) -> None:
        """Say whom I follow; where that is nobody (any more), I go where I want."""
        if not whom:
            self.theirs = None
        if list(whom) != list(self.whom):
            self.whom = whom
            self.say_where()


def past_on(app: App[None]) -> PastScreen | None:
    """The past that somebody goes through."""
    return next((one for one in app.screen_stack if isinstance(one, PastScreen)), None)
