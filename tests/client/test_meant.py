"""Links of messages, over a real relay: cells and lines as they were counted then."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from cocalc_tui.chat.places import Link
from cocalc_tui.client import meant
from cocalc_tui.client.document import SharedDocument, wall_clock
from cocalc_tui.client.meant import place_meant
from cocalc_tui.client.past import LogBook
from cocalc_tui.notebook import schema
from cocalc_tui.sync.patch import Op
from tests.server.hosting import running, type_in, until

EMPTY = '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'


async def change(document: SharedDocument, ops: list[Op]) -> None:
    document.change(ops, step=True)
    await until(lambda: document.sent)


async def now() -> int:
    """A moment after all that was done, and before all that will be."""
    moment = wall_clock() + 1
    await until(lambda: wall_clock() > moment)
    return moment


async def test_a_cell_keeps_its_link_where_others_come_and_go(tmp_path: Path) -> None:
    async with running(tmp_path) as box:
        person = await box.person()
        box.write("fit.ipynb", EMPTY)
        document = await person.open("fit.ipynb")
        link, keys = Link("fit.ipynb", cell=2), [digit * 16 for digit in "1234"]
        for place, key in enumerate(keys[:2]):
            await change(document, schema.insert_cell(document.replica, key, place))
        moment = await now()
        for key in keys[2:]:
            await change(document, schema.insert_cell(document.replica, key, 0))
        assert schema.cells(document.replica)[:4] == [*keys[:1:-1], *keys[:2]]
        assert await place_meant(person.requests, document, link, moment) == {"cell": keys[1]}
        later = await now()
        assert await place_meant(person.requests, document, link, later) == {"cell": keys[2]}
        await change(document, schema.delete_cells([keys[1]]))
        assert await place_meant(person.requests, document, link, moment) is None
        far = link._replace(cell=99)
        assert await place_meant(person.requests, document, far, moment) == {"number": 99}


async def test_a_line_keeps_its_link(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(tmp_path) as box:
        person = await box.person()
        box.write("a.py", "one\ntwo\n")
        document = await person.open("a.py")
        link, moment = Link("a.py", line=2), await now()
        assert await place_meant(person.requests, document, link, moment) == {"line": 1}
        type_in(document, 0, "zero\n")
        await until(lambda: document.sent)
        assert await place_meant(person.requests, document, link, moment) == {"line": 2}
        box.write("notes.ipynb", EMPTY)
        notes = await person.open("notes.ipynb")
        await change(notes, schema.insert_cell(notes.replica, "1" * 16, 0))
        assert await place_meant(person.requests, notes, link, moment) == {"line": 1}

        async def never(*_: object) -> None:
            await asyncio.sleep(3600)

        monkeypatch.setattr(meant, "PATIENCE", 0.01)
        monkeypatch.setattr(LogBook, "fetch", never)
        assert await place_meant(person.requests, document, link, moment) == {"line": 1}
