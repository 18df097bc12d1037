"""Processes that work for this one: none is left when whoever waits gives up."""

from __future__ import annotations

import asyncio
import os
import signal
from asyncio.subprocess import PIPE

from cocalc_tui.server.children import child
from tests.server.hosting import until
from tests.server.processes.look import alive


async def test_who_gives_up_leaves_no_child() -> None:
    pids: list[int] = []

    async def work() -> None:
        async with child("sleep", "1000", stdout=PIPE) as process:
            pids.append(process.pid)
            await process.communicate()

    task = asyncio.create_task(work())
    await until(lambda: pids)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert not alive(pids[0])


async def test_a_pipe_that_somebody_else_holds_is_let_go() -> None:
    async with child("sh", "-c", "sleep 1000 & echo $!; wait", stdout=PIPE) as process:
        assert process.stdout is not None
        holder = int(await process.stdout.readline())
    assert process.returncode == -signal.SIGKILL
    os.kill(holder, signal.SIGKILL)


async def test_what_ended_by_itself_says_how() -> None:
    async with child("sh", "-c", "sleep 1000 & echo $!; exit 3", stdout=PIPE) as process:
        assert process.stdout is not None
        holder = int(await process.stdout.readline())
        await until(lambda: process.returncode is not None)
    assert process.returncode == 3
    os.kill(holder, signal.SIGKILL)
