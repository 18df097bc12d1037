"""What apps ask of the host side, each request answered by one small function.

The relay checked the role already. Whoever asked is named in what happens because of it.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from cocalc_tui.protocol import messages as m
from cocalc_tui.protocol.events import FileInfo
from cocalc_tui.server.host import files
from cocalc_tui.server.host.root import FileError
from cocalc_tui.server.kernels.runner import KernelError, Runner

if TYPE_CHECKING:
    from cocalc_tui.server.host.host import Host
    from cocalc_tui.server.host.opened import Opened


async def serve(host: Host, request: m.Message, user: str) -> Any:
    """Do what is asked; returns the result. Raises FileError and KernelError."""
    match request:
        case m.ListFiles():
            return await _list(host, request)
        case m.MakeFile():
            await asyncio.to_thread(files.make, host.root, request.path, folder=request.folder)
            host.say("", "files", None, keep=False)
        case m.RenameFile():
            await _rename(host, request)
        case m.DeleteFile():
            await _delete(host, request, user)
        case m.Save():
            await _opened(host, request.doc).save()
        case _:
            return await _ask_runner(_runner(host), request, user)
    return None


async def _ask_runner(runner: Runner, request: m.Message, user: str) -> Any:
    match request:
        case m.Run():
            await runner.run(request.doc, request.cells, user)
        case m.Interrupt():
            await runner.interrupt(request.doc, user)
        case m.Restart():
            await runner.restart(request.doc, user, stop=request.stop)
        case m.Kernels():
            return await runner.kernels(request.doc)
        case m.ChooseKernel():
            await runner.choose(request.doc, request.name, user)
        case m.Outputs():
            return runner.outputs(request.doc, request.run, request.after)
        case m.Complete():
            return await runner.complete(request.doc, request.code, request.pos)
        case m.Inspect():
            return await runner.inspect(request.doc, request.code, request.pos, request.detail)
        case m.ClearOutputs():
            await runner.clear(request.doc, request.cells, user)
        case m.CopyOutputs():
            runner.copy_outputs(request.doc, request.source, request.pairs, user)
        case _:
            name = type(request).__name__
            raise FileError("unknown", f"{name}: this release does not know that request")
    return None


def _runner(host: Host) -> Runner:
    if host.runner is None:
        raise KernelError("no kernels can be run here")
    return host.runner


def _opened(host: Host, doc: str) -> Opened:
    try:
        return host.open[doc]
    except KeyError:
        raise FileError("missing", "this document is not open") from None


async def _list(host: Host, request: m.ListFiles) -> list[FileInfo]:
    return await asyncio.to_thread(
        files.list_files, host.root, request.path, recursive=request.recursive
    )


@contextlib.asynccontextmanager
async def _saved_and_still(host: Host, path: str) -> AsyncIterator[list[Opened]]:
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
    path, to = request.path, request.to
    async with _saved_and_still(host, path) as moved:
        await asyncio.to_thread(files.rename, host.root, path, to)
        for opened in moved:
            opened.shared.path = to + opened.shared.path.removeprefix(path)
        host.workspace.send(m.Moved(path=path, to=to))


async def _delete(host: Host, request: m.DeleteFile, user: str) -> None:
    async with _saved_and_still(host, request.path) as gone:
        name = f"{host.clock()}-{secrets.token_hex(4)}"
        note = {"user": user, "at": str(host.clock())}
        await asyncio.to_thread(files.delete, host.root, request.path, host.trash, name, note)
    for opened in gone:
        opened.trouble(
            f"{opened.shared.path}: {user} deleted this file; it is made again when it is edited"
        )
    host.say("", "files", None, keep=False)
