"""Being together, from everywhere: go to people, follow them, ask them to come."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from textual.screen import Screen

from cocalc_tui.widgets.acting import desk
from cocalc_tui.widgets.glyphs import safe
from cocalc_tui.widgets.keynames import shown
from cocalc_tui.widgets.past import past_on

if TYPE_CHECKING:
    from cocalc_tui.client.events import SomebodyStands
    from cocalc_tui.protocol.messages import Person
    from cocalc_tui.sync.patch import Json
    from cocalc_tui.widgets.project import Project
    from cocalc_tui.widgets.sharing.following import Following
    from cocalc_tui.widgets.sharing.standing import Standing
    from cocalc_tui.widgets.tiles import Tiles

CALLS = 5.0
"""Seconds between two calls of one person that are shown."""
EVERYBODY = ""


class TogetherActs(Screen[None]):
    """Part of the main screen: what is done with people."""

    project: Project
    tiles: Tiles
    standing: Standing
    following: Following
    show_soon: Callable[[], None]
    caller = ""
    """The connection of who asked me to come last."""
    _called_at: Mapping[str, float] = {}
    """When each person's call was shown last (monotonic)."""

    def visit(self, path: str, place: Mapping[str, Json] | None = None) -> None:
        """Show a document, as the main screen does."""
        raise NotImplementedError

    # --- what can be done ----------------------------------------------------------------------

    def do_people(self) -> None:
        """Show who is here and who may join, and let people in and out."""
        from cocalc_tui.widgets.sharing.screen import PeopleScreen

        self.app.push_screen(PeopleScreen(self.project, self))

    async def do_follow(self) -> None:
        """Have my view go with somebody's, or stay where I am."""
        if self.following.connection:
            self.following.end()
        elif (person := await self._whom("Whose view to follow")) is not None:
            self.follow(person)

    def do_call(self) -> None:
        """Ask everybody to come to where I am."""
        self.call(EVERYBODY)

    def do_go_to_caller(self) -> None:
        """Go to who asked me to come."""
        if not self.go_to(self.caller):
            desk(self).notice("Nobody asked you to come, or they are gone")

    async def _whom(self, question: str) -> Person | None:
        from cocalc_tui.widgets.picker import Choice

        others = self.others()
        if not others:
            desk(self).notice("Nobody else is here")
            return None
        if len(others) == 1:
            return others[0]
        choices = [Choice(one.connection, one.user, self._words(one.connection)) for one in others]
        chosen = await desk(self).pick(question, choices)
        return next((one for one in others if one.connection == chosen), None)

    def others(self) -> list[Person]:
        """Everybody's places but this one, who is at the keys first."""
        me = self.project.me.connection if self.project.me else ""
        found = [one for one in self.project.people if one.connection != me]
        return sorted(found, key=lambda one: (self._idle(one.connection), one.user))

    def _idle(self, connection: str) -> int:
        here = self.project.whereabouts.get(connection)
        return here.idle if here is not None else 0

    def _words(self, connection: str) -> str:
        here = self.project.whereabouts.get(connection)
        return here.words if here is not None else ""

    def follow(self, person: Person) -> None:
        """Have my view go with theirs."""
        here = self.project.whereabouts.get(person.connection)
        me = self.project.me.connection if self.project.me else ""
        if here is not None and here.follows == me:
            desk(self).notice(f"{person.user} follows you already")
            return
        self.following.start(person)
        self.standing.follow(person.connection)
        self.show_soon()

    def ended(self, why: str) -> None:
        """I follow nobody any more."""
        self.standing.follow("")
        if (past := past_on(self.app)) is not None:
            past.led_by(())
        if why:
            desk(self).notice(f"You follow nobody any more: {why}")
        self.show_soon()

    def call(self, user: str) -> None:
        """Ask somebody, or everybody, to come to where I am."""
        document = self.tiles.document
        if not self.others():
            desk(self).notice("Nobody else is here")
        elif document is None:
            desk(self).notice("Open something first: they are asked to come there")
        else:
            self.standing.call(user, document)
            whom = user or "Everybody here"
            desk(self).notice(f"{whom} is asked to come to {self.standing.told.words}")

    def go_to(self, connection: str) -> bool:
        """Go to where somebody is; False where that is not known."""
        here = self.project.whereabouts.get(connection)
        if here is None or not here.path:
            return False
        self.visit(here.path, here.place or None)
        return True

    # --- what happens --------------------------------------------------------------------------

    def somebody_stands(self, event: SomebodyStands) -> None:
        """Somebody is elsewhere, or asks for me."""
        before = event.before.calls if event.before is not None else event.now.calls
        me = self.project.me.user if self.project.me else ""
        if event.now.calls > before and event.now.called in {EVERYBODY, me}:
            self._called(event)
        self.following.look()

    def _called(self, event: SomebodyStands) -> None:
        now = time.monotonic()
        if now < self._called_at.get(event.user, -CALLS) + CALLS:
            return
        self._called_at = {**self._called_at, event.user: now}
        self.caller = event.connection
        keys = desk(self).reader.keymap.keys_of("app.go_to_caller")
        how = f"{shown(keys[0])} goes there" if keys else "`Go to who calls` in the commands"
        text = f"{event.user} asks you to come to {safe(event.now.words)}: {how}"
        desk(self).notice(text)
