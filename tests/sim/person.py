"""Somebody with the app: the real workspace and documents, and hands that type."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.client.events import Offline, WorkRefused, WorkspaceEvent
from cocalc_tui.client.journal import Journal
from cocalc_tui.client.requests import RequestFailed
from cocalc_tui.client.wire import ReadOnlyError
from cocalc_tui.client.workspace import Workspace
from cocalc_tui.protocol.transport import Transport
from cocalc_tui.sync.patch import MAIN, Splice
from tests.sim.box import EPOCH, Box
from tests.sim.network import Connection, SimTransport, Weather
from tests.sim.oracle import AppTaps, Promises

KEPT_WITHIN = 1.0
"""Seconds within which unsent work is on the disk of the app that typed it."""
GIVES_UP = 10.0
"""Seconds until a connection that nobody takes is given up."""


@dataclass
class Word:
    """A word that somebody typed, unlike any other."""

    path: str
    text: str
    at: float
    """When, seconds."""
    touched: bool = False
    """Somebody deleted some of it, or undid something: the reference alone knows."""


class Person:
    """One start of an app after the other, of one user."""

    def __init__(
        self,
        box: Box,
        name: str,
        user: str,
        promises: Promises,
        note: Callable[[str, str], None],
    ) -> None:
        self.box = box
        self.first_name = name
        self.user = user
        self.weather = Weather(box.random)
        self.reachable = True
        self.skew = 0
        """Milliseconds by which this person's clock is wrong."""
        self.words: list[Word] = []
        """Of this start of the app, and those that an earlier one must have kept."""
        self.copies: list[str] = []
        """Work that was refused and kept."""
        self.journals = box.project.parent / "unsent" / name
        self.documents: dict[str, SharedDocument] = {}
        """By path as it was opened."""
        self.over = False
        """The relay said no for good."""
        self._promises = promises
        self._note = note
        self._starts = 0
        self._awake_since = 0.0
        self.start()

    @property
    def name(self) -> str:
        """In the trace."""
        return self.process.name

    # --- the app -------------------------------------------------------------------------------

    def start(self) -> None:
        """Start the app."""
        self._starts += 1
        self.process = self.box.loop.process(f"{self.first_name}{self._starts}")
        self.documents, self.over = {}, False
        self.process.soon(self._begin)

    def restart(self) -> None:
        """The app is killed, and started again."""
        awake = 0.0 if self.process.stopped else self.box.loop.time() - self._awake_since
        if self.process.alive:  # it did not end in good order
            until = self.box.loop.time() - KEPT_WITHIN
            kept = awake > KEPT_WITHIN
            self.words = [word for word in self.words if kept and word.at < until]
        self.process.kill()
        self.start()

    def stop(self) -> None:
        """The app is stopped."""
        self.process.stop()

    def go_on(self) -> None:
        """It goes on."""
        self._awake_since = self.box.loop.time()
        self.process.go_on()

    def _begin(self) -> None:
        session = self.new_session()
        self.workspace = Workspace(
            self._connect,
            session,
            clock=self._clock,
            new_session=self.box.new_id,
            journal=Journal("lab", session, self.journals),
        )
        self.workspace.subscribe(self._heard)
        self.workspace.start()

    def new_session(self) -> str:
        """What this start of the app writes under."""
        return self.box.new_id()

    def _clock(self) -> int:
        return EPOCH + int(self.box.loop.time() * 1000) + self.skew

    def _heard(self, event: WorkspaceEvent) -> None:
        match event:
            case WorkRefused():
                self._note(self.name, f"refused: {event.reason}")
                self.copies.append(event.copy.read_text(encoding="utf-8"))
            case Offline(final=True):
                self._note(self.name, f"over: {event.reason}")
                self.over = True

    async def _connect(self) -> Transport:
        await asyncio.sleep(self.weather.latency())
        if not self.reachable:
            raise OSError("no way there")
        taps = AppTaps(
            self._promises,
            self.user,
            partial(self._note, self.name),
            orderly=not self.weather.rough,
        )
        connection = Connection(self.box.loop, self.weather, taps, self.process)
        async with asyncio.timeout(GIVES_UP):
            await self.box.accept(connection, self.user)
        return SimTransport(connection)

    # --- what people do ------------------------------------------------------------------------

    def do(self, what: Callable[[Person], object]) -> None:
        """Do something when the app comes to it."""
        self.process.soon(lambda: what(self))

    def open(self, path: str) -> None:
        """Open a document, again until it is open."""
        if path not in self.documents:
            self.process.spawn(self._open(path))

    async def _open(self, path: str) -> None:
        while path not in self.documents and not self.over:
            try:
                self.documents[path] = await self.workspace.open(path)
            except RequestFailed as failed:
                self._note(self.name, f"cannot open {path}: {failed.text}")
                await asyncio.sleep(0.5)

    def close(self, path: str) -> None:
        """Leave a document."""
        document = self.documents.pop(path, None)
        if document is not None:
            document.close()

    def share(self, user: str, role: str | None) -> None:
        """As the owner, give or take a role."""
        self.process.spawn(self._share(user, role))

    async def _share(self, user: str, role: str | None) -> None:
        try:
            await self._give(user, role)
        except RequestFailed as failed:
            self._note(self.name, f"cannot share: {failed.text}")

    async def _give(self, user: str, role: str | None) -> None:
        if role is None:
            await self.workspace.sharing.take(user)
        else:
            await self.workspace.sharing.give(user, role)

    def type(self, path: str, word: str) -> None:
        """Put a word somewhere into the text, between others."""
        document = self.documents.get(path)
        if document is None:
            return
        text = str(document.replica.text(MAIN))
        at = self.box.random.choice(
            [0, len(text), *(n for n in range(1, len(text)) if text[n - 1] in " \n")]
        )
        try:
            document.change([Splice(at, 0, word)])
        except ReadOnlyError:
            return
        self._note(self.name, f"types {word} at {at} of {path}")
        self.words.append(Word(path, word, self.box.loop.time()))

    def delete(self, path: str, words: list[Word]) -> None:
        """Delete a few characters; `words` are all there are."""
        document = self.documents.get(path)
        text = str(document.replica.text(MAIN)) if document is not None else ""
        if document is None or not text:
            return
        at = self.box.random.randrange(len(text))
        count = min(self.box.random.randint(1, 6), len(text) - at)
        try:
            document.change([Splice(at, count, "")])
        except ReadOnlyError:
            return
        self._note(self.name, f"deletes {text[at : at + count]!r} of {path}")
        self._touch(words, text, at, at + count)

    @staticmethod
    def _touch(words: list[Word], text: str, start: int, end: int) -> None:
        for word in words:
            found = text.find(word.text)
            if found >= 0 and found < end and start < found + len(word.text):
                word.touched = True

    def undo(self, path: str, *, redo: bool) -> None:
        """Take back something of one's own, or bring it back."""
        document = self.documents.get(path)
        if document is None:
            return
        for word in self.words:
            word.touched = True
        try:
            (document.redo if redo else document.undo)()
        except ReadOnlyError:
            return
        self._note(self.name, f"{'re' if redo else 'un'}does in {path}")

    # --- in the end ----------------------------------------------------------------------------

    async def share_surely(self, user: str, role: str) -> None:
        """Give a role, again until the relay did it."""
        while True:
            try:
                await self._give(user, role)
            except RequestFailed:
                await asyncio.sleep(0.5)
            else:
                return

    async def save(self, path: str) -> None:
        """Have a document written to its file, again until it is."""
        while True:
            try:
                await self.workspace.save(self.documents[path])
            except RequestFailed as failed:
                self._note(self.name, f"cannot save {path}: {failed.text}")
                await asyncio.sleep(0.5)
            else:
                return

    async def leave(self) -> None:
        """End the app in good order."""
        await self.workspace.close()

    def owes_nothing(self) -> bool:
        """Whether all that earlier starts left unsent is sent, or kept as a copy."""
        return not any(self.journals.glob("*.journal"))

    def caught_up(self, path: str, seq: int) -> bool:
        """Whether everything is sent and everything heard."""
        document = self.documents.get(path)
        return (
            document is not None
            and document.attached
            and document.sent
            and document.numbers.upto == seq
        )
