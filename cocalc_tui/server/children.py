"""Processes that do a piece of work for this one and do not outlive it.

Whoever waits for one may give up: the relay ends, or an app goes. A child that was left then would
go on with work nobody wants, and its pipes stay open as long as this process lives.
"""

from __future__ import annotations

import asyncio
import contextlib
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from typing import Any


@contextlib.asynccontextmanager
async def child(*command: str, **how: Any) -> AsyncIterator[Process]:
    """A process as of `asyncio.create_subprocess_exec`, ended by the end of the block.

    Raises OSError where it does not start.
    """
    process = await asyncio.create_subprocess_exec(*command, **how)
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        transport: asyncio.SubprocessTransport = process._transport  # type: ignore[attr-defined]  # asyncio gives it to nobody
        for pipe in map(transport.get_pipe_transport, range(3)):
            if pipe is not None:
                pipe.close()  # somebody whom the child started may hold the other end
        await process.wait()
