"""The host side: a client of the relay that does everything which is not moving patches.

It makes documents ready when the relay says that somebody opens them, saves them, serves what apps
ask about files (`serving`), and hands what they ask about kernels to the runner. Whatever a file or
a kernel does, it answers in one line: the relay and everything typed go on.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

import msgspec

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.client.link import Connect
from cocalc_tui.client.ready import PushRefused
from cocalc_tui.client.requests import RequestFailed
from cocalc_tui.client.workspace import Workspace
from cocalc_tui.protocol import messages as m
from cocalc_tui.protocol.codec import decode, encode
from cocalc_tui.protocol.events import (
    FOLLOWED,
    ChatNews,
    SnapshotProgress,
    TerminalOpens,
    TerminalScreen,
)
from cocalc_tui.protocol.kinds import CHAT, NOTEBOOK, TERMINAL
from cocalc_tui.server.blobs import BlobStore
from cocalc_tui.server.host.autosave import Pace
from cocalc_tui.server.host.content import Contents
from cocalc_tui.server.host.documents import HostDocument
from cocalc_tui.server.host.known import came_from
from cocalc_tui.server.host.leaving import Leaving
from cocalc_tui.server.host.notes import Notes
from cocalc_tui.server.host.opened import Opened
from cocalc_tui.server.host.outside import Outside
from cocalc_tui.server.host.root import FileError, Root
from cocalc_tui.server.host.searching import Searching
from cocalc_tui.server.host.serving import serve
from cocalc_tui.server.host.snapshots import Snapshots
from cocalc_tui.server.host.trash import Trash
from cocalc_tui.server.host.uploads import Uploads
from cocalc_tui.server.host.wording import RESTARTS, in_one_line
from cocalc_tui.server.kernels.runner import Runner, Say
from cocalc_tui.server.terminals.terminals import SERVED as TERMINAL_REQUESTS
from cocalc_tui.server.terminals.terminals import Say as SayScreen
from cocalc_tui.server.terminals.terminals import Terminals
from cocalc_tui.sync.patch import Patch

_PATIENCE = 30.0
"""Seconds within which the relay must have taken in what the host side pushes."""
_log = logging.getLogger(__name__)


class Host:
    """The host side of one project; `start` it, and `close` it before the relay."""

    def __init__(
        self,
        project: Path,
        state: Path,
        connect: Connect,
        *,
        session: str,
        clock: Callable[[], int],
        make_runner: Callable[[Say], Runner] | None = None,
        make_terminals: Callable[[SayScreen], Terminals] | None = None,
        pace: Pace | None = None,
        umask: int | None = None,
    ) -> None:
        """Make a host.

        `connect` makes the relay's connection for the host side. `session` is new for this start:
        16 random hex digits. `clock` gives milliseconds. `umask` is for files that people make.
        """
        self.root = Root(project, umask)
        self.trash = Trash(self.root, state / "trash")
        self.uploads = Uploads(self.root, state / "uploads", self.trash)
        self.searching = Searching(self.root.path)
        self.clock = clock
        self.workspace = Workspace(connect, session, clock=clock)
        self.runner = make_runner(self.say) if make_runner is not None else None
        self.terminals = make_terminals(self._say_screen) if make_terminals is not None else None
        self.open: dict[str, Opened] = {}
        """By document id."""
        self.notes = Notes(state, self._say_chat)
        self.snapshots = Snapshots(project, state, self._say_snapshot)
        self.outside = Outside(self.root, self.open.values, self.names_changed)
        self.blobs = BlobStore(state / "blobs")
        self.leaving = Leaving(
            state / "leaving.json", self.blobs, self.workspace.requests, self._held_parts
        )
        self._contents = Contents(self.blobs)
        self._pace = pace or Pace()
        self._locks: WeakValueDictionary[str | SharedDocument, asyncio.Lock] = WeakValueDictionary()
        """Gone with the last who holds one, or anybody's list of names would fill it."""
        self._tasks: set[asyncio.Task[None]] = set()
        self.closing = False
        """Whether it is about to end, and asks nobody to wait for it."""

    # --- life ----------------------------------------------------------------------------------

    async def start(self) -> None:
        """Attach to the relay, and to kernels that live; raises RequestFailed."""
        self.workspace.handlers |= {
            m.Prepare: self._on(self._prepare),
            m.Asked: self._on(self._asked),
            m.Unused: self._on(self._unused),
        }
        self.workspace.start()
        await self.workspace.ready()
        await self.uploads.clean_up()
        self.spawn(self.snapshots.keep_taking())
        self.outside.start()
        for path in self.notes.saved.marked():
            self.spawn(self._catch_up(path))
        if self.terminals is not None:
            await self.terminals.start()
        if self.runner is not None:
            for _doc, path in await self.runner.start():
                await self._resume(path)
        self.spawn(self.leaving.go())
        self.spawn(self.notes.keep_in_place())

    def _held_parts(self) -> set[str]:
        """Parts of outputs that no log names yet, though a kernel has put them."""
        return self.runner.held_parts() if self.runner is not None else set()

    async def _catch_up(self, path: str) -> None:
        """Save what a relay that was killed did not."""
        opened = await self._resume(path)
        if opened is not None:
            with contextlib.suppress(FileError):
                await opened.save(asked=False)
            await self._leave(opened)

    async def _resume(self, path: str) -> Opened | None:
        """Open a document that nobody asked for."""
        try:
            return (await self._make_ready(path))[0]
        except (FileError, RequestFailed) as error:
            _log.warning("%s cannot be gone on with: %s", path, error)
            return None

    @property
    def busy(self) -> bool:
        """Whether a kernel's output still goes into a document."""
        return self.runner is not None and any(map(self.runner.needs, self.open))

    async def close(self, *, everything: bool = False) -> None:
        """Save all and leave; with `everything` end the kernels too."""
        self.closing = True
        if self.runner is not None:
            await self.runner.close(everything=everything)
        if self.terminals is not None:
            await self.terminals.close(everything=everything)
        await self.uploads.close()
        await self.outside.close()
        while self.open:
            doc, opened = next(iter(self.open.items()))
            async with self._alone(opened.shared):
                await self._part(doc, opened)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.workspace.close()
        self.notes.close()

    def _on(self, work: Callable[[Any], Coroutine[Any, Any, None]]) -> Callable[[m.Message], None]:
        return lambda message: self.spawn(work(message))

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something until it is done or the host closes."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def say(self, doc: str, topic: str, said: msgspec.Struct | None, *, keep: bool) -> None:
        """Say something to everybody in a document, or (`doc` "") in the project."""
        data = msgspec.Raw(msgspec.msgpack.encode(said))
        self.workspace.send(m.Tell(doc=doc, topic=topic, data=data, keep=keep))
        opened = self.open.get(doc)
        if opened is not None and not opened.used:
            asyncio.get_running_loop().call_soon(self._leave_soon, doc)

    def _say_screen(self, doc: str, topic: str, screen: TerminalScreen | TerminalOpens) -> None:
        self.say(doc, topic, screen, keep=False)

    def _say_chat(self, news: ChatNews) -> None:
        self.say("", "chat", news, keep=False)

    def _say_snapshot(self, progress: SnapshotProgress) -> None:
        self.say("", "snapshot", progress, keep=False)

    def names_changed(self) -> None:
        """Files came, went or have other names: whoever lists them is to look again."""
        self.say("", "files", None, keep=False)

    # --- documents -----------------------------------------------------------------------------

    async def _prepare(self, message: m.Prepare) -> None:
        answer: m.Message
        try:
            opened, readonly = await self._make_ready(message.path)
            _require_same(opened, message.doc)
            opened.used = True
            opened.say_again()
            kind = opened.document.type
            answer = m.Ready(id=message.id, doc=message.doc, type=kind, readonly=readonly)
        except Exception as error:
            code, text = in_one_line(error, message.path)
            answer = m.Failed(id=message.id, code=code, text=text)
        self.workspace.send(answer)

    def _alone(self, at: str | SharedDocument) -> asyncio.Lock:
        """What is held while a document is brought together with its file, or parted from it.

        The path's, before it is known which document is there; then the document's, whose path may
        change meanwhile.
        """
        lock = self._locks.get(at)
        if lock is None:
            lock = self._locks[at] = asyncio.Lock()
        return lock

    async def _make_ready(self, path: str) -> tuple[Opened, str | None]:
        """Bring a document and its file together; returns it and why it cannot be changed."""
        async with self._alone(path):
            while not self.closing:
                shared = await self.workspace.open(path)
                async with self._alone(shared):
                    # Else it was parted from its file just now, and is to be opened anew.
                    if await self.workspace.open(path) is shared:
                        return await self._bring_together(shared)
        raise FileError("busy", RESTARTS)

    async def _bring_together(self, shared: SharedDocument) -> tuple[Opened, str | None]:
        if await self._belongs_elsewhere(shared):
            shared.close()
            raise FileError(FOLLOWED, f"{shared.path}: its history is being fetched; try again")
        shared.readonly = None  # that is for people; outputs of what runs still go in
        known = self._known(shared)
        if known is not None:
            return known, await known.document.attach()
        document = self._with_its_file(shared)
        try:
            readonly = await document.attach()
        except BaseException:
            shared.close()
            raise
        return self._take_up(document), readonly

    def _with_its_file(self, shared: SharedDocument) -> HostDocument:
        return HostDocument(
            shared,
            self.root,
            self.notes.saved,
            self._contents,
            self._push,
            lambda to: self._follow(shared, to),
            self.clock,
        )

    def _take_up(self, document: HostDocument) -> Opened:
        """From now on it is saved, what belongs to its kind goes on in it, its file is watched."""
        shared = document.shared
        opened = self.open[shared.doc] = Opened(
            document, say=self.say, send=self.workspace.send, clock=self.clock, pace=self._pace
        )
        if self.runner is not None and document.type == NOTEBOOK:
            self.runner.attach(shared)
        if document.type == CHAT:
            self.notes.chats.follow(shared)
        if self.terminals is not None and document.type == TERMINAL:
            self.terminals.attach(shared)
        opened.autosave.changed()
        self.outside.look_at(opened)
        self.outside.hurry()
        return opened

    async def _belongs_elsewhere(self, shared: SharedDocument) -> bool:
        """Whether a new document's file is an old one's, which goes where the file went."""
        if shared.numbers.upto:
            return False
        try:
            found = await asyncio.to_thread(came_from, self.root, self.notes.saved, shared.path)
            if found is None or found.doc in {shared.doc, *self.open}:
                return False
            await asyncio.to_thread(self.notes.saved.file_moved, found.doc, shared.path)
        except FileError:
            return False
        self.workspace.send(m.Moved(path=found.path, to=shared.path))
        self.notes.chats.moved(found.path, shared.path)
        return True

    def _known(self, shared: SharedDocument) -> Opened | None:
        """What is open of a document, which may have another id since the relay came back."""
        for doc, opened in self.open.items():
            if opened.shared is shared:
                self.open[shared.doc] = self.open.pop(doc)
                return opened
        return None

    def _follow(self, shared: SharedDocument, to: str) -> bool:
        """A file was moved by somebody else: its document goes along, unless one is there."""
        if any(opened.shared.path == to for opened in self.open.values()):
            return False
        self.workspace.send(m.Moved(path=shared.path, to=to))
        self.notes.chats.moved(shared.path, to)
        shared.path = to
        return True

    async def _unused(self, message: m.Unused) -> None:
        opened = self.open.get(message.doc)
        if opened is not None:
            opened.used = False
            await self._leave(opened)

    def _leave_soon(self, doc: str) -> None:
        opened = self.open.get(doc)
        if opened is not None and not opened.used:
            self.spawn(self._leave(opened))

    async def _leave(self, opened: Opened) -> None:
        """Let go of a document that nobody has open and no kernel writes to."""
        async with self._alone(opened.shared):
            doc = opened.shared.doc
            if opened.used or (self.runner is not None and self.runner.needs(doc)):
                return
            if self.runner is not None:
                self.runner.detach(doc)
            if self.terminals is not None:
                self.terminals.detach(doc)
            await self._part(doc, opened)

    async def _part(self, doc: str, opened: Opened) -> None:
        """It counts as open until it is saved: who renames the file meanwhile waits for that."""
        if self.open.get(doc) is opened:
            await opened.close()
            self.open.pop(doc, None)

    # --- patches of the host side --------------------------------------------------------------

    async def _push(self, shared: SharedDocument, patches: Sequence[Patch]) -> None:
        """Give ready patches to the relay and wait until the document has them."""
        try:
            async with asyncio.timeout(_PATIENCE):
                await self.workspace.push(shared, patches)
        except TimeoutError:
            text = f"{shared.path}: the log does not take it in; try again"
            raise FileError("busy", text) from None
        except PushRefused as refused:
            raise FileError("disk", refused.text) from None

    # --- requests ------------------------------------------------------------------------------

    async def _give_file(self, doc: str) -> None:
        """Make the file of a terminal that was started, empty at first, so that others find it."""
        opened = self.open.get(doc)
        if opened is not None and opened.document.stamp is None:
            with contextlib.suppress(FileError):  # a folder that is full or closed; it is said
                await opened.save()

    async def _asked(self, asked: m.Asked) -> None:
        request = decode(bytes(asked.request))
        id_: int = getattr(request, "id", 0)
        answer: m.Message
        try:
            if self.terminals is not None and type(request) in TERMINAL_REQUESTS:
                types = m.Role[asked.role.upper()] >= m.Role.RUNNER
                result = await self.terminals.serve(
                    request, asked.user, asked.connection, types=types
                )
                if types and isinstance(request, m.TerminalOpen):
                    await self._give_file(request.doc)
            else:
                result = await serve(self, request, asked.user)
            answer = m.Answer(id=id_, result=msgspec.Raw(msgspec.msgpack.encode(result)))
        except Exception as error:
            code, text = in_one_line(error, type(request).__name__)
            answer = m.Failed(id=id_, code=code, text=text)
        frame = msgspec.Raw(encode(answer))
        self.workspace.send(m.Answered(connection=asked.connection, answer=frame))


def _require_same(opened: Opened, doc: str) -> None:
    """What was made ready must be what is waited for; raises FileError."""
    if opened.shared.doc != doc:
        raise FileError("busy", f"{opened.shared.path}: it is another document now; try again")
