"""The main job, played by a program and printed: what `make demo` does without a terminal.

A real relay, two clients, a real kernel. They type into one text and one cell at once, run it, one
is cut off in mid-run and comes back. At the end everything is compared with what was typed.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.client.workspace import Workspace
from cocalc_tui.joining import join
from cocalc_tui.notebook import schema
from cocalc_tui.protocol.transport import Transport
from cocalc_tui.sync.patch import MAIN, Json, Splice, TextId

PATIENCE = 60
"""Seconds that any one thing may take before the play is called failed."""
STEPS = 8
ALICE_SAYS = "Alice: the shutter is mended, run four starts at noon. "
BOB_SAYS = "Bob: I fit both models tonight and write down which one wins. "
MIDDLE = "# Alice types above, Bob below\n"
LOOP = f"""\
import time
for step in range({STEPS}):
    time.sleep(0.4)
    print('step', step)
"""
END = "print('end')\n"


def tell(line: str = "") -> None:
    """Print one line of the play."""
    print(line, flush=True)  # noqa: T201 - the play is data


class Person:
    """One of the two: a workspace whose line can be cut."""

    def __init__(self, name: str, project: Path) -> None:
        self.name = name
        self._connect = join([project]).connector(start=True)
        self._transport: Transport | None = None
        self._may_connect = asyncio.Event()
        self._may_connect.set()
        self.workspace = Workspace(self._dial, secrets.token_hex(8))

    async def _dial(self) -> Transport:
        await self._may_connect.wait()
        self._transport = await self._connect()
        return self._transport

    async def cut(self) -> None:
        """Break the line, and keep it broken."""
        self._may_connect.clear()
        assert self._transport is not None
        await self._transport.close()
        await until(lambda: not self.workspace.online)

    def mend(self) -> None:
        """Let the line be made again."""
        self._may_connect.set()


async def until(true: Callable[[], object]) -> None:
    """Wait for something to become true."""
    async with asyncio.timeout(PATIENCE):
        while not true():  # noqa: ASYNC110 - looks at two apps as a person would
            await asyncio.sleep(0.02)


async def type_text(document: SharedDocument, at: TextId, words: str, *, end: bool) -> None:
    """Type letter by letter, at the end of a text or at its start."""
    for typed, letter in enumerate(words):
        pos = len(document.replica.text(at)) if end else typed
        document.change([Splice(pos, 0, letter, at)])
        await asyncio.sleep(0.002)


async def play(project: Path) -> int:
    """Play it all; 0 only if everything was right."""
    alice, bob = Person("alice", project), Person("bob", project)
    async with contextlib.AsyncExitStack() as stack:
        for person in (alice, bob):
            person.workspace.start()
            stack.push_async_callback(person.workspace.close)
            async with asyncio.timeout(PATIENCE):
                await person.workspace.ready()
        tell("Two people are connected to one relay.")
        wrong = await _both_parts(alice, bob, project)
    for line in wrong:
        tell(f"WRONG: {line}")
    tell("All of it is right." if not wrong else "That is not right.")
    return 1 if wrong else 0


async def _both_parts(alice: Person, bob: Person, project: Path) -> list[str]:
    wrong = []
    for part in (_text, _notebook):
        try:
            wrong += await part(alice, bob, project)
        except TimeoutError:
            wrong.append(f"something took more than {PATIENCE} seconds")
    return wrong


async def _text(alice: Person, bob: Person, project: Path) -> list[str]:
    mine = await alice.workspace.open("notes.md")
    theirs = await bob.workspace.open("notes.md")
    before = str(mine.replica.text())
    await asyncio.gather(
        type_text(mine, MAIN, ALICE_SAYS, end=False), type_text(theirs, MAIN, BOB_SAYS, end=True)
    )
    expected = ALICE_SAYS + before + BOB_SAYS
    await _settled(mine, theirs)
    await mine.save()
    saved = (project / "notes.md").read_text(encoding="utf-8")
    tell("\nBoth typed at once into notes.md. Merged:\n")
    tell(str(theirs.replica.text()))
    tell("\nThe file, as saved:\n")
    tell(saved)
    wrong = []
    for name, text in (("alice", mine), ("bob", theirs)):
        if str(text.replica.text()) != expected:
            wrong.append(f"notes.md as {name} has it")
    if saved != expected:
        wrong.append("notes.md on disk")
    return wrong


async def _settled(mine: SharedDocument, theirs: SharedDocument) -> None:
    await until(lambda: mine.sent and theirs.sent and mine.replica.heads == theirs.replica.heads)


async def _notebook(alice: Person, bob: Person, project: Path) -> list[str]:
    mine = await alice.workspace.open("decay.ipynb")
    theirs = await bob.workspace.open("decay.ipynb")
    cell = schema.cells(mine.replica)[-1]
    at = TextId(cell, "input")
    old = str(mine.replica.text(at))
    mine.change([Splice(0, len(old), MIDDLE, at)])
    await _settled(mine, theirs)
    await asyncio.gather(type_text(mine, at, LOOP, end=False), type_text(theirs, at, END, end=True))
    await _settled(mine, theirs)
    source = str(theirs.replica.text(at))
    tell("\nBoth typed at once into one cell:\n")
    tell(source)
    await mine.run([cell])
    await until(lambda: len(_printed(theirs, cell)) >= 2)
    await bob.cut()
    tell(f"Running. Bob was cut off after {len(_printed(theirs, cell))} lines ...")
    await asyncio.sleep(1)
    bob.mend()
    await until(lambda: bob.workspace.online and theirs.attached)
    tell(f"... and is back, with {len(_printed(theirs, cell))} lines at once.")
    await until(lambda: theirs.runs.get(cell) and theirs.runs[cell].state == "done")
    await until(lambda: len(_printed(theirs, cell)) > STEPS)
    await _settled(mine, theirs)
    tell("\nThe output, as Bob has it:\n")
    tell("\n".join(_printed(theirs, cell)))
    await mine.save()
    saved = json.loads((project / "decay.ipynb").read_text(encoding="utf-8"))["cells"][-1]
    tell("\nThe cell in the file, as saved:\n")
    tell(json.dumps(saved, indent=1))
    return _check(source, theirs, cell, saved)


def _printed(document: SharedDocument, cell: str) -> list[str]:
    live = document.output(cell)
    items: list[dict[str, Json]] = (
        live if live is not None else schema.outputs_of(document.replica, cell)
    )
    texts = (item["text"] for item in items if item.get("output_type") == "stream")
    joined = (text if isinstance(text, list) else [text] for text in texts)
    return "".join(str(part) for parts in joined for part in parts).splitlines()


def _check(source: str, document: SharedDocument, cell: str, saved: Mapping[str, Any]) -> list[str]:
    expected = [f"step {step}" for step in range(STEPS)] + ["end"]
    wrong = []
    if source != LOOP + MIDDLE + END:
        wrong.append("the cell that both typed into")
    if _printed(document, cell) != expected:
        wrong.append("the output as bob has it")
    if "".join(saved["source"]) != source:
        wrong.append("the cell on disk")
    text = "".join(line for output in saved["outputs"] for line in output.get("text", ()))
    if text.splitlines() != expected:
        wrong.append("the output on disk")
    return wrong
