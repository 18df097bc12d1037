"""What an app asks about the git commits that changed a file."""

from __future__ import annotations

from cocalc_tui.client.requests import Requests
from cocalc_tui.client.snapshots import whole
from cocalc_tui.protocol import messages as m
from cocalc_tui.protocol.events import CommitInfo, SnapshotPart

NO_COMMIT = "no git commit changed it under this name; a rename is followed once it is committed"


class Commits:
    """The commits of the project's files; every call raises RequestFailed."""

    def __init__(self, requests: Requests) -> None:
        self._requests = requests

    async def of(self, path: str) -> list[CommitInfo]:
        """Those that changed a file, the newest first."""
        return await self._requests.result(
            lambda id_: m.ListCommits(id=id_, path=path), list[CommitInfo]
        )

    async def read(self, commit: str, path: str) -> bytes:
        """What the file held, under whatever name it had then."""
        return await whole(lambda offset: self._part(commit, path, offset))

    async def _part(self, commit: str, path: str, offset: int) -> SnapshotPart:
        return await self._requests.result(
            lambda id_: m.ReadCommit(id=id_, commit=commit, path=path, offset=offset), SnapshotPart
        )
