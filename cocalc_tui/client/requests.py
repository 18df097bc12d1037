"""Questions to the relay and the answers that come back, paired by number."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from typing import TypeVar

import msgspec

from cocalc_tui.protocol import messages as m

Result = TypeVar("Result")


class RequestFailed(Exception):  # noqa: N818 - it is an answer, not a fault of the program
    """The relay could not do it; `text` is one line for people."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


class Requests:
    """The questions of one app that wait for an answer."""

    def __init__(self, send: Callable[[m.Message], bool]) -> None:
        self._send = send
        self._ids = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[m.Message]] = {}

    def next_id(self) -> int:
        """A number for a new request."""
        return next(self._ids)

    async def ask(self, make: Callable[[int], m.Message], id_: int | None = None) -> m.Message:
        """Send the request `make(id)` and wait for its answer; raises RequestFailed."""
        id_ = self.next_id() if id_ is None else id_
        future: asyncio.Future[m.Message] = asyncio.get_running_loop().create_future()
        self._waiting[id_] = future
        try:
            if not self._send(make(id_)):
                raise RequestFailed("offline", "not connected to the relay just now")
            answer = await future
        finally:
            self._waiting.pop(id_, None)
        if isinstance(answer, m.Failed):
            raise RequestFailed(answer.code, answer.text)
        return answer

    async def result(self, make: Callable[[int], m.Message], type_: type[Result]) -> Result:
        """Send a request and return what its `Answer` holds; raises RequestFailed."""
        answer = await self.ask(make)
        assert isinstance(answer, m.Answer)
        return msgspec.msgpack.decode(answer.result, type=type_)

    def answered(self, id_: int, message: m.Message) -> None:
        """An answer came."""
        future = self._waiting.get(id_)
        if future is not None and not future.done():
            future.set_result(message)

    def fail_all(self, reason: str) -> None:
        """No more answers will come."""
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(RequestFailed("offline", reason))
