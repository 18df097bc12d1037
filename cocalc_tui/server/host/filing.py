"""What apps ask about files and folders, each request answered by one small function."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from cocalc_tui.chat.places import beside
from cocalc_tui.protocol import messages as m
from cocalc_tui.protocol.events import FileInfo, FilePart, SearchPart
from cocalc_tui.server.host import files
from cocalc_tui.server.host.copying import copy
from cocalc_tui.server.host.parts import count_lines, read_part
from cocalc_tui.server.host.root import FileError

if TYPE_CHECKING:
    from cocalc_tui.server.host.host import Host
    from cocalc_tui.server.host.opened import Opened

FileRequest = (
    m.ListFiles
    | m.MakeFile
    | m.RenameFile
    | m.CopyFile
    | m.DeleteFile
    | m.ListTrash
    | m.RestoreFile
    | m.EmptyTrash
    | m.Upload
    | m.UploadPart
    | m.UploadEnd
    | m.Download
    | m.CountLines
    | m.SearchFiles
)


async def serve_files(host: Host, request: FileRequest, user: str) -> Any:
    """Do what is asked; returns the result. Raises FileError."""
    match request:
        case m.ListFiles():
            return await asyncio.to_thread(_list, host, request)
        case m.ListTrash():
            return await asyncio.to_thread(host.trash.contents)
        case m.Download():
            return await _download(host, request)
        case m.CountLines():
            return await asyncio.to_thread(count_lines, host.root, request.path, request.at)
        case m.SearchFiles():
            return await _search(host, request)
        case m.Upload():
            return await host.uploads.begin(request, user)
        case m.UploadPart():
            return await host.uploads.add(request.transfer, request.at, request.data, user)
        case m.EmptyTrash():
            return await asyncio.to_thread(host.trash.empty, request.name)
        case _:
            result = await _change(host, request, user)
            host.names_changed()
            return result


def _list(host: Host, request: m.ListFiles) -> list[FileInfo]:
    if not request.recursive:
        host.outside.names.follow(request.path)
    return files.list_files(host.root, request.path, recursive=request.recursive)


async def _change(host: Host, request: FileRequest, user: str) -> Any:
    match request:
        case m.MakeFile():
            await asyncio.to_thread(files.make, host.root, request.path, folder=request.folder)
        case m.RenameFile():
            await _rename(host, request)
        case m.CopyFile():
            async with saved_and_still(host, request.path):
                await asyncio.to_thread(copy, host.root, request.path, request.to)
        case m.DeleteFile():
            return await _delete(host, request, user)
        case m.RestoreFile():
            return await asyncio.to_thread(host.trash.restore, request.name, request.to)
        case m.UploadEnd():
            path = host.uploads.path(request.transfer)
            async with saved_and_still(host, path):
                now = host.clock()
                await host.uploads.end(request.transfer, user, now, keep=request.keep)
    return None


@contextlib.asynccontextmanager
async def saved_and_still(host: Host, path: str) -> AsyncIterator[list[Opened]]:
    """Save the open documents at a path and below it, and let nobody write them for a while."""
    inside = [
        opened
        for opened in host.open.values()
        if opened.shared.path == path or opened.shared.path.startswith(f"{path}/")
    ]
    async with contextlib.AsyncExitStack() as stack:
        for opened in inside:
            with contextlib.suppress(FileError):
                await opened.save(asked=False)
            await stack.enter_async_context(opened.document.busy)
        yield inside


async def _rename(host: Host, request: m.RenameFile) -> None:
    """Move a file, and the chat beside it where somebody said something there."""
    await _move(host, request.path, request.to)
    with contextlib.suppress(FileError):
        await _move(host, beside(request.path), beside(request.to))


async def _move(host: Host, path: str, to: str) -> None:
    async with saved_and_still(host, path) as moved:
        await asyncio.to_thread(files.rename, host.root, path, to)
        for opened in moved:
            opened.shared.path = to + opened.shared.path.removeprefix(path)
        host.workspace.send(m.Moved(path=path, to=to))
        host.notes.chats.moved(path, to)


async def _delete(host: Host, request: m.DeleteFile, user: str) -> str:
    async with saved_and_still(host, request.path) as gone:
        name = await asyncio.to_thread(host.trash.take, request.path, user, host.clock())
    for opened in gone:
        opened.gone(user)
    host.notes.chats.gone(request.path)
    return name


async def _download(host: Host, request: m.Download) -> FilePart:
    """The first part waits for what is typed: the log has it, and the file is to have it too."""
    if request.at == 0:
        for opened in list(host.open.values()):
            if opened.shared.path == request.path:
                with contextlib.suppress(FileError):
                    await opened.save(asked=False)
    return await asyncio.to_thread(read_part, host.root, request.path, request.at)


async def _search(host: Host, request: m.SearchFiles) -> SearchPart:
    """The first part waits for what is typed: it is to be found, too."""
    if not request.after:
        for opened in list(host.open.values()):
            with contextlib.suppress(FileError):
                await opened.save(asked=False)
    return await host.searching.search(request)
