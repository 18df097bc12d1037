"""Real programs in real PTYs, over keepers that outlive the relay side."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal

import pytest

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.protocol import messages as m
from cocalc_tui.protocol.events import (
    TerminalRows,
    TerminalScreen,
)
from cocalc_tui.server.host.root import FileError
from cocalc_tui.server.terminals.order import about_all, living
from cocalc_tui.server.terminals.starting import TerminalGrounds
from cocalc_tui.terminal.replay import Replay
from tests.server.terminals.relay_side import DOC, SGR, Side, until


async def test_a_program_runs_and_is_typed_into(grounds: TerminalGrounds) -> None:
    side = await Side(grounds).start()
    assert (await side.open()).running
    await side.type("echo $((6*7)) $TERM\r")
    await side.shows("42 xterm-256color")
    assert side.heard[-1].typist == "ann"
    with contextlib.suppress(FileError):
        await side.type("exit 3\r")
    await until(lambda: not side.heard[-1].running)
    assert side.heard[-1].exit == 3
    assert not (await side.open()).running, "it starts again only when somebody asks"
    assert (await side.open(again=True)).running
    await side.terminals.close()


async def test_it_outlives_the_relay_side(grounds: TerminalGrounds) -> None:
    first = await Side(grounds).start()
    await first.open()
    await first.type("for i in $(seq 1 400); do echo number $i; sleep 0.002; done; echo over\r")
    await first.shows("number 20")
    await first.terminals.close()
    second = await Side(grounds).start()
    await second.shows("number 400")
    numbers = re.findall(r"^number (\d+)$", await second.text(), re.MULTILINE)
    assert [int(number) for number in numbers] == list(range(1, 401))
    assert len(living(grounds.terminals)) == 1
    await second.terminals.close()


async def test_one_whose_socket_was_cleaned_away_is_found_again(grounds: TerminalGrounds) -> None:
    first = await Side(grounds).start()
    await first.open()
    await first.type("marked=here\r")
    await first.terminals.close()
    shutil.rmtree(grounds.sockets)
    second = await Side(grounds).start()
    assert (await second.open()).running
    await second.type("echo still $marked\r")
    await second.shows("still here")
    assert len(living(grounds.terminals)) == 1
    await second.terminals.close()


async def test_a_keeper_that_is_killed_is_told_of(grounds: TerminalGrounds) -> None:
    side = await Side(grounds).start()
    await side.open()
    for word, told in (("", "its keeper was killed"), ("no room", "its keeper ended, no room")):
        ((folder, about),) = living(grounds.terminals)
        (folder / "keeper.log").write_text(word)
        os.kill(about.pid, signal.SIGKILL)
        await until(lambda: not side.heard[-1].running)
        assert (side.heard[-1].reason, side.heard[-1].exit) == (told, -signal.SIGHUP)
        screen = await side.open(again=True)
        assert (screen.running, screen.reason) == (True, "")
    await side.terminals.close()
    ((_, about),) = living(grounds.terminals)
    os.kill(about.pid, signal.SIGKILL)
    await until(lambda: not living(grounds.terminals))
    screen = await (await Side(grounds).start()).open()
    assert (screen.running, screen.reason) == (False, "its keeper was killed")


async def test_who_may_not_type_starts_nothing(grounds: TerminalGrounds) -> None:
    side = await Side(grounds).start()
    screen = await side.ask(m.TerminalOpen(id=1, doc=DOC), types=False)
    assert isinstance(screen, TerminalScreen)
    assert not screen.running
    assert living(grounds.terminals) == []
    with pytest.raises(FileError, match="ended"):
        await side.type("x")


async def test_the_script_runs_first(grounds: TerminalGrounds) -> None:
    from cocalc_tui.sync.patch import Splice

    side = await Side(grounds).start()
    side.shared = SharedDocument.offline(
        "build.term", "terminal", [Splice(0, 0, "echo from script")]
    )
    side.shared.doc = DOC
    side.terminals.attach(side.shared)
    await side.open()
    await side.shows("from script")
    await side.terminals.close()


async def test_end_and_paste(grounds: TerminalGrounds) -> None:
    side = await Side(grounds).start()
    await side.open()
    await side.ask(m.TerminalType(id=1, doc=DOC, paste="echo pas\\\nted"))
    await side.type("\r")
    await side.shows("pasted")
    await side.ask(m.TerminalEnd(id=1, doc=DOC))
    await until(lambda: not side.heard[-1].running)
    await until(lambda: not living(grounds.terminals))
    replay = Replay(await side.recording())
    assert any("pasted" in row for row in replay.screen(len(replay) - 1).rows)
    assert [ending.code for ending in replay.endings] == [side.heard[-1].exit]
    assert replay.typists[-1] == "ann"


async def test_what_does_not_care_for_a_hang_up_is_killed(grounds: TerminalGrounds) -> None:
    side = await Side(grounds).start()
    await side.open()
    await side.type("trap '' HUP; echo rea''dy; while :; do sleep 0.1; done\r")
    await side.shows("ready")
    await side.terminals.close(everything=True)
    await until(lambda: not living(grounds.terminals))
    ((_, about),) = about_all(grounds.terminals)
    assert about.exit == -signal.SIGKILL


async def test_a_new_relay_knows_how_it_ended(grounds: TerminalGrounds) -> None:
    first = await Side(grounds).start()
    await first.open()
    await first.type("seq 1 2000; exit 7\r")
    await until(lambda: first.heard and not first.heard[-1].running)
    await first.terminals.close()
    second = await Side(grounds).start()
    screen = await second.open()
    assert (screen.running, screen.exit) == (False, 7)
    assert [(one.path, one.exit) for one in second.terminals.ended] == [("build.term", 7)]
    assert "2000" in {SGR.sub("", row) for row in screen.rows.values()}
    past = await second.ask(m.TerminalHistory(id=1, doc=DOC, first=screen.history - 1, count=9))
    assert isinstance(past, TerminalRows)
    (row,) = past.rows
    assert 1900 < int(row) < 2000
    await second.terminals.forget(DOC)
    assert not (await second.open()).rows
