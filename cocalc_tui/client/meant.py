"""Where a message points to now: the line or the cell that had that number when it was written."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping

from cocalc_tui.chat.places import Link
from cocalc_tui.client.document import SharedDocument
from cocalc_tui.client.past import LogBook
from cocalc_tui.client.requests import Requests
from cocalc_tui.history.meant import cell_meant, line_meant
from cocalc_tui.protocol.kinds import NOTEBOOK, TEXT
from cocalc_tui.sync.patch import Json
from cocalc_tui.sync.versions import Versions

PATIENCE = 3.0
"""Seconds after which a number is taken as it is: a year's log may lie behind a slow line."""


async def place_meant(
    requests: Requests, document: SharedDocument, link: Link, moment: int
) -> Mapping[str, Json] | None:
    """The place of a link that was written at a moment (milliseconds), as a pane's memento says it.

    None for a cell that was deleted since. Raises RequestFailed.
    """
    versions = None
    if document.type in {NOTEBOOK, TEXT} and document.numbers.upto:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                versions = await _versions(requests, document)
    if link.line:
        if versions is None or document.type != TEXT:
            return {"line": link.line - 1}
        return {"line": await asyncio.to_thread(line_meant, versions, link.line, moment) - 1}
    if versions is None or document.type != NOTEBOOK:
        return {"number": link.cell}
    key = await asyncio.to_thread(cell_meant, versions, link.cell, moment)
    if key is None:
        return {"number": link.cell}
    return {"cell": key} if document.replica.records.live(key) else None


async def _versions(requests: Requests, document: SharedDocument) -> Versions:
    book = LogBook(requests, document.doc)
    await book.fetch(document.numbers.upto)
    return await book.versions()
