"""Real programs in real PTYs, over keepers that outlive the relay side."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import os
import re
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.protocol import messages as m
from cocalc_tui.protocol.events import (
    BlobPart,
    OpenPlace,
    RecordingFiles,
    TerminalOpens,
    TerminalRows,
    TerminalScreen,
)
from cocalc_tui.server.environment import clean
from cocalc_tui.server.host.root import FileError
from cocalc_tui.server.terminals import starting
from cocalc_tui.server.terminals.opener import read_sequence, sequence
from cocalc_tui.server.terminals.order import AboutTerminal, about_all, living, write_about
from cocalc_tui.server.terminals.recording import RUNS
from cocalc_tui.server.terminals.share import NICE
from cocalc_tui.server.terminals.starting import TerminalGrounds
from cocalc_tui.server.terminals.terminals import Terminals
from cocalc_tui.terminal.cast import joined
from cocalc_tui.terminal.replay import Replay

SGR = re.compile(r"\x1b\[[0-9;:]*m")
DOC = "d0c"


class Side:
    """One life of the relay side."""

    def __init__(self, grounds: TerminalGrounds) -> None:
        self.heard: list[TerminalScreen] = []
        self.opens: list[TerminalOpens] = []
        self.terminals = Terminals(grounds, self._said)
        self.shared = SharedDocument.offline("build.term", "terminal")
        self.shared.doc = DOC

    def _said(self, _doc: str, topic: str, said: TerminalScreen | TerminalOpens) -> None:
        if isinstance(said, TerminalOpens):
            self.opens.append(said)
        else:
            self.heard.append(said)

    async def start(self) -> Side:
        await self.terminals.start()
        self.terminals.attach(self.shared)
        return self

    async def ask(self, request: m.Message, *, user: str = "ann", types: bool = True) -> object:
        return await self.terminals.serve(request, user, f"of {user}", types=types)

    async def open(self, **more: bool) -> TerminalScreen:
        screen = await self.ask(m.TerminalOpen(id=1, doc=DOC, **more))
        assert isinstance(screen, TerminalScreen)
        return screen

    async def type(self, text: str, user: str = "ann") -> None:
        await self.ask(m.TerminalType(id=1, doc=DOC, text=text), user=user)

    async def text(self) -> str:
        screen = await self.open()
        past = await self.ask(m.TerminalHistory(id=1, doc=DOC, first=0, count=1000))
        assert isinstance(past, TerminalRows)
        rows = [*past.rows[: screen.history], *(screen.rows[y] for y in sorted(screen.rows))]
        return "\n".join(SGR.sub("", row).rstrip() for row in rows)

    async def recording(self) -> str:
        """As an app that may only watch has it."""
        found = await self.ask(m.TerminalFiles(id=1, doc=DOC), user="vera", types=False)
        assert isinstance(found, RecordingFiles)
        texts = []
        for file in found.files:
            request = m.TerminalRecording(id=1, doc=DOC, name=file.name)
            part = await self.ask(request, user="vera", types=False)
            assert isinstance(part, BlobPart)
            texts.append(part.data.decode())
        return joined(texts)

    async def shows(self, words: str) -> None:
        """Wait for words, wherever the rows end: folders have names of any length."""
        async with asyncio.timeout(60):
            while "".join(words.split()) not in "".join((await self.text()).split()):
                await asyncio.sleep(0.02)


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while not true():
            await asyncio.sleep(0.01)


@pytest.fixture
async def grounds(tmp_path: Path) -> AsyncIterator[TerminalGrounds]:
    with tempfile.TemporaryDirectory(prefix="ct-") as sockets:
        project = tmp_path / "lab"
        project.mkdir()
        own = {"PS1": "$ ", "SHELL": "/bin/sh", "HOME": f"{tmp_path}"}
        environment = {**clean(os.environ), **own}
        found = TerminalGrounds(project, tmp_path / "t", Path(sockets) / "k", environment, 0o022)
        yield found
        for _, about in living(found.terminals):
            with contextlib.suppress(ProcessLookupError):
                os.kill(about.program, signal.SIGKILL)
        await until(lambda: not living(found.terminals))


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


async def test_an_ended_one_is_as_large_as_it_was(grounds: TerminalGrounds) -> None:
    side = await Side(grounds).start()
    await side.open()
    await side.ask(m.TerminalSize(id=1, doc=DOC, columns=101, lines=31, policy="fixed"))
    await until(lambda: side.heard[-1].columns == 101)
    await side.type("exit\r")
    await until(lambda: not side.heard[-1].running)
    assert (side.heard[-1].columns, side.heard[-1].lines) == (101, 31)


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


async def test_recordings_of_long_past_runs_go(grounds: TerminalGrounds) -> None:
    for number in range(RUNS + 3):
        folder = grounds.terminals / f"{number}"
        folder.mkdir(parents=True)
        write_about(folder, AboutTerminal(DOC, "build.term", "", 1, 1, number, exit=0))
    side = await Side(grounds).start()
    await side.open(again=True)
    assert len(about_all(grounds.terminals)) == RUNS + 1
    await side.terminals.close()


# --- opening files -------------------------------------------------------------------------


@pytest.fixture
def notes(grounds: TerminalGrounds) -> Path:
    (grounds.project / "notes.md").write_text("notes")
    (grounds.project.parent / "secret").write_text("secret")
    return grounds.project / "notes.md"


async def test_open_shows_files_to_who_typed_it(grounds: TerminalGrounds, notes: Path) -> None:
    side = await Side(grounds).start()
    await side.open()
    await side.type("cd /; echo ready\r")
    await side.shows("ready")
    request = m.TerminalType(id=1, doc=DOC, text=f"open {notes}:3; echo $?\r", view="v1")
    await side.ask(request, user="bob")
    await until(lambda: side.opens)
    (said,) = side.opens
    assert (said.user, said.view, said.asks) == ("bob", "v1", False)
    assert said.places == [OpenPlace(path="notes.md", line=3)]
    await side.type(f"open {notes.parent.parent}/secret nothing\r")
    await side.shows("not in the project")
    await side.type("open nothing\r")
    await side.shows("no such file")
    await side.terminals.close()
    assert len(side.opens) == 1


async def test_open_is_there_where_a_profile_forgets_the_path(
    grounds: TerminalGrounds, notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(starting, "shell", lambda: "/bin/sh")
    (Path(grounds.environment["HOME"]) / ".profile").write_text("PATH=/usr/bin:/bin\n")
    side = await Side(grounds).start()
    await side.open()
    await side.type(f"command -v open; open {notes}; sh\r")
    await until(lambda: side.opens)
    await side.type(f"open {notes}:2\r")
    await until(lambda: len(side.opens) == 2)
    assert [one.places[0].line for one in side.opens] == [0, 2]
    await side.terminals.close()


async def test_what_is_printed_opens_nothing(grounds: TerminalGrounds, notes: Path) -> None:
    side = await Side(grounds).start()
    await side.open()
    for name, path in (("evil", str(notes)), ("worse", "/etc/passwd"), ("far", "../secret")):
        (grounds.project / name).write_text(sequence([{"path": path, "line": 0}]))
    await side.type("cat worse far; sleep 1.1; cat evil; echo o''ver\r")
    await side.shows("over")
    await until(lambda: side.opens)
    assert [(one.asks, one.places) for one in side.opens] == [(True, [OpenPlace(path="notes.md")])]
    await side.terminals.close()


@pytest.mark.parametrize(
    "content",
    [
        b"52;c;eA==",
        b"7117;open;!!",
        b"7117;shut;W10=",
        b"7117;open;W10=",
        b"7117;open;" + base64.b64encode(b'[{"path": 1}]'),
        b"7117;open;" + base64.b64encode(b'[{"path": "x", "line": "y"}]'),
        b"7117;open;" + base64.b64encode(b'["x"]'),
        b"7117;open;" + base64.b64encode(b'{"path": "x"}'),
        b"7117;open;" + base64.b64encode(b"[" + b'{"path": "x"},' * 20 + b"{}]"),
    ],
)
def test_nonsense_offers_nothing(content: bytes) -> None:
    assert read_sequence(content) is None


def test_the_sequence_goes_through_tmux() -> None:
    places: list[dict[str, object]] = [{"path": "/x", "line": 2}]
    inner = sequence(places, tmux=True).removeprefix("\x1bPtmux;").removesuffix("\x1b\\")
    assert inner.replace("\x1b\x1b", "\x1b") == sequence(places)
    assert read_sequence(sequence(places)[2:-1].encode()) == places


# --- size and keyboard ---------------------------------------------------------------------


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
