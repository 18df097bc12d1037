"""People, programs and crashes at one file: every word typed anywhere is there once in the end.

People type whole lines at random places over connections that come and go. Programs write the file
in the styles that there are, each a change of what it read, some of it a while ago. The relay dies
now and then. One program writes at a time, and the next one when the last was heard, as two that
write at once overwrite each other without us, too.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.client.requests import RequestFailed
from cocalc_tui.client.workspace import Workspace
from cocalc_tui.sync.patch import Splice
from tests.server.hosting import Box, text, until

NAME = "a.txt"


# --- programs that write -------------------------------------------------------------------------


def _rename(file: Path, content: bytes, _: str) -> None:
    new = file.with_name("new")
    new.write_bytes(content)
    new.replace(file)


def _in_place(file: Path, content: bytes, _: str) -> None:
    with file.open("r+b") as opened:
        opened.write(content)
        opened.truncate()


def _truncate(file: Path, content: bytes, _: str) -> None:
    half = len(content) // 2
    with file.open("wb", buffering=0) as opened:
        opened.write(content[:half])
        opened.write(content[half:])


def _anew(file: Path, content: bytes, _: str) -> None:
    file.unlink()
    file.write_bytes(content)


def _append(file: Path, _: bytes, line: str) -> None:
    with file.open("ab", buffering=0) as opened:
        opened.write(line.encode())


STYLES: list[Callable[[Path, bytes, str], None]] = [_rename, _in_place, _truncate, _anew, _append]


def lines_of(text: str) -> list[int]:
    """The places where lines begin, the end included."""
    return [0, *(found.end() for found in re.finditer("\n", text))]


class Storm:
    """One run, the same for the same seed as far as it does not depend on speed."""

    def __init__(self, box: Box, seed: int) -> None:
        self.box = box
        self.random = random.Random(seed)
        self.words: list[str] = []
        self.people: list[tuple[Workspace, SharedDocument]] = []
        self.files = box.project / NAME

    def word(self, who: str) -> str:
        self.words.append(f"{who}{len(self.words)}")
        return f"{self.words[-1]}\n"

    async def run(self, steps: int) -> None:
        self.box.write(NAME, self.word("import"))
        for user in ("alice", "ben", "alice"):
            person = await self.box.person(user)
            self.people.append((person, await person.open(NAME)))
        acts: list[Callable[[], Awaitable[None]]] = [
            self.type, self.program, self.slow_program, self.cut_off, self.save, self.crash,
        ]  # fmt: skip
        for _ in range(steps):
            (act,) = self.random.choices(acts, [12, 4, 2, 2, 2, 1])
            await act()
            await asyncio.sleep(self.random.choice([0, 0, 0.01, 0.03]))
        await self.settle()

    async def type(self) -> None:
        _, document = self.random.choice(self.people)
        for _ in range(self.random.randint(1, 3)):
            place = self.random.choice(lines_of(text(document)))
            document.change([Splice(place, 0, self.word("typed"))], step=True)

    async def program(self) -> None:
        await self.write_after(0)

    async def slow_program(self) -> None:
        await self.write_after(self.random.choice([0.02, 0.1, 0.3]))

    async def write_after(self, pause: float) -> None:
        """Read the file, wait while people type and save on, and write it."""
        before = (await asyncio.to_thread(self.files.read_bytes)).decode()
        until_then = asyncio.get_running_loop().time() + pause
        while asyncio.get_running_loop().time() < until_then:
            await self.type()
            await asyncio.sleep(0.02)
        place = self.random.choice(lines_of(before))
        line = self.word("program")
        content = (before[:place] + line + before[place:]).encode()
        style = self.random.choice(STYLES)
        await asyncio.to_thread(style, self.files, content, line)
        await self.heard(line, style.__name__)

    async def heard(self, line: str, style: str) -> None:
        """Wait until somebody sees what a program wrote."""
        try:
            await until(lambda: any(line in text(document) for _, document in self.people))
        except TimeoutError:
            in_file = line in self.files.read_bytes().decode()
            troubles = {document.trouble for _, document in self.people}
            raise AssertionError(f"{style}: {line!r}, {in_file=}, {troubles=}") from None

    async def cut_off(self) -> None:
        person, _ = self.random.choice(self.people)
        if person.online:
            back = await self.box.cut_off(person)
            await self.type()
            back.set()
            await until(lambda: person.online)

    async def save(self) -> None:
        _, document = self.random.choice(self.people)
        with contextlib.suppress(RequestFailed):  # while cut off
            await asyncio.wait_for(document.save(), 10)

    async def crash(self) -> None:
        await self.box.kill()
        await self.box.start()
        await until(lambda: all(document.attached for _, document in self.people))

    async def settle(self) -> None:
        documents = [document for _, document in self.people]
        await until(lambda: all(document.sent and document.attached for document in documents))
        await until(lambda: len({text(document) for document in documents}) == 1)
        await until(lambda: self.files.read_bytes().decode() == text(documents[0]))
        found = sorted(text(documents[0]).split())
        assert found == sorted(self.words), set(found) ^ set(self.words) or "doubled"


def rounds(default: int) -> int:
    """How many, unless `COCALC_TUI_STORMS` says otherwise."""
    return int(os.environ.get("COCALC_TUI_STORMS", default))
