"""The relay side's end of its talk with a keeper, of a kernel or a terminal.

Who listens at the socket must be the host's own: a planted one would be told what people type.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cocalc_tui.peers import peer_uid
from cocalc_tui.server.keeper.forms import understood

LONGEST_LINE = 64 * 2**20


class KeeperGoneError(ConnectionError):
    """Nobody keeps this kernel or terminal any more."""


class StrangeKeeperError(KeeperGoneError):
    """The keeper lives, and speaks as no release does that this one knows."""

    def __init__(self) -> None:
        super().__init__("its keeper is of another release, which can go on with it")


class KeeperLink:
    """A connection to one keeper."""

    def __init__(self, heard: Callable[[dict[str, Any] | None], None]) -> None:
        """`heard` is called with what the keeper says unasked, and with None when it left."""
        self.gone = True
        """The keeper left, or we did, or we have not come yet."""
        self.greeting: dict[str, Any] = {}
        """What it said when we came."""
        self._heard = heard
        self._ids = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._writer: asyncio.StreamWriter | None = None
        self._task: asyncio.Task[None] | None = None

    async def connect(self, path: Path) -> None:
        """Connect; raises KeeperGoneError."""
        try:
            reader, writer = await asyncio.open_unix_connection(path, limit=LONGEST_LINE)
        except OSError as error:
            raise KeeperGoneError(str(error)) from None
        self._writer = writer
        try:
            _refuse_strangers(writer, path)
            self.greeting = json.loads(await reader.readline())
            if not understood(self.greeting):
                raise StrangeKeeperError
            self.gone = False
        except KeeperGoneError:
            raise
        except (OSError, ValueError) as error:
            raise KeeperGoneError(str(error)) from None
        finally:
            if self.gone:
                self._leave()
        self._task = asyncio.create_task(self._listen(reader))

    async def ask(self, do: str, **words: object) -> dict[str, Any]:
        """Have something done; returns the answer.

        Raises KeeperGoneError, and ValueError where it is refused.
        """
        if self.gone or self._writer is None:
            raise KeeperGoneError("the keeper is gone")
        id_ = next(self._ids)
        answer = self._waiting[id_] = asyncio.get_running_loop().create_future()
        try:
            self._writer.write(json.dumps({"id": id_, "do": do, **words}).encode() + b"\n")
            said: dict[str, Any] = await answer
        finally:
            self._waiting.pop(id_, None)
        if "error" in said:
            raise ValueError(said["error"])
        return said

    async def close(self) -> None:
        """Leave; the keeper goes on."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._leave()

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        try:
            while line := await reader.readline():
                said = json.loads(line)
                answered = self._waiting.get(said.get("id", 0))
                if answered is not None and not answered.done():
                    answered.set_result(said)
                elif "id" not in said:
                    self._heard(said)
        except (OSError, ValueError):
            pass
        finally:
            self._leave()

    def _leave(self) -> None:
        came, self.gone = not self.gone, True
        if self._writer is not None:
            self._writer.close()
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(KeeperGoneError("the keeper is gone"))
        if came:
            self._heard(None)


def _refuse_strangers(writer: asyncio.StreamWriter, path: Path) -> None:
    peer: socket.socket = writer.get_extra_info("socket")
    if peer_uid(peer) != os.geteuid():
        raise OSError(f"{path}: somebody else listens there")
