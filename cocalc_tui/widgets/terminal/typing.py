"""What is typed into a terminal: in its order, and once, also over a relay that is started anew."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import time
import unicodedata
from collections.abc import Callable
from typing import Literal

from textual.keys import REPLACED_KEYS

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.client.requests import RequestFailed
from cocalc_tui.client.terminals import Terminal

PATIENCE, AGAIN = 10.0, 0.05
"""Seconds for which what is typed waits for a relay, and between two tries."""
Kind = Literal["key", "text", "paste"]


class Typing:
    """What one pane types into its terminal."""

    def __init__(
        self, document: SharedDocument, terminal: Terminal, unsent: Callable[[], None]
    ) -> None:
        """`unsent` is called where the relay stays away and what was typed is dropped."""
        self.view = secrets.token_hex(4)
        """Tells the relay side which view somebody types in."""
        self._document = document
        self._terminal = terminal
        self._unsent = unsent
        self._waiting: list[tuple[Kind, str]] = []
        self._sending = False
        self._count = 0
        """Of what was sent."""

    async def add(self, kind: Kind, what: str) -> None:
        """Type a key by its name or a text, after what was typed before; raises RequestFailed.

        What is typed while something is on its way goes with the next.
        """
        self._waiting.append((kind, what))
        if self._sending:
            return
        self._sending = True
        try:
            while self._waiting:
                kind = self._waiting[0][0]
                some: list[str] = []
                while self._waiting and self._waiting[0][0] == kind:
                    some.append(self._waiting.pop(0)[1])
                self._count += 1
                await self._deliver(kind, some, self._count)
        finally:
            self._sending = False

    async def _deliver(self, kind: Kind, some: list[str], n: int) -> None:
        """Have it typed once, over a relay that is started anew meanwhile."""
        keys, text = (some, "") if kind == "key" else ([], "".join(some))
        words = {"text": text} if kind == "text" else {"paste": text}
        until = time.monotonic() + PATIENCE
        while True:
            try:
                await self._terminal.type(keys=keys, **words, view=self.view, n=n)
            except RequestFailed as error:
                away = not self._document.attached or error.code in {"offline", "busy"}
                if not away or time.monotonic() > until:
                    self._waiting.clear()
                    if away:
                        self._unsent()
                    raise
                await asyncio.sleep(AGAIN)
            else:
                return


def plain_name(key: str) -> str:
    """A key's name as terminals have it: `alt+:` for Textual's `alt+colon`."""
    *modifiers, name = key.split("+")
    if not modifiers or name == "space":
        return key
    with contextlib.suppress(KeyError):
        name = unicodedata.lookup(REPLACED_KEYS.get(name, name).replace("_", " "))
    return "+".join([*modifiers, name])
