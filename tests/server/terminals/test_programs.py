"""What programs are told, and how what they print and what is typed comes through."""

from __future__ import annotations

import asyncio
from pathlib import Path

from cocalc_tui.protocol import messages as m
from cocalc_tui.server.terminals.order import living
from cocalc_tui.server.terminals.share import NICE
from cocalc_tui.server.terminals.starting import TerminalGrounds
from tests.server.terminals.relay_side import DOC, Side, until


async def test_a_flood_leaves_ctrl_c_quick(grounds: TerminalGrounds) -> None:
    side = await Side(grounds).start()
    await side.open()
    await side.type("yes\r")
    await until(lambda: any("y" in row for one in side.heard for row in one.rows.values()))
    ((_, about),) = living(grounds.terminals)
    shares = [Path(f"/proc/{pid}/autogroup") for pid in (about.pid, about.program)]
    has_shares = all(one.exists() and one.read_text() for one in shares)
    if has_shares:
        await until(lambda: all(f"nice {NICE}" in one.read_text() for one in shares))
    await side.ask(m.TerminalType(id=1, doc=DOC, keys=["ctrl+c"]))
    await side.type("echo calm\r")
    await side.shows("calm")
    frames = len(side.heard)
    await asyncio.sleep(0.3)
    assert len(side.heard) - frames < 15, "at most 30 frames a second, and none at rest"
    if has_shares:
        await until(lambda: all("nice 0" in one.read_text() for one in shares))
    await side.terminals.close()


async def test_a_program_that_asks_for_it_tells_keys_apart(grounds: TerminalGrounds) -> None:
    side = await Side(grounds).start()
    await side.open()
    await side.type("printf '\\033[>1urea''dy\\n'; exec cat\r")
    await side.shows("ready")
    await side.ask(m.TerminalType(id=1, doc=DOC, keys=["shift+enter", "f13"]))
    await side.shows("^[[13;2u^[[1;2P")
    await side.terminals.close()


async def test_a_program_is_told_the_colours_of_who_looks(grounds: TerminalGrounds) -> None:
    side = await Side(grounds).start()
    await side.open()
    colours = {"text": "#000000", "ground": "#ffeedd"}
    await side.ask(m.TerminalSize(id=1, doc=DOC, columns=80, lines=24, **colours))
    await side.type("printf '\\033]11;?\\033\\\\\\033[18t'; exec cat\r")
    await side.shows("^[]11;rgb:ffff/eeee/dddd^[\\^[[8;24;80t")
    await side.terminals.close()
