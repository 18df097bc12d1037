"""Every message of the protocol, sent by every role: a viewer changes and runs nothing.

The table below says of each message an app may send what it can do. A message that is not in it
fails the first test, so none is added without somebody saying who may send it, and having it tried.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest

from cocalc_tui.protocol import messages as m
from cocalc_tui.protocol.codec import KNOWN
from cocalc_tui.protocol.connection import FROM_APP
from cocalc_tui.protocol.messages import Message, Role
from cocalc_tui.protocol.patches import to_wire
from cocalc_tui.server.kernels.runner import Runner
from cocalc_tui.server.snapshots.taking import take
from cocalc_tui.server.terminals.terminals import Terminals
from cocalc_tui.sync.patch import Create, Op, Patch, PatchId, Put, Remove, Splice, TextId
from tests.protocol.samples import sample
from tests.server.apps import App
from tests.server.hosting import BY_HAND, Box

Kinds = set[type[Message]]
LOOKS: Kinds = {
    m.Open,
    m.Shut,
    m.Fetch,
    m.Presence,
    m.Members,
    m.Status,
    m.ListFiles,
    m.ListTrash,
    m.Download,
    m.CountLines,
    m.SearchFiles,
    m.Kernels,
    m.Outputs,
    m.TerminalOpen,
    m.TerminalHistory,
    m.TerminalFiles,
    m.TerminalRecording,
    m.OutputText,
    m.Blob,
    m.ListChats,
    m.MarkRead,
    m.ReadMarks,
    m.UnreadMessages,
    m.HistorySizes,
    m.ListSaves,
    m.ListCommits,
    m.ReadCommit,
    m.ListSnapshots,
    m.BrowseSnapshot,
    m.ReadSnapshot,
    m.CompareSnapshots,
    m.SnapshotRules,
}
"""Reads, or says where somebody is."""
CHANGES: Kinds = {
    m.Push,
    m.MakeFile,
    m.RenameFile,
    m.ClearOutputs,
    m.CopyOutputs,
    m.CopyFile,
    m.DeleteFile,
    m.RestoreFile,
    m.Upload,
    m.UploadPart,
    m.UploadEnd,
    m.Save,
    m.TakeSnapshot,
    m.RestoreSnapshot,
}
"""Changes text or files."""
RUNS: Kinds = {
    m.TerminalType,
    m.TerminalSize,
    m.TerminalEnd,
    m.TerminalKeyboard,
    m.TerminalMouse,
    m.Run,
    m.Input,
    m.Interrupt,
    m.Restart,
    m.ChooseKernel,
    m.Complete,
    m.Inspect,
}
"""Makes the host's account run something, or end something that runs."""
OWNS: Kinds = {
    m.Share,
    m.Stop,
    m.EmptyTrash,
    m.DropSnapshot,
    m.SetSnapshotRules,
    m.Purge,
    m.Backup,
}
"""Is the owner's."""
LEAST = [(LOOKS, Role.VIEWER), (CHANGES, Role.EDITOR), (RUNS, Role.RUNNER), (OWNS, Role.OWNER)]
USERS = {"vera": Role.VIEWER, "ben": Role.EDITOR, "rune": Role.RUNNER, "alice": Role.OWNER}

SESSION = "5e" * 8
PATHS = ("notes.txt", "fit.ipynb", "sub", "new.txt")
CELL = "c1"


def test_every_message_is_in_the_table_once() -> None:
    assert [kind for kinds, _ in LEAST for kind in kinds if kind not in FROM_APP] == []
    assert sum(len(kinds) for kinds, _ in LEAST) == len(FROM_APP)
    assert set().union(*(kinds for kinds, _ in LEAST)) == FROM_APP


def test_every_message_needs_the_role_of_the_table() -> None:
    assert {kind: kind.NEEDS for kinds, _ in LEAST for kind in kinds} == {
        kind: role for kinds, role in LEAST for kind in kinds
    }


class Recorder:
    """Stands for what runs kernels, and writes down what it is asked to do."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.changes: list[str] = []

    async def start(self) -> list[tuple[str, str]]:
        return []

    def attach(self, document: object) -> None: ...
    def detach(self, doc: str) -> None: ...
    def needs(self, doc: str) -> bool:
        return False

    def outputs(self, doc: str, run: str, after: int) -> None: ...
    async def output_text(self, asked: object) -> None: ...
    async def kernels(self, doc: str) -> list[str]:
        return []

    async def close(self, *, everything: bool = False) -> None: ...
    async def clear(self, *_: object) -> None:
        self.changes.append("clear")

    def copy_outputs(self, *_: object) -> None:
        self.changes.append("copy")

    def __getattr__(self, name: str) -> Any:
        async def call(*_: object, **__: object) -> None:
            self.calls.append(name)

        return call


class Screens:
    """Stands for what runs terminals, and writes down what it is asked to do."""

    def __init__(self, calls: list[str]) -> None:
        self._calls = calls

    async def start(self) -> None: ...
    def attach(self, document: object) -> None: ...
    def detach(self, doc: str) -> None: ...
    async def close(self, *, everything: bool = False) -> None: ...
    async def serve(self, request: Message, *_: object, types: bool) -> None:
        if types and request.NEEDS is m.Role.RUNNER:
            self._calls.append(type(request).__name__)


class Project(Box):
    """A project with a text file, a notebook and a folder, and who tries what on it."""

    docs: dict[str, str]
    transfer = ""
    """Of a file that is being sent."""
    trashed = ""
    """The name of something in the trash."""

    def __init__(self, project: Path) -> None:
        super().__init__(project, BY_HAND)
        self.runner = Recorder()
        self.make_runner = lambda _say: cast(Runner, self.runner)
        self.make_terminals = lambda _say: cast(Terminals, Screens(self.runner.calls))
        self.write("notes.txt", "notes\n")
        (project / "sub").mkdir()
        self.write("sub/data.csv", "1,2\n")
        code = {"cell_type": "code", "id": CELL, "metadata": {}, "source": "1 + 1"}
        cell = {**code, "execution_count": None, "outputs": []}
        about = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        self.write("fit.ipynb", json.dumps(about))

    async def app(self, user: str) -> App:
        """A connection with both documents open."""
        app = App(self.relay.connect_memory(user), f"{user.encode().hex():0>16}")
        await app.hello()
        self.docs = {path: (await app.open(path)).doc for path in PATHS[:2]}
        return app

    async def prepare(self, app: App) -> None:
        """Have a file being sent, something in the trash, and a snapshot of what was before."""
        kept: dict[str, Any] = {"user": "alice", "kind": "named", "title": "x"}
        await asyncio.to_thread(take, self.project, self.state, **kept)
        self.write("sub/data.csv", "3,4\n")
        self.write("gone.txt", "gone")
        self.trashed = self.host.trash.take("gone.txt", "alice", 5)
        await app.say(m.Upload(id=5, path=f"{app.session}.bin", size=1))
        begun = await app.hear(m.Answer, id=5)
        self.transfer = msgspec.msgpack.decode(begun.result)

    async def found(self) -> dict[str, object]:
        """All that could be changed, and all that was run."""
        files = {
            str(path.relative_to(self.project)): path.read_bytes() if path.is_file() else b""
            for path in self.project.rglob("*")
            if not path.name.startswith(("saved.db", "chats.db"))
        }
        logs = {
            doc: ((await self.store.read(doc, 0, 1 << 30)).upto, await self.store.document(doc))
            for doc in self.docs.values()
        }
        members = await self.store.members()
        runs = [*self.runner.calls, *self.stopped]
        return {"files": files, "logs": logs, "members": members, "runs": runs} | {
            "outputs": [*self.runner.changes]
        }


@contextlib.asynccontextmanager
async def project(tmp_path: Path) -> AsyncIterator[Project]:
    folder = tmp_path / "lab"
    folder.mkdir()
    box = Project(folder)
    await box.start()
    try:
        yield box
    finally:
        await box.stop()


def patches(doc: str, session: str, *, notebook: bool) -> Iterator[Message]:
    """Everything that can be pushed: text, records, outputs, and on behalf of another."""
    texts = TextId(CELL, "input") if notebook else TextId("", "")
    tries: list[tuple[Op, ...]] = [
        (Splice(0, 0, "typed", texts),),
        (Put(CELL, "cell_type", "raw"),),
        (Remove(CELL),),
    ]
    tries += [(Create("x/r/0", {"type": "output"}),), (Create("y", {"type": "cell"}),)]
    for ops in tries:
        for acting_for in (None, "alice"):
            patch = Patch(PatchId(session, 0), 5, (), ops, "typing", acting_for)
            yield m.Push(doc=doc, patches=[to_wire(patch)])


def variants(kind: type[Message], box: Project, app: App) -> Iterator[Message]:
    """A message in all the ways that could do something here."""
    if kind is m.Push:
        for path, doc in box.docs.items():
            yield from patches(doc, app.session, notebook=path.endswith(".ipynb"))
        return
    if kind is m.UploadEnd:
        yield from variants(m.UploadPart, box, app)
    fields = {field.name for field in msgspec.structs.fields(kind)}
    docs = [*box.docs.values(), ""] if "doc" in fields else [""]
    for path in PATHS if "path" in fields else PATHS[:1]:
        for doc in docs:
            values: dict[str, Any] = {
                "doc": doc,
                "path": path,
                "to": f"{path}.moved",
                "cells": [CELL],
            }
            values |= {"session": SESSION, "user": "vera", "role": "runner", "name": "python3"}
            values |= {"transfer": box.transfer, "file": str(box.project / "copy")}
            if kind in {m.RestoreFile, m.EmptyTrash, m.Backup}:
                values |= {"name": box.trashed, "to": ""}
            yield sample(kind, values)


async def said(app: App, message: Message) -> None:
    """Say something and wait until all that comes of it has happened."""
    app.heard.clear()
    await app.say(message)
    if type(message) in FROM_APP and hasattr(message, "id"):
        await app.until(lambda: any(hasattr(one, "id") for one in app.heard))
    await app.say(m.ListFiles(id=998))
    await app.until(lambda: any(getattr(one, "id", 0) == 998 for one in app.heard))


@pytest.mark.parametrize("user", ["vera", "ben", "rune"])
async def test_no_message_does_more_than_its_role_may(tmp_path: Path, user: str) -> None:
    role = USERS[user]
    async with project(tmp_path) as box:
        owner, app = await box.app("alice"), await box.app(user)
        await box.prepare(owner)
        before = await box.found()
        owner.heard.clear()
        for kind in KNOWN.values():
            allowed = kind in FROM_APP and role >= kind.NEEDS
            if kind is m.Hello or (allowed and kind not in LOOKS):
                continue
            for message in variants(kind, box, app):
                await said(app, message)
                assert await box.found() == before, message
                if kind not in LOOKS:
                    assert any(isinstance(one, m.Failed | m.Refused) for one in app.heard), message
        assert not app.closed
        assert not owner.closed
        assert not [one for one in owner.heard if isinstance(one, m.Moved | m.Entries)]


@pytest.mark.parametrize("user", ["ben", "rune"])
async def test_an_editor_runs_nothing_and_a_runner_owns_nothing(tmp_path: Path, user: str) -> None:
    """Not even by all that they may do, in a row."""
    async with project(tmp_path) as box:
        app = await box.app(user)
        for kind in sorted(FROM_APP, key=lambda kind: kind.__name__):
            for message in variants(kind, box, app):
                await said(app, message)
        found = await box.found()
        assert (found["runs"] == []) == (user == "ben")
        members = {name: member.role for name, member in (await box.store.members()).items()}
        assert members == {"ben": "editor", "rune": "runner", "vera": "viewer"}
        assert box.stopped == []


@pytest.mark.parametrize(
    "kind",
    sorted((kind for kinds, _ in LEAST[1:] for kind in kinds if kind is not m.Save), key=str),
)
async def test_who_may_does(tmp_path: Path, kind: type[Message]) -> None:
    """The tests above could see it if something happened."""
    async with project(tmp_path) as box:
        app = await box.app("alice")
        await box.prepare(app)
        if kind is m.Purge:  # what nobody ever changed has nothing to forget
            for message in patches(box.docs["notes.txt"], app.session, notebook=False):
                await said(app, message)
        before = await box.found()
        for message in variants(kind, box, app):
            await said(app, message)
        assert await box.found() != before


async def test_what_was_allowed_is_not_once_the_role_is_lost(tmp_path: Path) -> None:
    async with project(tmp_path) as box:
        owner, app = await box.app("alice"), await box.app("rune")
        await box.prepare(app)
        await said(owner, m.Share(id=1, user="rune", role="viewer"))
        before = await box.found()
        for kind in CHANGES | RUNS | OWNS:
            for message in variants(kind, box, app):
                await said(app, message)
                assert await box.found() == before, message
