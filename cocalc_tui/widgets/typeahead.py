"""Keys are delivered one after the other, each after all that the one before it did.

Textual sends every key to whatever has the keyboard when the key is *read*. Who types ctrl+o and
at once a name would find the first letters of the name in their text, and everybody else would
too. Here a key waits until the widgets on the way of the one before have dealt with it and its
action has begun, so that it goes to what has the keyboard then. With nothing on its way, which is
always while somebody just types, a key waits for nothing.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque

from textual.events import Event, Key, Paste

from cocalc_tui.widgets.clean import CleanApp
from cocalc_tui.widgets.notes import Note
from cocalc_tui.widgets.tty import HungUp

PATIENCE = 2.0
"""Seconds after which a key is delivered whatever happens."""
SOON = 50
"""Looks at whether a key may go on that follow at once: mostly a few are enough."""
AGAIN = 0.002
"""Seconds between later looks."""


class TypeAheadApp(CleanApp, inherit_bindings=False):
    """An app in which what is typed ahead arrives where it belongs."""

    def __init__(self) -> None:
        super().__init__()
        self._held: deque[tuple[float, Event]] = deque()
        self._beginning = 0
        self._looks = 0
        self._on_its_way: Event | None = None
        """The key delivered last, until it has arrived."""
        self.typed_at = 0.0
        """When it was delivered (monotonic)."""

    def key_typed(self) -> None:
        """Somebody is at the keys: one is about to be delivered."""

    def keys_wait(self) -> None:
        """Something begins that may move the keyboard elsewhere."""
        self._beginning += 1

    def keys_go(self) -> None:
        """It has begun: the keyboard is where it is to be."""
        self._beginning = max(self._beginning - 1, 0)

    @property
    def keys_held(self) -> bool:
        """Whether keys that are here already wait for their turn."""
        return bool(self._held)

    async def on_event(self, event: Event) -> None:
        """Deliver a key, or hold it back for now."""
        typed = isinstance(event, Key | Paste | HungUp) and not event.is_forwarded
        if not typed:
            await super().on_event(event)
            self._arrived(event)
        elif self._exit:
            return  # nobody is there any more to take it
        elif self._held or self._unsettled(event):
            self._held.append((time.monotonic(), event))
            if len(self._held) == 1:
                self._look_again()
        else:
            await self._send(event)

    async def _send(self, event: Event) -> None:
        self._on_its_way = event
        self.typed_at = time.monotonic()
        self.key_typed()
        self._looks = 0
        await super().on_event(event)

    def _arrived(self, event: Event) -> None:
        """A key that nobody stopped has wandered outwards to the app: that was its whole way."""
        if self._on_its_way is event:
            self._on_its_way = None

    def _look_again(self) -> None:
        self._looks += 1
        loop = asyncio.get_running_loop()
        loop.call_later(0 if self._looks < SOON else AGAIN, self.call_next, self._deliver)

    async def _deliver(self) -> None:
        """Deliver what was held back, as far as that is possible by now."""
        while self._held and not self._exit:
            since, event = self._held[0]
            if self._unsettled(event):
                if time.monotonic() - since < PATIENCE:
                    self._look_again()
                    return
                self._beginning = 0
            self._held.popleft()
            await self._send(event)

    def _unsettled(self, event: Event) -> bool:
        """Whether an earlier key is still on its way, or is just being acted on."""
        if self._beginning or self._is_on_its_way():
            return True
        node = self.focused
        if isinstance(node, Note) and node.soon:
            return isinstance(event, Paste) or (isinstance(event, Key) and event.is_printable)
        return False

    def _is_on_its_way(self) -> bool:
        # Whoever uses a key stops it; Textual has no public word for that.
        return self._on_its_way is not None and not self._on_its_way._stop_propagation
