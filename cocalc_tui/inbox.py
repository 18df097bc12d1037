"""Messages that came over a connection, until whoever listens has heard them.

A message is handed on in the call in which it came, where the one before it is dealt with. What
waits is bounded: while much is unread nothing more is read, and so the other side has to wait.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

from cocalc_tui.protocol.transport import Hear

MOST_UNREAD = 256 * 1024
"""Bytes of messages that wait for whoever listens before the other side has to wait."""


class Inbox:
    """What came over one connection."""

    __slots__ = ("_busy", "_ended", "_hear", "_messages", "_news", "_slowed", "_unread", "wire")
    wire: asyncio.Transport
    """What is not read while much is unread; to be set before anything comes."""

    def __init__(self) -> None:
        self._messages: list[bytes] = []
        self._unread = 0
        """Bytes of them."""
        self._hear: Hear | None = None
        self._busy: asyncio.Future[None] | None = None
        """What a listener is still doing about a message."""
        self._news: asyncio.Future[None] | None = None
        """Whoever waits for a message, or for the end."""
        self._ended: Exception | None = None
        self._slowed = False

    # --- for the connection --------------------------------------------------------------------

    def came(self, message: bytes) -> None:
        """A message came."""
        if self._ended is not None:
            return
        if self._hear is not None and self._busy is None and not self._messages:
            self._give(self._hear, message)
            return
        self._messages.append(message)
        self._unread += len(message)
        self._hand_on()

    def end(self, why: Exception) -> None:
        """The connection is over; the first reason counts."""
        if self._ended is None:
            self._ended = why
        self.wake()

    def wake(self) -> None:
        """Something else happened that somebody may wait for."""
        if self._news is not None and not self._news.done():
            self._news.set_result(None)

    def drop(self) -> None:
        """Forget what is unread."""
        self._messages.clear()
        self._unread = 0
        self._slow_down()

    # --- for whoever listens -------------------------------------------------------------------

    async def news(self) -> None:
        """Wait for news; raises what ended the connection, once all that came is read."""
        if self._ended is not None and not self._messages and self._busy is None:
            raise self._ended
        self._news = asyncio.get_running_loop().create_future()
        await self._news

    async def take(self) -> bytes:
        """Return the next message; raises what ended the connection."""
        while not self._messages:
            await self.news()
        message = self._next()
        self._slow_down()
        return message

    async def listen(self, hear: Hear) -> None:
        """Hand on each message as it comes; raises what ended the connection, or refused one."""
        self._hear = hear
        try:
            self._hand_on()
            while True:
                await self.news()
        finally:
            self._hear = None
            if self._busy is not None:
                self._busy.cancel()

    # --- how it works --------------------------------------------------------------------------

    def _hand_on(self) -> None:
        """Give the listener what came, one after the other."""
        while self._messages and self._hear is not None and self._busy is None:
            self._give(self._hear, self._next())
        self._slow_down()
        if self._hear is None or self._ended is not None:
            self.wake()

    def _give(self, hear: Hear, message: bytes) -> None:
        try:
            work = hear(message)
        except Exception as error:
            self._refuse(error)
        else:
            if work is not None:
                self._busy = asyncio.ensure_future(self._finish(work))

    async def _finish(self, work: Awaitable[None]) -> None:
        try:
            await work
        except Exception as error:
            self._refuse(error)
        finally:
            self._busy = None
        self._hand_on()

    def _refuse(self, why: Exception) -> None:
        """Whoever listened wants no more: what is still unread is for nobody."""
        self.drop()
        self.end(why)

    def _next(self) -> bytes:
        message = self._messages.pop(0)
        self._unread -= len(message)
        return message

    def _slow_down(self) -> None:
        """Let the other side wait while much is unread."""
        if self._slowed == (self._unread > MOST_UNREAD) or self.wire.is_closing():
            return
        self._slowed = not self._slowed
        if self._slowed:
            self.wire.pause_reading()
        else:
            self.wire.resume_reading()
