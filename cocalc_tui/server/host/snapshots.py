"""Snapshots as the host side has them: when they are taken, and what apps ask about them; commits.

The work is a child's (`server.snapshots.worker`). Every few minutes one looks whether anything
changed; that costs 0.1 s of a niced processor, and nothing is written where nothing did.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import time
from asyncio.subprocess import Process
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from cocalc_tui.protocol import messages as m
from cocalc_tui.protocol.events import (
    CommitInfo,
    SnapshotDifference,
    SnapshotFile,
    SnapshotInfo,
    SnapshotPart,
    SnapshotProgress,
    SnapshotRestored,
)
from cocalc_tui.server.children import child
from cocalc_tui.server.daemon import python_command
from cocalc_tui.server.host.root import FileError
from cocalc_tui.server.snapshots.rules import Rules, RulesError, load, store

Say = Callable[[SnapshotProgress], None]
_LONGEST_LINE = 64 * 2**20
_WEEK = 7 * 24 * 60 * 60
_LOOK = 60.0
"""Seconds between looks at whether a snapshot is due."""


SERVED = frozenset(
    {
        m.ListCommits,
        m.ReadCommit,
        m.ListSnapshots,
        m.TakeSnapshot,
        m.BrowseSnapshot,
        m.ReadSnapshot,
        m.CompareSnapshots,
        m.RestoreSnapshot,
        m.DropSnapshot,
        m.SnapshotRules,
        m.SetSnapshotRules,
    }
)
"""What `Snapshots.serve` answers."""


class EndedError(FileError):
    """The child was ended before it said what came of it."""


def _now() -> float:
    """Seconds of the clock that nobody sets, and that goes on while the machine sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Snapshots:
    """The snapshots of one project."""

    def __init__(
        self, project: Path, state: Path, say: Say, now: Callable[[], float] = _now
    ) -> None:
        """`say` tells everybody of progress; `now` gives seconds, and never jumps."""
        self._project = project
        self._rules = state / "snapshots.json"
        self._say = say
        self._now = now
        self._since = now()
        """When the last one was taken or looked for."""
        self._tidied = now()

    # --- by the clock --------------------------------------------------------------------------

    async def keep_taking(self) -> None:
        """Take one whenever it is time and something changed, until cancelled."""
        while True:
            await asyncio.sleep(_LOOK)
            with contextlib.suppress(FileError):
                await self.look()

    async def look(self) -> None:
        """Take one if it is time. Raises FileError."""
        every = load(self._rules).every
        if every and self._now() - self._since >= every * 60:
            await self._take("cocalc-tui", "automatic", f"every {every} minutes")
        if self._now() - self._tidied >= _WEEK:
            self._tidied = self._now()
            await self._work("tidy")

    async def _take(self, user: str, kind: str, title: str) -> str | None:
        self._since = self._now()
        before = int(time.time())
        try:
            id_: str | None = await self._work("take", user=user, kind=kind, title=title)
        except EndedError:
            # It may have been taken all the same: then nobody is to take it again.
            newest = next(iter(await self._listed(None)), None)
            if newest is None or newest["at"] < before or newest["user"] != user:
                raise
            return str(newest["id"])
        return id_

    # --- what apps ask -------------------------------------------------------------------------

    async def serve(self, request: m.Message, user: str) -> Any:
        """Answer a request; raises FileError, and KeyError for one that is not about snapshots."""
        match request:
            case m.ListSnapshots():
                return [_info(one) for one in await self._listed(request.path)]
            case m.TakeSnapshot():
                kind = "before" if request.before else "named"
                return await self._take(user, kind, request.title or "by hand")
            case m.RestoreSnapshot():
                words = {"snapshot": request.snapshot, "path": request.path}
                done = await self._work("restore", user=user, **words)
                return msgspec.convert(done, SnapshotRestored)
            case m.SnapshotRules():
                return load(self._rules)._asdict()
            case m.SetSnapshotRules():
                return self._set(request.rules)
        do, answer = _ASKED_OF_THE_CHILD[type(request)]
        words = msgspec.structs.asdict(request)
        del words["id"]
        return answer(await self._work(do, **words))

    async def _listed(self, path: str | None) -> list[dict[str, Any]]:
        try:
            found: list[dict[str, Any]] = await self._work("list", path=path)
        except FileError as error:
            if error.code == "missing":
                return []
            raise
        return found

    def _set(self, rules: dict[str, int]) -> dict[str, int]:
        if unknown := rules.keys() - set(Rules._fields):
            raise FileError(
                "form", f"no rule {min(unknown)!r}; there are {', '.join(Rules._fields)}"
            )
        try:
            changed = load(self._rules).changed(**rules)
            store(self._rules, changed)
        except RulesError as error:
            raise FileError("form", str(error)) from None
        except OSError as error:
            raise FileError("disk", f"the rules cannot be stored: {error.strerror}") from None
        return changed._asdict()

    # --- the child -----------------------------------------------------------------------------

    async def _work(self, do: str, **words: Any) -> Any:
        """Have a child do it; raises FileError."""
        started = child(
            *python_command("cocalc_tui.server.main", "snapshots", str(self._project)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=_LONGEST_LINE,
        )
        try:
            async with started as worker:
                return await self._conversation(worker, {"do": do, **words})
        finally:
            if do == "take":
                self._say(SnapshotProgress(files=0, read=0, done=True))

    async def _conversation(self, worker: Process, request: Any) -> Any:
        assert worker.stdin is not None
        assert worker.stdout is not None
        worker.stdin.write(json.dumps(request).encode())
        worker.stdin.close()
        while line := await worker.stdout.readline():
            said = json.loads(line)
            if "progress" in said:
                files, read = said["progress"]
                self._say(SnapshotProgress(files=files, read=read))
            elif "result" in said:
                return said["result"]
            else:
                raise FileError(said["code"], said["failed"])
        raise EndedError("disk", "the snapshot's process was ended before it was done; try again")


def _part(found: dict[str, Any]) -> SnapshotPart:
    return SnapshotPart(size=found["size"], data=base64.b64decode(found["data"]))


def _info(one: dict[str, Any]) -> SnapshotInfo:
    return msgspec.convert({**one, "at": one["at"] * 1000}, SnapshotInfo)


def _commit(one: dict[str, Any]) -> CommitInfo:
    return msgspec.convert({**one, "at": one["at"] * 1000}, CommitInfo)


# The child may be of a newer release than a relay that went on over an update, and say more than
# it knows of: that is left out.
_ASKED_OF_THE_CHILD: dict[type[m.Message], tuple[str, Callable[[Any], Any]]] = {
    m.BrowseSnapshot: ("browse", lambda found: msgspec.convert(found, list[SnapshotFile])),
    m.ReadSnapshot: ("read", _part),
    m.ListCommits: ("commits", lambda found: [_commit(one) for one in found]),
    m.ReadCommit: ("commit", _part),
    m.CompareSnapshots: ("compare", lambda found: msgspec.convert(found, list[SnapshotDifference])),
    m.DropSnapshot: ("drop", lambda done: done),
}
"""What the child calls a request, whose fields it takes as they are, and what to make of it."""
