"""The owner forgets the history of a document; nobody loses what they did not send yet."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from cocalc_tui.client.events import ProjectTold, WorkRefused, WorkspaceEvent
from cocalc_tui.client.history import purge, sizes
from cocalc_tui.client.past import LogBook
from cocalc_tui.client.requests import RequestFailed
from cocalc_tui.notebook import schema
from cocalc_tui.sync.patch import Splice
from tests.server.hosting import running, text, type_in, until
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


async def test_what_has_no_history_to_purge(tmp_path: Path) -> None:
    async with running(tmp_path) as lab:
        alice = await lab.person("alice")
        chat = await alice.open("talk.chat")
        with pytest.raises(RequestFailed, match="only texts and notebooks"):
            await purge(alice.requests, chat.doc)
        with pytest.raises(RequestFailed, match="not open"):
            await purge(alice.requests, "nothing")
