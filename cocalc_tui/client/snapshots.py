"""What an app asks about snapshots of the project folder."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

import msgspec

from cocalc_tui.client.events import ProjectTold, WorkspaceEvent
from cocalc_tui.client.requests import Requests
from cocalc_tui.protocol import messages as m
from cocalc_tui.protocol.events import (
    SnapshotDifference,
    SnapshotFile,
    SnapshotInfo,
    SnapshotPart,
    SnapshotProgress,
    SnapshotRestored,
)


class Project(Protocol):
    """What is read of `client.workspace.Workspace`."""

    def subscribe(self, listener: Callable[[WorkspaceEvent], None]) -> Callable[[], None]:
        """Hear of everything that happens; returns what ends it."""
        ...


def files(count: int) -> str:
    """How many files, for people."""
    return f"{count} file{'s' * (count != 1)}"


@contextmanager
def progress(project: Project, tell: Callable[[str], None]) -> Iterator[None]:
    """While a snapshot is taken, tell people how far that is."""

    def happened(event: WorkspaceEvent) -> None:
        if isinstance(event, ProjectTold) and event.topic == "snapshot":
            said = msgspec.msgpack.decode(event.data, type=SnapshotProgress)
            if not said.done:
                tell(f"{said.files:,} files looked at, {said.read / 1_000_000:,.0f} MB read")

    stop = project.subscribe(happened)
    try:
        yield
    finally:
        stop()


async def whole(part: Callable[[int], Awaitable[SnapshotPart]]) -> bytes:
    """All of a file that is asked for in parts, each from an offset on."""
    data = b""
    while True:
        found = await part(len(data))
        data += found.data
        if not found.data or len(data) >= found.size:
            return data


class Snapshots:
    """The snapshots of the project; every call raises RequestFailed."""

    def __init__(self, requests: Requests) -> None:
        self._requests = requests

    async def all(self, path: str | None = None) -> list[SnapshotInfo]:
        """All of them, the newest first; with `path` those in which that file changed."""
        return await self._requests.result(
            lambda id_: m.ListSnapshots(id=id_, path=path), list[SnapshotInfo]
        )

    async def take(self, title: str, *, before: bool = False) -> str:
        """Take one now; returns its id. One `before` much is changed goes after some days."""
        return await self._requests.result(
            lambda id_: m.TakeSnapshot(id=id_, title=title, before=before), str
        )

    async def browse(self, snapshot: str, path: str = "") -> list[SnapshotFile]:
        """What is in a folder."""
        return await self._requests.result(
            lambda id_: m.BrowseSnapshot(id=id_, snapshot=snapshot, path=path), list[SnapshotFile]
        )

    async def read(self, snapshot: str, path: str) -> bytes:
        """What a file held."""
        return await whole(lambda offset: self._part(snapshot, path, offset))

    async def _part(self, snapshot: str, path: str, offset: int) -> SnapshotPart:
        return await self._requests.result(
            lambda id_: m.ReadSnapshot(id=id_, snapshot=snapshot, path=path, offset=offset),
            SnapshotPart,
        )

    async def compare(
        self, snapshot: str, other: str = "", path: str = ""
    ) -> list[SnapshotDifference]:
        """Files that differ from another one, or (`other` "") from what is there now."""
        return await self._requests.result(
            lambda id_: m.CompareSnapshots(id=id_, snapshot=snapshot, other=other, path=path),
            list[SnapshotDifference],
        )

    async def restore(self, snapshot: str, path: str = "") -> SnapshotRestored:
        """Put back a file or folder, or all."""
        return await self._requests.result(
            lambda id_: m.RestoreSnapshot(id=id_, snapshot=snapshot, path=path), SnapshotRestored
        )

    async def drop(self, snapshot: str) -> None:
        """Take one away for good."""
        await self._requests.ask(lambda id_: m.DropSnapshot(id=id_, snapshot=snapshot))

    async def rules(self, changes: dict[str, int] | None = None) -> dict[str, int]:
        """How often they are taken and how many are kept; with `changes` set anew first."""
        if changes:
            return await self._requests.result(
                lambda id_: m.SetSnapshotRules(id=id_, rules=changes), dict[str, int]
            )
        return await self._requests.result(lambda id_: m.SnapshotRules(id=id_), dict[str, int])
