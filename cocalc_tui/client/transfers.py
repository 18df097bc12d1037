"""Files between a person's own disk and the project, part by part through the relay.

A lost connection is waited for, and a relay that started anew is sent the file again: whoever moves
ten gigabytes does not begin by hand because somebody restarted something. What arrives grows under
another name and gets its own when it is whole.

A project's names come from other people. None of them decides where on this disk something is
written: each part of a path must be a plain name.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Protocol, TypeVar

from msgspec import Struct

from cocalc_tui.client.files import Files
from cocalc_tui.client.requests import RequestFailed
from cocalc_tui.protocol.events import FilePart
from cocalc_tui.protocol.messages import MAX_PART

Result = TypeVar("Result")

AHEAD = 4
"""Parts on their way at once, so that a slow line is never idle."""
PAUSE = 0.05
"""Seconds until something is asked again after the connection was lost."""
ANEW = 3
"""How often a file is sent again because the relay forgot about it."""


class Progress(Struct, frozen=True):
    """How far a file is."""

    path: str
    """In the project."""
    done: int
    total: int
    """Bytes."""


class Line(Protocol):
    """What is needed of `client.workspace.Workspace`."""

    @property
    def files(self) -> Files:
        """The project's files."""
        ...

    async def ready(self) -> None:
        """Wait for the connection; raises RequestFailed where there will be none."""
        ...


Told = Callable[[Progress], object]


def _nothing(_: Progress) -> None:
    return


class TransferError(Exception):
    """It cannot be done; one line that says what and what to do."""


class Transfers:
    """Sends and fetches files and whole folders."""

    def __init__(self, line: Line, told: Told = _nothing) -> None:
        """`told` hears of every part."""
        self._line = line
        self._told = told

    # --- sending -------------------------------------------------------------------------------

    async def upload(self, local: Path, path: str, *, replace: bool = False) -> int:
        """Send a file, or a folder with all in it, to `path`; returns how many files.

        Links are not followed. Raises RequestFailed, TransferError and OSError.
        """
        if not await asyncio.to_thread(local.is_dir):
            await self._upload_file(local, path, replace=replace)
            return 1
        count = 0
        for folder, folders, names in os.walk(local):
            folders.sort()
            inside = Path(folder).relative_to(local)
            there = "/".join((path, *inside.parts))
            await self._ensure_folder(there)
            for name in sorted(names):
                if (Path(folder) / name).is_file() and not (Path(folder) / name).is_symlink():
                    await self._upload_file(Path(folder) / name, f"{there}/{name}", replace=replace)
                    count += 1
        return count

    async def _ensure_folder(self, path: str) -> None:
        try:
            await self._line.files.make(path, folder=True)
        except RequestFailed as failed:
            if failed.code != "exists":
                raise

    async def _upload_file(self, local: Path, path: str, *, replace: bool) -> None:
        with await asyncio.to_thread(local.open, "rb") as file:
            for attempt in range(ANEW):
                try:
                    await self._send(file, path, replace=replace)
                except RequestFailed as failed:
                    if failed.code != "missing" or attempt == ANEW - 1:
                        raise
                else:
                    return

    async def _send(self, file: BinaryIO, path: str, *, replace: bool) -> None:
        about = os.fstat(file.fileno())
        size, files = about.st_size, self._line.files
        transfer = await self._again(
            lambda: files.begin_upload(
                path, size, replace=replace, executable=bool(about.st_mode & 0o100)
            )
        )
        try:
            await self._send_parts(file, path, transfer, size)
            await self._again(lambda: files.end_upload(transfer, keep=True))
        except BaseException:
            with contextlib.suppress(RequestFailed):
                await files.end_upload(transfer, keep=False)
            raise

    async def _send_parts(self, file: BinaryIO, path: str, transfer: str, size: int) -> None:
        self._told(Progress(path, 0, size))
        going: deque[tuple[int, asyncio.Task[None]]] = deque()
        try:
            at = 0
            while at < size or going:
                if at < size and len(going) < AHEAD:
                    data = await asyncio.to_thread(os.pread, file.fileno(), MAX_PART, at)
                    if not data:
                        raise TransferError(f"{path}: the file became shorter while it was sent")
                    data = data[: size - at]
                    before = going[-1][1] if going else None
                    part = asyncio.ensure_future(self._part(transfer, at, data, before))
                    at += len(data)
                    going.append((at, part))
                    continue
                done, task = going[0]
                await task
                going.popleft()
                self._told(Progress(path, done, size))
        finally:
            await _end(task for _, task in going)

    async def _part(
        self, transfer: str, at: int, data: bytes, before: asyncio.Task[None] | None
    ) -> None:
        """Send a part; where a lost connection let it overtake the one before, once more."""
        try:
            await self._again(lambda: self._line.files.send_part(transfer, at, data))
        except RequestFailed as failed:
            if failed.code != "gap" or before is None:
                raise
            await before
            await self._part(transfer, at, data, None)

    # --- fetching ------------------------------------------------------------------------------

    async def download(self, path: str, local: Path, *, replace: bool = False) -> int:
        """Fetch a file, or a folder with all in it, to `local`; returns how many files.

        Raises RequestFailed, TransferError and OSError.
        """
        # All of it is known before anything is written, which may be into the project itself.
        folders: list[Path] = []
        files: list[tuple[str, Path]] = []
        await self._look(path, local, folders, files)
        for folder in folders:
            await asyncio.to_thread(folder.mkdir, exist_ok=True)
        for name, target in files:
            await self._download_file(name, target, replace=replace)
        return len(files)

    async def _look(
        self, path: str, local: Path, folders: list[Path], files: list[tuple[str, Path]]
    ) -> None:
        """Find what there is at a path and below it; links to folders are not followed."""
        try:
            entries = await self._again(lambda: self._line.files.entries(path))
        except RequestFailed as failed:
            if failed.code != "missing":
                raise
            files.append((path, local))
            return
        folders.append(local)
        for entry in entries:
            target = local / plain_name(entry.path)
            if entry.kind == "folder" and not entry.link:
                await self._look(entry.path, target, folders, files)
            elif entry.kind == "file":
                files.append((entry.path, target))

    async def fetch(self, path: str, into: BinaryIO) -> None:
        """Write a file of the project to what is open. Raises RequestFailed and TransferError."""
        at, stamp = 0, ""
        parts = self._parts(path)
        try:
            async for part in parts:
                if stamp and part.stamp != stamp:
                    raise TransferError(
                        f"{path}: it was written to while it was fetched; try again"
                    )
                stamp = part.stamp
                await asyncio.to_thread(into.write, part.data)
                at += len(part.data)
                self._told(Progress(path, at, part.total))
        finally:
            await parts.aclose()

    async def _parts(self, path: str) -> AsyncGenerator[FilePart, None]:
        """The parts of a file in order, asked for ahead."""
        first = await self._fetch_part(path, 0)
        yield first
        going: deque[asyncio.Task[FilePart]] = deque()
        try:
            at = len(first.data)
            while at < first.total or going:
                if at < first.total and len(going) < AHEAD:
                    going.append(asyncio.ensure_future(self._fetch_part(path, at)))
                    at += MAX_PART
                    continue
                part = await going[0]
                going.popleft()
                if not part.data:
                    raise TransferError(
                        f"{path}: it became shorter while it was fetched; try again"
                    )
                yield part
        finally:
            await _end(going)

    async def _fetch_part(self, path: str, at: int) -> FilePart:
        return await self._again(lambda: self._line.files.read_part(path, at))

    async def _download_file(self, path: str, local: Path, *, replace: bool) -> None:
        _require_free(local, replace=replace)
        with _growing(local) as file:
            await self.fetch(path, file)

    # --- over a connection that comes and goes -------------------------------------------------

    async def _again(self, ask: Callable[[], Awaitable[Result]]) -> Result:
        """Ask, and once more whenever the connection was lost."""
        while True:
            try:
                return await ask()
            except RequestFailed as failed:
                if failed.code != "offline":
                    raise
            await asyncio.sleep(PAUSE)
            await self._line.ready()


def plain_name(path: str) -> str:
    """The last part of a path that somebody else chose; raises TransferError for none."""
    name = path.rpartition("/")[2]
    if name in {"", ".", ".."} or "\0" in name:
        raise TransferError(f"{path!r}: the relay names a file in a way that is not allowed")
    return name


def _require_free(local: Path, *, replace: bool) -> None:
    if os.path.isdir(local):
        raise TransferError(f"{local}: this is a folder; say another name")
    if os.path.lexists(local) and not replace:
        raise TransferError(f"{local}: there is one already; say --replace to overwrite it")


@contextlib.contextmanager
def _growing(local: Path) -> Iterator[BinaryIO]:
    """A file that gets its name when it is whole."""
    hidden = local.with_name(f".{local.name[:200]}.{secrets.token_hex(4)}.part")
    try:
        with hidden.open("xb") as file:
            yield file
        hidden.replace(local)
    finally:
        hidden.unlink(missing_ok=True)


async def _end(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancel what is under way and wait for its end."""
    waiting = list(tasks)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
