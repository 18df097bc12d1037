"""Sending what an earlier start of the app left unsent: by itself, and exactly once.

The patches keep their ids, so it does not matter whether the app was killed before or after the
relay had them, nor whether this start is killed in the midst of it: the next one goes on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from itertools import count
from typing import TYPE_CHECKING

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.client.events import WorkSent, WorkspaceEvent
from cocalc_tui.client.journal import Journal, Orphan, Work, orphans
from cocalc_tui.client.outbox import follow_on
from cocalc_tui.client.ready import PushRefused
from cocalc_tui.client.requests import RequestFailed
from cocalc_tui.protocol.patches import PatchFormError, from_wire
from cocalc_tui.sync.patch import Patch

if TYPE_CHECKING:
    from cocalc_tui.client.workspace import Workspace

_LATER = {"offline", "busy", "disk", "gap"}
"""Codes of a refusal that says nothing against the work itself."""
AGAIN = 3.0
"""Seconds until what could not be sent just now is tried again."""


class _LaterError(Exception):
    """Not now: the journal stays for another try."""


class _NewerError(Exception):
    """Of a newer release, which may know what it is: the journal stays for that."""


class Recovery:
    """What one project's earlier apps left behind, on its way to the relay."""

    def __init__(
        self, workspace: Workspace, journal: Journal, tell: Callable[[WorkspaceEvent], None]
    ) -> None:
        """`journal` is this app's own; `tell` hears what became of what others left."""
        self._workspace = workspace
        self._journal = journal
        self._tell = tell
        self._task: asyncio.Task[None] | None = None

    def start(self, place: str) -> None:
        """The relay answers, and names the project's folder: look for journals and send them."""
        self._journal.place = place
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Leave the rest to another start."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        later = True
        while later and self._workspace.online:
            later = await self._put_off()
            if later:
                await asyncio.sleep(AGAIN)

    async def _put_off(self) -> bool:
        """Send what there is; returns whether some of it is to be tried again."""
        mine = self._journal
        found = await asyncio.to_thread(
            lambda: list(orphans(mine.project, mine.folder, mine.place))
        )
        later = False
        try:
            while found:
                later |= not await self._sent(found[-1])
                found.pop()
        finally:
            for orphan in found:
                orphan.release()
        return later

    async def _sent(self, orphan: Orphan) -> bool:
        """Send a journal; False where that is to be tried again."""
        try:
            for work in orphan.works:
                await self._send(work)
        except (_LaterError, _NewerError) as error:
            orphan.release()
            return isinstance(error, _NewerError)
        orphan.done()
        return True

    async def _send(self, work: Work) -> None:
        try:
            patches = [from_wire(patch) for patch in work.patches]
        except PatchFormError as error:
            raise _NewerError from error
        try:
            async with self._workspace.borrowed(work.path, work.doc) as document:
                await self._push(document, patches)
        except RequestFailed as failed:
            if failed.code in _LATER:
                raise _LaterError from failed
            self._workspace.keep_copy(work.path, patches, failed.text)

    async def _push(self, document: SharedDocument, patches: Sequence[Patch]) -> None:
        fresh = follow_on(document.replica, patches)
        if fresh is None:
            lost = [patch for patch in patches if patch.id not in document.replica]
            text = "the relay has another log of it"
            self._workspace.keep_copy(document.path, lost, text)
            return
        if not fresh:
            return
        try:
            await self._workspace.push(document, fresh)
        except PushRefused as refused:
            await self._refused(document, fresh, refused)
        else:
            self._tell(WorkSent(document.path, fresh[0].time / 1000))

    async def _refused(
        self, document: SharedDocument, fresh: Sequence[Patch], refused: PushRefused
    ) -> None:
        if refused.code in _LATER:
            raise _LaterError from refused
        if refused.code == "clock":
            # Nobody has seen it yet, nor what follows it, so their times may still change.
            first = [patch.id for patch in fresh].index(refused.patch)
            times = count(refused.now)
            restamped = [patch._replace(time=next(times)) for patch in fresh[first:]]
            await self._push(document, [*fresh[:first], *restamped])
            return
        lost = [patch for patch in fresh if patch.id not in document.replica]
        self._workspace.keep_copy(document.path, lost, refused.text)
