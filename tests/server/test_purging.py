"""The owner forgets the history of a document; nobody loses what they did not send yet."""

from __future__ import annotations

import asyncio
import base64
import json
import os
from pathlib import Path
from typing import Any

import pytest

from cocalc_tui.chat.model import take
from cocalc_tui.chat.schema import edit, react, say
from cocalc_tui.client.document import SharedDocument
from cocalc_tui.client.events import ProjectTold, WorkRefused, WorkspaceEvent
from cocalc_tui.client.history import purge, sizes
from cocalc_tui.client.past import LogBook
from cocalc_tui.client.requests import RequestFailed
from cocalc_tui.client.workspace import Workspace
from cocalc_tui.notebook import schema
from cocalc_tui.notebook.blobs import name_of
from cocalc_tui.protocol.patches import entry_to_wire
from cocalc_tui.server.blobs import named
from cocalc_tui.server.host import patches, purging
from cocalc_tui.server.host.leaving import Leaving
from cocalc_tui.server.relay import project
from cocalc_tui.server.store import StoreTrouble
from cocalc_tui.sync.encoding import encode_block
from cocalc_tui.sync.patch import Entry, Patch, PatchId, Put, Splice
from tests.server.hosting import Box, running, text, type_in, until
from tests.server.test_blobs import display, file
from tests.server.test_history import NOTEBOOK


async def test_a_new_log_for_everybody(tmp_path: Path) -> None:
    async with running(tmp_path) as lab:
        lab.write("notes.md", "one\n")
        alice, ben = await lab.person("alice"), await lab.person("ben")
        mine, theirs = await alice.open("notes.md"), await ben.open("notes.md")
        heard: list[WorkspaceEvent] = []
        ben.subscribe(heard.append)
        type_in(theirs, 4, "secret\n")
        type_in(theirs, 4, "", len("secret\n"))
        type_in(theirs, 4, "two\n")
        await until(lambda: theirs.sent and text(mine) == "one\ntwo\n")
        (before,) = await sizes(alice.requests)
        with pytest.raises(RequestFailed, match="role"):
            await purge(ben.requests, theirs.doc)
        # Ben is away, and goes on typing.
        back = await lab.cut_off(ben)
        type_in(theirs, 0, "unsent ")
        await purge(alice.requests, mine.doc)
        await until(lambda: alice.online and mine.attached and mine.numbers.upto == 1)
        assert (text(mine), lab.read("notes.md")) == ("one\ntwo\n", "one\ntwo\n")
        book = LogBook(alice.requests, mine.doc)
        await book.fetch(1)
        versions = await book.versions()
        assert (versions.latest, versions.text(1)) == (1, "one\ntwo\n")
        (after,) = await sizes(alice.requests)
        assert (after.path, after.patches) == ("notes.md", 1)
        assert after.rows < before.rows
        back.set()
        await until(lambda: theirs.attached and theirs.epoch == mine.epoch == 2)
        assert text(theirs) == "one\ntwo\n"
        (kept,) = (one for one in heard if isinstance(one, WorkRefused))
        assert "unsent one" in await asyncio.to_thread(kept.copy.read_text)
        # It goes on as before: everybody types, and the file follows.
        type_in(theirs, 0, "zero\n")
        await until(lambda: text(mine) == "zero\none\ntwo\n")
        type_in(mine, 0, "# ")
        await until(lambda: text(theirs) == "# zero\none\ntwo\n")
        await mine.save()
        assert lab.read("notes.md") == "# zero\none\ntwo\n"
        lab.write("notes.md", "# zero\none\ntwo\nthree\n")
        await until(lambda: text(theirs) == "# zero\none\ntwo\nthree\n")


async def test_what_is_more_than_a_frame_comes_in_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patches, "_LONGEST", 10)
    monkeypatch.setattr(patches, "LARGE", 40)
    monkeypatch.setattr(purging, "PART", 150)
    async with running(tmp_path) as lab:
        long = "".join(f"line {n}\n" for n in range(30))
        lab.write("notes.md", long)
        alice, ben = await lab.person("alice"), await lab.person("ben")
        mine, theirs = await alice.open("notes.md"), await ben.open("notes.md")
        type_in(theirs, 0, "secret\n")
        await until(lambda: theirs.sent)
        type_in(theirs, 0, "", len("secret\n"))
        await until(lambda: theirs.sent)
        await purge(alice.requests, mine.doc)
        await until(lambda: theirs.attached and theirs.epoch == mine.epoch == 2)
        assert text(mine) == text(theirs) == long
        book = LogBook(alice.requests, mine.doc)
        await book.fetch(mine.numbers.upto)
        assert mine.numbers.upto > 5
        assert "secret" not in str(book._tail)
        type_in(theirs, 0, "# ")
        await until(lambda: text(mine) == f"# {long}")


async def test_a_notebook_keeps_its_cells_and_who_is_there_hears_of_it(tmp_path: Path) -> None:
    async with running(tmp_path) as lab:
        lab.write("fit.ipynb", json.dumps(NOTEBOOK))
        alice, ben = await lab.person("alice"), await lab.person("ben")
        mine, theirs = await alice.open("fit.ipynb"), await ben.open("fit.ipynb")
        heard: list[WorkspaceEvent] = []
        ben.subscribe(heard.append)
        cells = schema.cells(mine.replica)
        mine.change([Splice(5, 0, "0", schema.input_of(cells[0]))], step=True)
        await until(lambda: mine.sent)
        await purge(alice.requests, mine.doc)
        await until(lambda: theirs.attached and theirs.epoch == 2)
        assert schema.cells(theirs.replica) == cells
        assert schema.source(theirs.replica, cells[0]) == "x = 10"
        assert any(isinstance(one, ProjectTold) and one.topic == "purged" for one in heard)


async def test_a_chat_forgets_what_its_messages_once_said(tmp_path: Path) -> None:
    async with running(tmp_path) as lab:
        alice, ben = await lab.person("alice"), await lab.person("ben")
        mine, theirs = await alice.open("talk.chat"), await ben.open("talk.chat")
        theirs.change(say("one", "ben", 1, "my password is hunter2"), step=True)
        theirs.change(edit("edit", "one", "ben", 2, "my password is hunter2", "hello"), step=True)
        theirs.change(react("sign", "one", "ben", "👍"), step=True)
        await until(lambda: len(take(mine.replica)) == 1 and theirs.sent)
        host = lab.host.notes.chats
        host.mark("alice", mine.doc, mine.numbers.upto)
        theirs.change(say("two", "ben", 3, "unread"), step=True)
        await until(lambda: len(take(mine.replica)) == 2)
        await until(lambda: host.states("alice")[0].unread == 1)
        await purge(alice.requests, mine.doc)
        await until(lambda: theirs.attached and theirs.epoch == mine.epoch == 2)
        first, second = take(theirs.replica)
        assert (first.text, first.versions, first.claimed) == ("hello", (), False)
        assert [one.sign for one in first.reactions] == ["👍"]
        assert second.text == "unread"
        book = LogBook(ben.requests, theirs.doc)
        await book.fetch(theirs.numbers.upto)
        assert "hunter2" not in str(book._tail)
        # Who has read what is as before, though the new log counts from 1.
        assert [host.states(user)[0].unread for user in ("alice", "vera")] == [1, 2]
        theirs.change(say("three", "ben", 4, "and more"), step=True)
        await until(lambda: host.states("alice")[0].unread == 2)
        theirs.change(edit("again", "one", "ben", 5, "hello", "hello all"), step=True)
        await until(lambda: take(mine.replica)[0].text == "hello all")


async def test_a_file_s_earlier_states_are_forgotten_too(tmp_path: Path) -> None:
    async with running(tmp_path) as lab:
        lab.write("notes.md", "one\n")
        alice = await lab.person("alice")
        mine = await alice.open("notes.md")
        type_in(mine, 0, "secret\n")
        await mine.save()
        type_in(mine, 0, "", len("secret\n"))
        await mine.save()
        saved = lab.host.notes.saved
        assert any("secret" in one.text for one in saved.of(mine.doc))
        assert [one.user for one in saved.saves(mine.doc)] == ["alice", "alice"]
        await purge(alice.requests, mine.doc)
        assert [one.text for one in saved.of(mine.doc)] == ["one\n"]
        assert saved.saves(mine.doc) == []
        lab.write("notes.md", "one\ntwo\n")
        await until(lambda: text(mine) == "one\ntwo\n")


async def test_what_was_never_changed_has_nothing_to_forget(tmp_path: Path) -> None:
    async with running(tmp_path) as lab:
        alice = await lab.person("alice")
        heard: list[WorkspaceEvent] = []
        alice.subscribe(heard.append)
        chat = await alice.open("talk.chat")
        await purge(alice.requests, chat.doc)
        await until(lambda: any(isinstance(one, ProjectTold) for one in heard))
        assert chat.epoch == 1
        with pytest.raises(RequestFailed, match="not open"):
            await purge(alice.requests, "nothing")


def picture(size: int = 9_000) -> dict[str, Any]:
    return display(image_png=base64.b64encode(os.urandom(size)).decode())


def parts(lab: Box) -> int:
    """How many large parts of outputs there are."""
    return sum(path.is_file() for path in (lab.state / "blobs").glob("*/*"))


async def seen(lab: Box, who: Workspace, path: str, *outputs: dict[str, Any]) -> SharedDocument:
    """A notebook, once it shows what its file has."""
    lab.write(path, file(*outputs))
    document = await who.open(path)
    (cell,) = schema.cells(document.replica)
    await until(lambda: len(schema.outputs_of(document.replica, cell)) == len(outputs))
    return document


async def test_pictures_go_that_no_notebook_names_any_more(tmp_path: Path) -> None:
    old, same, kept = picture(), picture(), picture()
    async with running(tmp_path) as lab:
        alice = await lab.person("alice")
        mine = await seen(lab, alice, "fit.ipynb", old, same)
        # Nobody changed this one, so its log is in no store yet.
        await seen(lab, alice, "other.ipynb", same)
        (cell,) = schema.cells(mine.replica)
        mine.change([Splice(0, 0, "# ", schema.input_of(cell))], step=True)
        await mine.save()
        lab.write("fit.ipynb", file(kept))
        await until(lambda: len(schema.outputs_of(mine.replica, cell)) == 1)
        assert parts(lab) == 3
        await purge(alice.requests, mine.doc)
        await until(lambda: parts(lab) == 2)
        await mine.save()
        assert kept["data"]["image/png"] in lab.read("fit.ipynb")
        assert not (lab.state / "leaving.json").exists()


async def test_what_cannot_go_now_goes_when_the_relay_starts_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> None:
        raise StoreTrouble("the archive is not there; put it back")

    async with running(tmp_path) as lab:
        alice = await lab.person("alice")
        mine = await seen(lab, alice, "fit.ipynb", picture())
        (cell,) = schema.cells(mine.replica)
        mine.change([Splice(0, 0, "# ", schema.input_of(cell))], step=True)
        await mine.save()
        lab.write("fit.ipynb", file())
        await until(lambda: not schema.outputs_of(mine.replica, cell))
        with monkeypatch.context() as patched:
            patched.setattr(project, "mentioned", away)
            await purge(alice.requests, mine.doc)
            await lab.stop()
        assert parts(lab) == 1
        await lab.start()
        await until(lambda: not parts(lab))
        await until(lambda: not (lab.state / "leaving.json").exists())


async def test_what_a_kernel_has_not_committed_stays(tmp_path: Path) -> None:
    async with running(tmp_path) as lab:
        held, fresh, gone = (name_of(bytes([n])) for n in range(3))
        leaving = Leaving(
            tmp_path / "leaving.json", lab.host.blobs, lab.host.workspace.requests, lambda: {held}
        )
        for n, name in enumerate((held, fresh, gone)):
            lab.host.blobs.put(name, bytes([n]))
        leaving._write([held, fresh, gone])
        # It is put again while the logs are looked through.
        os.utime(lab.host.blobs._path(fresh), (2**33, 2**33))
        await leaving.go()
        assert [lab.host.blobs.get(name) for name in (held, fresh, gone)] == [b"\0", b"\1", None]
        assert leaving._noted() == {held, fresh}


def test_names_are_found_in_blocks_and_in_rows() -> None:
    sealed, row = name_of(b"sealed"), name_of(b"row")
    one, other = (
        Entry(seq, "ann", "editor", seq, Patch(PatchId("5a17" * 4, seq - 1), seq, (), (put,)))
        for seq, put in ((1, Put("k", "data", {"n": sealed})), (2, Put("k", "data", {"n": row})))
    )
    assert named([encode_block([one])], [entry_to_wire(other)]) == {sealed, row}
