"""Large parts of outputs, fetched when somebody looks at them and kept while there is room.

Whoever draws asks for a part and gets it, or nothing while it is on its way; then everybody is told
and they draw again. What is very large is fetched only for who asks for it by a key.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from cocalc_tui.client.requests import RequestFailed
from cocalc_tui.notebook.blobs import MissingBlobError, decoded
from cocalc_tui.protocol.events import BlobPart
from cocalc_tui.sync.patch import Json

if TYPE_CHECKING:
    from cocalc_tui.notebook.model import Notebook

ROOM = 24 * 2**20
"""Bytes that are kept."""
LARGEST = 8 * 2**20
"""Bytes of a part that is fetched to be drawn."""
TOGETHER = 4
"""Parts that are fetched at once."""


class Part(NamedTuple):
    """What there is of a part: nothing yet, its value, or why it cannot be had."""

    value: Json = None
    trouble: str = ""


class Blobs:
    """The parts that this app has."""

    def __init__(
        self, ask: Callable[[str, int], Awaitable[BlobPart]], came: Callable[[], None]
    ) -> None:
        """`ask` gets bytes from the relay side, by name and start; `came` is told of each part."""
        self.missed = 0
        """How often somebody has been told to wait."""
        self._ask = ask
        self._came = came
        self._parts: OrderedDict[str, tuple[Part, int]] = OrderedDict()
        """Each with its bytes."""
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._turn = asyncio.Semaphore(TOGETHER)

    def get(self, about: Mapping[str, Json]) -> Part:
        """A part that an output's `blobs_of` tells of."""
        name, size = str(about.get("name")), about.get("size")
        if name in self._parts:
            self._parts.move_to_end(name)
            return self._parts[name][0]
        if not isinstance(size, int) or size > LARGEST:
            return Part(trouble="too large to be shown here")
        self.missed += 1
        if name not in self._tasks:
            self._tasks[name] = asyncio.get_running_loop().create_task(self._get(name, about))
        return Part()

    async def fetch(self, about: Mapping[str, Json]) -> bytes:
        """All bytes of a part, of any size. Raises RequestFailed and MissingBlobError."""
        name = str(about.get("name"))
        data = bytearray()
        while True:
            part = await self._ask(name, len(data))
            data += part.data
            if not part.size or (len(data) < part.size and not part.data):
                raise MissingBlobError("it is not in the project any more")
            if len(data) >= part.size:
                return bytes(data)

    async def whole(self, notebook: Notebook) -> Notebook:
        """A notebook with all its parts; of what cannot be had, a word in its place."""
        from cocalc_tui.notebook.model import parts_of, with_parts

        found: dict[str, bytes] = {}
        for about in parts_of(notebook):
            with contextlib.suppress(MissingBlobError):
                found[str(about.get("name"))] = await self.fetch(about)
        return with_parts(notebook, found.get)

    def forget_failures(self) -> None:
        """Try again what could not be had, as after a new connection."""
        for name, (part, _) in list(self._parts.items()):
            if part.trouble:
                del self._parts[name]

    async def _get(self, name: str, about: Mapping[str, Json]) -> None:
        try:
            async with self._turn:
                data = await self.fetch(about)
            self._keep(name, Part(decoded(about, data)), len(data))
        except RequestFailed as failed:
            self._keep(name, Part(trouble=failed.text), 0)
        except ValueError as error:
            self._keep(name, Part(trouble=str(error)), 0)
        finally:
            del self._tasks[name]
        self._came()

    def _keep(self, name: str, part: Part, size: int) -> None:
        self._parts[name] = part, size
        while sum(size for _, size in self._parts.values()) > ROOM and len(self._parts) > 1:
            self._parts.popitem(last=False)
