"""Putting something in the place of what was found: in documents, as patches like any other.

The file on disk is never written here. Each document is opened through the relay, so that what
others type in it meanwhile merges, and all that is replaced in it is one step for undo. Only places
that were shown are replaced: where the text has become another since, it is left as it is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct, field

from cocalc_tui.client.requests import RequestFailed
from cocalc_tui.notebook import schema
from cocalc_tui.protocol.kinds import NOTEBOOK, TEXT
from cocalc_tui.query import Query, SearchError, template
from cocalc_tui.sync.patch import MAIN, Op, PatchId, TextChange, TextId
from cocalc_tui.sync.undo import cancels
from cocalc_tui.widgets.editor.carets import Put, splices
from cocalc_tui.widgets.searching.found import Hit

if TYPE_CHECKING:
    import regex

    from cocalc_tui.client.document import SharedDocument
    from cocalc_tui.sync.buffer import TextBuffer
    from cocalc_tui.widgets.documents import Documents

PATIENCE = 5.0
"""Seconds for a pattern in one text."""


class Replaced(Struct):
    """What came of replacing."""

    hits: dict[Hit, str | None] = field(default_factory=dict)
    """What was replaced, and what stands there now."""
    steps: list[tuple[str, list[PatchId]]] = field(default_factory=list)
    """By which patches of which file, to take it back."""
    moved: int = 0
    """Places that have become others since they were found."""
    troubles: list[str] = field(default_factory=list)
    """A line for each file that could not be changed."""

    def add(self, other: Replaced) -> None:
        """What came of more."""
        self.hits |= other.hits
        self.steps += other.steps
        self.moved += other.moved
        self.troubles += other.troubles

    @property
    def summary(self) -> str:
        """In one line."""
        places, files = len(self.hits), len(self.steps)
        said = f"{places:,} replaced in {files:,} {'file' if files == 1 else 'files'}"
        if self.moved:
            said += f"; {self.moved:,} left, as the text there is another now: search again"
        if self.troubles:
            said += f"; {self.troubles[0]}"
        if len(self.troubles) > 1:
            said += f" (and {len(self.troubles) - 1} files more)"
        return said


async def replace_in(
    documents: Documents, path: str, hits: Sequence[Hit], query: Query, by: str
) -> Replaced:
    """Replace places in one file. What fails is among the troubles."""
    from cocalc_tui.client.wire import ReadOnlyError

    done = Replaced()
    try:
        document = await documents.open(path)
    except RequestFailed as error:
        return Replaced(troubles=[error.text])
    try:
        ops, found = _replacing(document, hits, query, by)
        done.moved = len(hits) - len(found)
        if ops:
            changes = document.change(ops, "replace", step=True)
            done.hits = found
            ids = {change.by: None for change in changes if isinstance(change, TextChange)}
            done.steps = [(path, list(ids))]
            await _sent(document)
    except (ReadOnlyError, SearchError) as error:
        done.troubles = [str(error)]
    finally:
        documents.close(document)
    return done


async def take_back(documents: Documents, steps: Sequence[tuple[str, list[PatchId]]]) -> list[str]:
    """Take replacing back in all its files; returns a line for each where that failed."""
    from cocalc_tui.client.wire import ReadOnlyError

    troubles: list[str] = []
    for path, ids in steps:
        try:
            document = await documents.open(path)
        except RequestFailed as error:
            troubles.append(error.text)
            continue
        try:
            document.change(cancels(ids), "undo", step=True)
            await _sent(document)
        except ReadOnlyError as error:
            troubles.append(str(error))
        finally:
            documents.close(document)
    return troubles


def _replacing(
    document: SharedDocument, hits: Sequence[Hit], query: Query, by: str
) -> tuple[list[Op], dict[Hit, str | None]]:
    """The operations, and the places that still are what was found; raises SearchError."""
    ops: list[Op] = []
    done: dict[Hit, str | None] = {}
    made = template(by, is_pattern=query.is_pattern)
    for at, here in _by_text(document, hits):
        buffer = document.replica.text(at)
        wanted = {_offset(buffer, hit): hit for hit in here}
        puts: list[Put] = []
        for match in query.matches(str(buffer), patience=PATIENCE):
            if (hit := wanted.get(match.start())) is not None:
                by_now = _expanded(match, made)
                puts.append(Put(match.start(), match.end(), by_now))
                done[hit] = by_now
        ops += splices(puts, at)
    return ops, done


def _by_text(document: SharedDocument, hits: Sequence[Hit]) -> list[tuple[TextId, list[Hit]]]:
    if document.type == TEXT:
        return [(MAIN, [hit for hit in hits if not hit.line.cell])]
    if document.type != NOTEBOOK:
        raise SearchError(f"{document.path}: only text and cells can be replaced")
    cells = schema.cells(document.replica)
    found: dict[int, list[Hit]] = {}
    for hit in hits:
        found.setdefault(hit.line.cell, []).append(hit)
    return [
        (TextId(cells[cell - 1], schema.INPUT), here)
        for cell, here in found.items()
        if 0 < cell <= len(cells)
    ]


def _offset(buffer: TextBuffer, hit: Hit) -> int:
    if hit.line.number > buffer.line_count:
        return -1
    return buffer.offset(hit.line.number - 1, 0) + hit.column


def _expanded(match: regex.Match[str], made: str) -> str:
    import regex

    try:
        return str(match.expand(made))
    except (regex.error, IndexError) as error:
        raise SearchError(f"in its place: {error}") from None


async def _sent(document: SharedDocument) -> None:
    """Wait until the relay has what was changed, or is gone: then it is kept here."""
    news = asyncio.Event()
    stop = document.subscribe(lambda _: news.set())
    try:
        while document.attached and not document.sent:
            news.clear()
            await news.wait()
    finally:
        stop()
