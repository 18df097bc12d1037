"""Apps as real processes that lose their relay, are stopped, and are killed."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import pwd
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from cocalc_tui.client import safekeeping
from cocalc_tui.client.document import wall_clock
from cocalc_tui.client.journal import orphans
from cocalc_tui.client.keep import copies
from cocalc_tui.client.workspace import Workspace
from cocalc_tui.protocol.transport import Transport
from cocalc_tui.server.access import Access
from cocalc_tui.server.relay.relay import Relay
from cocalc_tui.server.relay.surroundings import Whereabouts
from cocalc_tui.server.store.sqlite import SqliteStore
from tests.server.people import Everybody
from tests.unix_users import ROOT

ME = pwd.getpwuid(os.geteuid()).pw_name
PATIENCE = 60


class Process:
    """One `little_app`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    async def tell(self, *words: str) -> dict[str, object]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write((" ".join(words) + "\n").encode())
        line = await asyncio.wait_for(self.process.stdout.readline(), PATIENCE)
        found: dict[str, object] = json.loads(line)
        return found

    async def until(self, true: Callable[[dict[str, object]], object]) -> dict[str, object]:
        async with asyncio.timeout(PATIENCE):
            while not true(found := await self.tell("look")):
                await asyncio.sleep(0.02)
        return found

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    async def kill(self) -> None:
        self.process.kill()
        await self.process.wait()

    async def leave(self) -> None:
        """End as when the person leaves."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        await asyncio.wait_for(self.process.wait(), PATIENCE)


class Lab:
    """A relay that comes and goes, and apps."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.socket = folder / "s"
        self.relay: Relay | None = None
        self.apps: list[Process] = []

    async def start(self, role: str = "editor") -> None:
        self.store = SqliteStore(self.folder / "log.sqlite")
        self.access = Access(self.store, "alice", Everybody())
        self.relay = Relay(
            self.store, self.access, project=Whereabouts("lab"), clock=wall_clock, hosted=False
        )
        await self.relay.start()
        await self.access.share(ME, role)
        await self.relay.serve_unix(self.socket)

    async def stop(self) -> None:
        if self.relay is not None:
            relay, self.relay = self.relay, None
            await relay.close()
            await self.store.close()

    async def app(self, socket: Path | None = None) -> Process:
        words = [sys.executable, "-m", "tests.client.little_app", str(socket or self.socket), "lab"]
        process = await asyncio.create_subprocess_exec(
            *words, cwd=ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
        self.apps.append(Process(process))
        return self.apps[-1]

    async def text(self, path: str = "a.txt") -> str:
        """What somebody finds who opens it now."""

        async def connect() -> Transport:
            assert self.relay is not None
            return self.relay.connect_memory(ME)

        workspace = Workspace(connect, os.urandom(8).hex())
        workspace.start()
        await workspace.ready()
        found = str((await workspace.open(path)).replica.text())
        await workspace.close()
        return found


@pytest.fixture
async def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Lab]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    lab = Lab(tmp_path)
    await lab.start()
    yield lab
    for app in lab.apps:
        with contextlib.suppress(ProcessLookupError):
            app.signal(signal.SIGCONT)
            await app.kill()
    await lab.stop()


async def typed_offline(lab: Lab) -> Process:
    """An app that was online, lost its relay, and was typed in meanwhile."""
    app = await lab.app()
    await app.tell("open", "a.txt")
    await app.tell("type", "online")
    await app.until(lambda found: found["sent"])
    await lab.stop()
    await app.until(lambda found: not found["online"])
    for word in ("one", "two", "three"):
        assert "three" not in str((await app.tell("type", word))["sent"])
    return app


async def written_down(lab: Lab) -> None:
    """What was typed is on disk, which is so after two pauses."""
    assert 2 * safekeeping.PAUSE < 1
    unsent = lab.folder / "state" / "cocalc-tui" / "unsent"
    async with asyncio.timeout(PATIENCE):
        while not any(b"three" in file.read_bytes() for file in unsent.glob("*.journal")):
            await asyncio.sleep(0.02)


async def test_work_goes_on_without_a_relay_and_merges_on_return(lab: Lab) -> None:
    before = time.time()
    app = await typed_offline(lab)
    found = await app.tell("look")
    assert (found["text"], found["sent"]) == ("online one two three ", False)
    assert before - 1 < float(str(found["since"])) < time.time()
    await lab.start()
    await app.until(lambda found: found["online"] and found["sent"])
    assert await lab.text() == "online one two three "


async def test_a_second_after_the_last_key_a_killed_app_loses_nothing(lab: Lab) -> None:
    app = await typed_offline(lab)
    await written_down(lab)
    await app.kill()
    await lab.start()
    again = await lab.app()
    await again.until(lambda found: "WorkSent" in str(found["news"]))
    assert await lab.text() == "online one two three "
    assert not list((lab.folder / "state" / "cocalc-tui" / "unsent").glob("*.journal"))


async def test_two_starts_at_once_send_it_once(lab: Lab) -> None:
    app = await typed_offline(lab)
    await written_down(lab)
    await app.kill()
    await lab.start()
    again = await asyncio.gather(*(lab.app() for _ in range(3)))
    await asyncio.gather(*(one.tell("open", "a.txt") for one in again))
    for one in again:
        await one.until(lambda found: found["text"] == "online one two three ")
    sent = [await one.tell("look") for one in again]
    assert sum("WorkSent" in str(found["news"]) for found in sent) == 1
    assert len({str(found["session"]) for found in sent}) == 3


async def test_who_leaves_without_a_relay_finds_it_sent_at_the_next_start(lab: Lab) -> None:
    app = await typed_offline(lab)
    await app.leave()
    await lab.start()
    again = await lab.app()
    await again.until(lambda found: "WorkSent" in str(found["news"]))
    assert await lab.text() == "online one two three "


async def test_killed_while_it_sends_and_again_while_the_next_does(lab: Lab) -> None:
    app = await typed_offline(lab)
    await written_down(lab)
    for pause in (0.0, 0.02, 0.05, 0.1):
        await lab.start()
        await asyncio.sleep(pause)
        await app.kill()
        await lab.stop()
        app = await lab.app()
        await asyncio.sleep(0.3)
    await lab.start()
    await app.tell("open", "a.txt")
    await app.until(lambda found: found["text"] == "online one two three ")


async def test_work_under_a_role_since_lost_is_kept_as_a_copy(lab: Lab) -> None:
    app = await typed_offline(lab)
    await lab.start("viewer")
    found = await app.until(lambda found: "WorkRefused" in str(found["news"]))
    await app.until(lambda found: found["text"] == "online ")
    (copy,) = copies()
    assert (copy.path, copy.text) == ("a.txt", "online one two three ")
    assert "viewer" in copy.reason
    assert copy.file.stat().st_mode & 0o777 == 0o600
    await app.leave()
    again = await lab.app()
    found = await again.tell("open", "a.txt")
    assert (found["text"], found["news"]) == ("online ", [])


async def test_a_killed_apps_work_under_a_role_since_lost_is_kept_too(lab: Lab) -> None:
    app = await typed_offline(lab)
    await written_down(lab)
    await app.kill()
    await lab.start("viewer")
    again = await lab.app()
    await again.until(lambda found: "WorkRefused" in str(found["news"]))
    (copy,) = copies()
    assert (copy.path, copy.text) == ("a.txt", "one two three ")
    assert await lab.text() == "online "


async def test_a_relay_with_another_log_gets_nothing_by_accident(lab: Lab) -> None:
    app = await typed_offline(lab)
    for file in lab.folder.glob("log.sqlite*"):
        file.unlink()
    await lab.start()
    await app.until(lambda found: "WorkRefused" in str(found["news"]))
    (copy,) = copies()
    assert copy.text == "online one two three "
    await app.tell("type", "more")
    await app.until(lambda found: found["sent"])
    assert await lab.text() == "more "


# --- lines that die without a word ---------------------------------------------------------------


class Line:
    """The way from an app to the relay, which can go dead without either end being told."""

    def __init__(self, socket: Path, relay: Path) -> None:
        self.socket = socket
        self._relay = relay
        self._server: asyncio.Server | None = None
        self._pumps: list[asyncio.Task[None]] = []
        self._ends: list[asyncio.StreamWriter] = []
        self.open = True

    async def start(self) -> None:
        self._server = await asyncio.start_unix_server(self._connected, self.socket)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self.open:
            writer.close()
            return
        there, back = await asyncio.open_unix_connection(self._relay)
        self._ends += [back, writer]
        self._pumps += [
            asyncio.create_task(self._pump(reader, back)),
            asyncio.create_task(self._pump(there, writer)),
        ]

    @staticmethod
    async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
            writer.close()

    def go_dead(self) -> None:
        """Nothing passes any more on what is connected now, and nobody is told."""
        for pump in self._pumps:
            pump.cancel()

    async def stop(self) -> None:
        self.go_dead()
        for end in self._ends:
            end.transport.abort()
        assert self._server is not None
        self._server.close()


@pytest.fixture
async def line(lab: Lab) -> AsyncIterator[Line]:
    line = Line(lab.folder / "line", lab.socket)
    await line.start()
    yield line
    await line.stop()


async def test_a_stopped_app_that_wakes_with_a_dead_line_is_back_within_seconds(
    lab: Lab, line: Line
) -> None:
    app = await lab.app(line.socket)
    await app.tell("open", "a.txt")
    await app.tell("type", "before")
    await app.until(lambda found: found["sent"])
    app.signal(signal.SIGSTOP)
    asleep = time.time()
    line.go_dead()
    await asyncio.sleep(2.0)  # sleep is long
    app.signal(signal.SIGCONT)
    woken = time.monotonic()
    await app.tell("type", "after")
    found = await app.until(lambda found: not found["online"] or found["sent"])
    if not found["online"]:
        assert float(str(found["since"])) < asleep + 1
    await app.until(lambda found: found["sent"])
    assert time.monotonic() - woken < 10
    assert await lab.text() == "before after "


async def test_while_a_line_is_dead_nobody_else_sends_what_the_app_keeps(
    lab: Lab, line: Line
) -> None:
    app = await lab.app(line.socket)
    await app.tell("open", "a.txt")
    line.open = False
    line.go_dead()
    await app.tell("type", "mine")
    unsent = lab.folder / "state" / "cocalc-tui" / "unsent"
    async with asyncio.timeout(PATIENCE):
        while not list(unsent.glob("*.journal")):
            await asyncio.sleep(0.02)
    other = await lab.app()
    await other.tell("open", "a.txt")
    await other.tell("type", "other")
    await other.until(lambda found: found["sent"])
    assert list(orphans("lab")) == []
    await app.until(lambda found: not found["online"])
    line.open = True
    await app.until(lambda found: found["sent"])
    assert sorted((await lab.text()).split()) == ["mine", "other"]
    assert (await other.tell("look"))["news"] == []
