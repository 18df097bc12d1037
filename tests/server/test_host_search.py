"""Searching all files over a real relay, with roles; the child is a real process."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from cocalc_tui.client.requests import RequestFailed
from cocalc_tui.client.search import Where, search
from cocalc_tui.client.workspace import Workspace
from cocalc_tui.query import Query
from tests.server.hosting import BY_HAND, running, type_in, until


async def found(
    person: Workspace, query: Query, globs: Sequence[str] = ()
) -> list[tuple[str, int]]:
    return [
        (file.path, file.count)
        async for part in search(person.requests, query, Where(globs))
        for file in part.files
    ]


async def test_a_viewer_searches_and_what_is_typed_is_found(tmp_path: Path) -> None:
    async with running(tmp_path, BY_HAND) as box:
        box.write("a.txt", "needle")
        box.write("b.txt", "nothing")
        box.write("c.md", "needle needle")
        ben, vera = await box.person("ben"), await box.person("vera")
        document = await ben.open("b.txt")
        type_in(document, 0, "a needle in ")
        await until(lambda: document.sent)
        assert await found(vera, Query("needle")) == [("a.txt", 1), ("b.txt", 1), ("c.md", 2)]
        assert await found(vera, Query("needle"), ["!*.txt"]) == [("c.md", 2)]


async def test_a_wrong_pattern_is_said_in_one_line(tmp_path: Path) -> None:
    async with running(tmp_path) as box:
        person = await box.person("vera")
        with pytest.raises(RequestFailed, match=r"^not a pattern: .+"):
            await found(person, Query("(", is_pattern=True))
