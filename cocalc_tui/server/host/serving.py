"""What apps ask of the host side, each request answered by one small function.

The relay checked the role already. Whoever asked is named in what happens because of it.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from cocalc_tui.protocol import messages as m
from cocalc_tui.protocol.events import BlobPart, ChatRead
from cocalc_tui.server.host.filing import FileRequest, serve_files
from cocalc_tui.server.host.purging import purge
from cocalc_tui.server.host.root import FileError
from cocalc_tui.server.host.snapshots import SERVED
from cocalc_tui.server.host.wording import RESTARTS
from cocalc_tui.server.kernels.runner import KernelError, Runner

if TYPE_CHECKING:
    from cocalc_tui.server.host.host import Host
    from cocalc_tui.server.host.opened import Opened

MOST_BYTES = 1_000_000
"""Bytes of a blob that are given at a time."""


async def serve(host: Host, request: m.Message, user: str) -> Any:
    """Do what is asked; returns the result. Raises FileError and KernelError."""
    if isinstance(request, FileRequest):
        return await serve_files(host, request, user)
    match request:
        case m.Save():
            await _opened(host, request.doc).save(by=user)
        case m.ListSaves():
            return await _opened(host, request.doc).document.saves()
        case m.Purge():
            await purge(host, _opened(host, request.doc), user)
        case m.Blob():
            return await _blob(host, request)
        case m.ListChats():
            return host.notes.chats.states(user)
        case m.UnreadMessages():
            return host.notes.chats.unread(user, request.doc)
        case m.ReadMarks():
            return host.notes.chats.readers(request.doc)
        case m.MarkRead():
            key = host.notes.chats.mark(user, request.doc, request.seq)
            read = ChatRead(doc=request.doc, user=user, seq=request.seq, key=key)
            host.say("", "read", read, keep=False)
        case _ if type(request) in SERVED:
            return await host.snapshots.serve(request, user)
        case _:
            return await _ask_runner(_runner(host), request, user)
    return None


async def _ask_runner(runner: Runner, request: m.Message, user: str) -> Any:
    match request:
        case m.Run():
            return await runner.run(
                request.doc,
                request.cells,
                user,
                fresh=request.fresh,
                unattended=request.unattended,
            )
        case m.Input():
            await runner.answer(request.doc, request.run, request.text)
        case m.Interrupt():
            await runner.interrupt(request.doc, user)
        case m.Restart():
            await runner.restart(request.doc, user, stop=request.stop)
        case m.Kernels():
            return await runner.kernels(request.doc)
        case m.ChooseKernel():
            await runner.choose(request.doc, request.name, user)
        case m.OutputText():
            return await runner.output_text(request)
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


async def _blob(host: Host, request: m.Blob) -> BlobPart:
    count = max(0, min(request.count, MOST_BYTES))
    size, data = await asyncio.to_thread(host.blobs.part, request.name, request.start, count)
    return BlobPart(size=size, data=data)


def _opened(host: Host, doc: str) -> Opened:
    try:
        return host.open[doc]
    except KeyError:
        if host.closing:
            raise FileError("busy", RESTARTS) from None
        raise FileError("missing", "this document is not open") from None
