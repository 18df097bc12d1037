"""`make pictures`: the README's pictures, taken from the running program.

A real relay and host side in this process, on a copy of the demo project; Alice's app on a screen
of the given size, Bob beside her with his caret in what she looks at.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from cocalc_tui.app import CocalcApp
from cocalc_tui.chat.places import beside
from cocalc_tui.client.chats import Chats
from cocalc_tui.client.conversation import Conversation
from cocalc_tui.client.places import Place
from cocalc_tui.client.terminals import Terminal
from cocalc_tui.client.workspace import Workspace
from cocalc_tui.demo.__main__ import copy_project
from cocalc_tui.notebook import schema
from cocalc_tui.protocol.transport import Transport
from cocalc_tui.server.access import Access
from cocalc_tui.server.accounts import Accounts
from cocalc_tui.server.environment import clean
from cocalc_tui.server.host.host import Host
from cocalc_tui.server.relay.relay import Relay
from cocalc_tui.server.relay.surroundings import Whereabouts
from cocalc_tui.server.store.memory import MemoryStore
from cocalc_tui.server.terminals.starting import TerminalGrounds
from cocalc_tui.server.terminals.terminals import Say, Terminals
from cocalc_tui.sync.patch import MAIN, Splice, TextId
from docs.history_scene import history_of


class Everybody(Accounts):
    """A machine that has every user."""

    def user_id(self, name: str) -> int:
        """A number for a name."""
        return 1000 + sum(name.encode())


CHAT = (
    ("bob", "Which one do we believe? See [decay.ipynb cell 3] and [:9], @alice."),
    (
        "cyd",
        "The second, by $\\chi^2$ of run 2:\n\n"
        "| model | $\\chi^2$ |\n|---|---|\n| plain | 1.31 |\n| with background | 1.02 |",
    ),
    ("bob", "Then I write it like this:\n\n```python\nfit(run2, background=True)\n```"),
)
"""Who says what; Cyd answers Bob."""
SHELL = (
    r"PS1='\[\e[32m\]\u \[\e[34m\]decay\[\e[0m\] $ '; clear",
    "head -4 notes.md",
    "grep -n --color=always def lab.py",
    r"for n in 1 2 3; do printf '\e[32m✓\e[0m run %d  \e[2m1,440 counts\e[0m\n' $n; done",
)
"""What Bob types in a terminal."""
PICTURES = Path(__file__).parent / "pictures"


def clock() -> int:
    """Milliseconds since 1970."""
    return time.time_ns() // 1_000_000


class Lab:
    """A project in this process, and people in it."""

    def __init__(self, relay: Relay) -> None:
        self._relay = relay

    def workspace(self, user: str) -> Workspace:
        """A user's side of the project."""

        async def connect() -> Transport:
            return self._relay.connect_memory(user)

        return Workspace(connect, secrets.token_hex(8))


@asynccontextmanager
async def lab() -> AsyncIterator[Lab]:
    """A copy of the demo project, served."""
    with tempfile.TemporaryDirectory() as folder:
        project = copy_project(Path(folder))
        state = Path(folder) / "state"
        state.mkdir()
        store = MemoryStore()
        access = Access(store, "alice", Everybody())
        relay = Relay(store, access, project=Whereabouts("decay"), clock=clock)
        await relay.start()

        async def connect() -> Transport:
            return relay.connect_memory("alice", host=True)

        environment = {**clean(os.environ), "HOME": folder}
        grounds = TerminalGrounds(project, state / "terminals", state / "k", environment, 0o022)
        terminals: list[Terminals] = []

        def make_terminals(say: Say) -> Terminals:
            terminals.append(Terminals(grounds, say))
            return terminals[0]

        host = Host(
            project,
            state,
            connect,
            session=secrets.token_hex(8),
            clock=clock,
            make_terminals=make_terminals,
        )
        await host.start()
        try:
            await access.share("bob", "runner")
            await access.share("cyd", "editor")
            yield Lab(relay)
        finally:
            await terminals[0].close(everything=True)
            await host.close()
            await relay.close()


async def take(
    name: str, path: str, size: tuple[int, int], at: TextId | int, caret: int, words: str
) -> None:
    """Photograph Alice's screen with `path` open while Bob types there."""
    async with lab() as here:
        bob = here.workspace("bob")
        bob.start()
        await bob.ready()
        theirs = await bob.open(path)
        if isinstance(at, int):
            at = TextId(schema.cells(theirs.replica)[at], schema.INPUT)
        app = CocalcApp(here.workspace("alice"), "decay", [path])
        async with app.run_test(size=size) as pilot:
            await settle(pilot.pause)
            theirs.stand(Place(at, caret, cell=at.key))
            theirs.change([Splice(caret, 0, words, at)])
            await settle(pilot.pause, times=4)
            svg = app.export_screenshot(title=f"cocalc-tui {path}")
        await bob.close()
    (PICTURES / f"{name}.svg").write_text(svg, encoding="utf-8")


async def take_chat(name: str, path: str, size: tuple[int, int], *keys: str) -> None:
    """Photograph the chat beside a file, in which Bob asks and Cyd answers, after these keys."""
    async with lab() as here:
        said: list[str] = []
        people = {user: here.workspace(user) for user in ("bob", "cyd")}
        for person in people.values():
            person.start()
            await person.ready()
        for user, text in CHAT:
            theirs = Conversation(await people[user].open(beside(path)), user)
            said.append(theirs.say(text, thread=said[0] if user == "cyd" else ""))
            await people[user].settled(theirs.document)
        for person in people.values():
            await Chats(person.requests).mark(theirs.document.doc, theirs.document.numbers.upto)
        app = CocalcApp(here.workspace("alice"), "decay", [path])
        async with app.run_test(size=size) as pilot:
            await settle(pilot.pause)
            for key in ("f8", *keys):
                await pilot.press(key)
                await settle(pilot.pause, times=4)
            svg = app.export_screenshot(title=f"cocalc-tui {path}, F8")
        for person in people.values():
            await person.close()
    (PICTURES / f"{name}.svg").write_text(svg, encoding="utf-8")


async def take_terminal(name: str, size: tuple[int, int], *keys: str) -> None:
    """Photograph a terminal that Bob types into, in a smaller window than Alice's."""
    async with lab() as here:
        bob = here.workspace("bob")
        bob.start()
        await bob.ready()
        theirs = await bob.open("build.term")
        theirs.stand(None)
        terminal = Terminal(bob.requests, theirs.doc)
        await terminal.size(76, 20)
        await terminal.open()
        app = CocalcApp(here.workspace("alice"), "decay", ["build.term"])
        async with app.run_test(size=size) as pilot:
            await settle(pilot.pause)
            for line in SHELL:
                await terminal.type(text=f"{line}\r")
                await settle(pilot.pause, 5)
            for key in keys:
                await pilot.press(key)
                await pilot.pause()
            await settle(pilot.pause, 3)
            svg = app.export_screenshot(title="cocalc-tui build.term")
        await bob.close()
    (PICTURES / f"{name}.svg").write_text(svg, encoding="utf-8")


async def take_history(name: str, path: str, size: tuple[int, int], *keys: str) -> None:
    """Photograph the past of a document after these keys."""
    async with history_of(path, size) as pilot:
        for key in keys:
            await pilot.press(key)
            await pilot.pause()
        await settle(pilot.pause, 3)
        svg = pilot.app.export_screenshot(title=f"cocalc-tui {path}, F4")
    (PICTURES / f"{name}.svg").write_text(svg, encoding="utf-8")


async def settle(pause: Callable[[float], Awaitable[None]], times: int = 10) -> None:
    """Let everything arrive and be drawn."""
    for _ in range(times):
        await asyncio.sleep(0.1)
        await pause(0.05)


async def main() -> None:
    """Take all pictures."""
    PICTURES.mkdir(exist_ok=True)
    await take("notebook", "decay.ipynb", (120, 45), 1, 38, "  # and data")
    await take("notebook-small", "decay.ipynb", (80, 24), 1, 38, "  # data")
    await take("text", "notes.md", (120, 36), MAIN, 30, "carefully ")
    await take_chat("chat", "notes.md", (120, 30), *"thanks, @c")
    await take_chat("chat-small", "notes.md", (80, 24), "escape", "up")
    await take_terminal("terminal", (120, 30))
    await take_terminal("terminal-small", (80, 24), "f12", "[", "V", "up", "up")
    await take_history("history", "notes.md", (100, 20), "home", "v", "end")
    await take_history("history-beside", "notes.md", (120, 20), "home", "v", "end", "s")
    await take_history("history-blame", "notes.md", (100, 20), "b", "d")
    await take_history("history-notebook", "fit.ipynb", (100, 20), "home", "v", "end")


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
