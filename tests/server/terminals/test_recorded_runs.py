"""Recordings of real programs: over relays, over runs, and what becomes of them."""

from __future__ import annotations

import asyncio

import pytest

from cocalc_tui.protocol import messages as m
from cocalc_tui.server.host.root import FileError
from cocalc_tui.server.terminals.order import AboutTerminal, about_all, write_about
from cocalc_tui.server.terminals.recording import RUNS
from cocalc_tui.server.terminals.starting import TerminalGrounds
from cocalc_tui.terminal.replay import Replay
from tests.server.terminals.relay_side import DOC, Side, until


async def test_the_recording_goes_on_over_relays_and_runs(grounds: TerminalGrounds) -> None:
    first = await Side(grounds).start()
    await first.open()
    await first.type("echo before\r")
    await first.shows("before")
    await first.terminals.close()
    second = await Side(grounds).start()
    await second.type("echo after; exit 4\r")
    await until(lambda: second.heard and not second.heard[-1].running)
    assert (await second.open(again=True)).running
    await second.type("echo anew\r")
    await second.shows("anew")
    await second.terminals.close()
    third = await Side(grounds).start()
    async with asyncio.timeout(60):
        while "anew" not in (text := await third.recording()):
            await asyncio.sleep(0.02)
    for word in ("before", "after"):
        assert word in text
    assert [ending.code for ending in Replay(text).endings] == [4]
    with pytest.raises(FileError, match="not kept"):
        await third.ask(m.TerminalRecording(id=1, doc=DOC, name="../../secret"), types=False)
    await third.terminals.close()


async def test_what_was_shown_is_forgotten_and_recording_goes_on(grounds: TerminalGrounds) -> None:
    side = await Side(grounds).start()
    await side.open()
    await side.type("echo one-secret; exit\r")
    await until(lambda: side.heard and not side.heard[-1].running)
    await side.open(again=True)
    await side.type("echo another-secret\r")
    async with asyncio.timeout(60):
        while "another-secret" not in await side.recording():
            await asyncio.sleep(0.02)
    await side.type("clear\r")
    await until(lambda: "another" not in str(side.heard[-1].rows))
    await side.terminals.forget(DOC)
    await side.type("echo later\r")
    async with asyncio.timeout(60):
        while "later" not in (text := await side.recording()):
            await asyncio.sleep(0.02)
    assert "one-secret" not in text
    assert len(Replay(text)) > 0
    await side.terminals.close()


async def test_recordings_of_long_past_runs_go(grounds: TerminalGrounds) -> None:
    for number in range(RUNS + 3):
        folder = grounds.terminals / f"{number}"
        folder.mkdir(parents=True)
        write_about(folder, AboutTerminal(DOC, "build.term", "", 1, 1, number, exit=0))
    side = await Side(grounds).start()
    await side.open(again=True)
    assert len(about_all(grounds.terminals)) == RUNS + 1
    await side.terminals.close()
