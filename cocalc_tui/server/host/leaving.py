"""What a purged history leaves beside the log: large parts of outputs that no log names any more.

A part lies under its hash, and another notebook may show the same picture. So what the log named is
noted before another takes its place, and goes once all logs were looked through: now, or where the
relay is killed or an archive is away, when the relay starts the next time.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Collection, Iterable
from functools import partial
from pathlib import Path

from cocalc_tui.client.requests import RequestFailed, Requests
from cocalc_tui.protocol import messages as m
from cocalc_tui.server.blobs import BlobStore, named

AT_ONCE = 10_000
"""Hashes that the relay looks for at a time: far less than a frame."""
_log = logging.getLogger(__name__)


class Leaving:
    """The parts that are to go. `held` says what kernels have put there and not committed yet."""

    def __init__(
        self, file: Path, blobs: BlobStore, requests: Requests, held: Callable[[], set[str]]
    ) -> None:
        self._file = file
        self._blobs = blobs
        self._requests = requests
        self._held = held
        self._one_at_a_time = asyncio.Lock()

    async def note(self, doc: str, upto: int) -> None:
        """Note what the log of a document names; raises RequestFailed and OSError."""
        names: set[str] = set()
        after = 0
        while after < upto:
            part = await self._part(doc, after, upto)
            names |= await asyncio.to_thread(named, part.blocks, part.entries)
            after = part.upto
        there = [name for name in names if self._blobs.put_at(name)]
        if there:
            self._write({*self._noted(), *there})

    async def _part(self, doc: str, after: int, upto: int) -> m.Fetched:
        found = await self._requests.ask(
            lambda id_: m.Fetch(id=id_, doc=doc, after=after, upto=upto)
        )
        assert isinstance(found, m.Fetched)
        return found

    async def go(self) -> None:
        """Delete what was noted and is named nowhere; what cannot be looked up now stays noted."""
        async with self._one_at_a_time:
            try:
                await self._go()
            except (OSError, RequestFailed) as error:
                _log.warning("parts of a purged history are not deleted yet: %s", error)

    async def _go(self) -> None:
        noted = self._noted()
        if not noted:
            return
        # What is put there from now on is newer than the note.
        self._write(noted)
        begun, held = self._file.stat().st_mtime_ns, self._held()
        still = await self._mentioned(sorted(noted))
        left = {name for name in noted - still if not self._drop(name, held, begun)}
        self._write(left)

    async def _mentioned(self, names: list[str]) -> set[str]:
        found: set[str] = set()
        for start in range(0, len(names), AT_ONCE):
            ask = partial(m.Mentioned, hashes=names[start : start + AT_ONCE])
            found |= set(await self._requests.result(partial(_numbered, ask), list[str]))
        return found

    def _drop(self, name: str, held: Collection[str], begun: int) -> bool:
        """Delete a part unless somebody is about to name it; whether it is gone."""
        put_at = self._blobs.put_at(name)
        if put_at and (name in held or put_at >= begun):
            return False
        self._blobs.drop(name)
        return True

    def _noted(self) -> set[str]:
        try:
            return set(json.loads(self._file.read_bytes()))
        except (FileNotFoundError, ValueError):
            return set()

    def _write(self, names: Iterable[str]) -> None:
        text = json.dumps(sorted(names))
        if text == "[]":
            self._file.unlink(missing_ok=True)
            return
        new = self._file.with_suffix(".new")
        new.write_text(text)
        new.replace(self._file)


def _numbered(ask: Callable[..., m.Mentioned], id_: int) -> m.Mentioned:
    return ask(id=id_)
