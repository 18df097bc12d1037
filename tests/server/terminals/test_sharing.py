"""Several people at one terminal: whose size it has, and who has the keyboard."""

from __future__ import annotations

import asyncio

import pytest

from cocalc_tui.protocol import messages as m
from cocalc_tui.server.host.root import FileError
from cocalc_tui.server.terminals.starting import TerminalGrounds
from tests.server.terminals.relay_side import DOC, Side, until


async def test_the_size_is_the_smallest_or_mine_or_fixed(grounds: TerminalGrounds) -> None:
    side = await Side(grounds).start()
    await side.open()
    for user in ("ann", "bob"):
        side.shared.somebody_moved(f"of {user}", user, {"session": "0" * 16})

    async def window(user: str, columns: int, lines: int, policy: str | None = None) -> None:
        words = {"columns": columns, "lines": lines, "policy": policy}
        await side.ask(m.TerminalSize(id=1, doc=DOC, **words), user=user)  # type: ignore[arg-type]  # words of several types

    async def settles(columns: int, lines: int, by: str, lines_by: str = "") -> None:
        wanted = columns, lines, by, lines_by
        async with asyncio.timeout(60):
            while True:
                screen = await side.open()
                if (screen.columns, screen.lines, screen.size_by, screen.lines_by) == wanted:
                    return
                await asyncio.sleep(0.02)

    await window("ann", 100, 30)
    await window("bob", 90, 40)
    await settles(90, 30, "bob", "ann")
    await window("bob", 90, 40, "mine")
    await settles(90, 40, "bob")
    await window("bob", 70, 20)
    await settles(70, 20, "bob")
    await window("ann", 120, 50, "fixed")
    await window("bob", 60, 20)
    await settles(120, 50, "ann")
    assert (await side.open()).policy == "fixed"
    await window("ann", 100, 30, "smallest")
    await settles(60, 20, "bob")
    for number in range(200):
        await window("bob", 60 + number % 20, 20)
    sizes = {(one.columns, one.lines) for one in side.heard[-300:]}
    assert len(sizes) < 20, "a storm is a few changes"
    await side.terminals.close()


async def test_an_ended_one_is_as_large_as_it_was(grounds: TerminalGrounds) -> None:
    side = await Side(grounds).start()
    await side.open()
    await side.ask(m.TerminalSize(id=1, doc=DOC, columns=101, lines=31, policy="fixed"))
    await until(lambda: side.heard[-1].columns == 101)
    await side.type("exit\r")
    await until(lambda: not side.heard[-1].running)
    assert (side.heard[-1].columns, side.heard[-1].lines) == (101, 31)


async def test_one_may_have_the_keyboard_alone(grounds: TerminalGrounds) -> None:
    side = await Side(grounds).start()
    await side.open()
    side.shared.somebody_moved("of ann", "ann", {"session": "0" * 16})
    await side.ask(m.TerminalKeyboard(id=1, doc=DOC, mine=True))
    assert (await side.open()).keyboard == "ann"
    with pytest.raises(FileError, match="ann has the keyboard"):
        await side.type("x", user="bob")
    await side.type("echo mine\r")
    await side.shows("mine")
    side.shared.somebody_moved("of ann", "ann", None)
    await side.type("echo his\r", user="bob")
    await side.shows("his")
    await side.terminals.close()
