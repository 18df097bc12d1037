"""What a cell shows, from its document, as blocks to read."""

from __future__ import annotations

from collections.abc import Awaitable, Iterator, Mapping, Sequence
from typing import NamedTuple, cast

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.notebook import schema
from cocalc_tui.notebook.blobs import WHOLE, blobs_of, decoded
from cocalc_tui.notebook.printed import notice
from cocalc_tui.protocol.events import KeptText
from cocalc_tui.query import Query
from cocalc_tui.sync.patch import Json
from cocalc_tui.widgets.notebook.attachments import attached
from cocalc_tui.widgets.outputs.streams import Output, joined
from cocalc_tui.widgets.reader.blocks import Block, Drawn, Piece, pieces
from cocalc_tui.widgets.reader.longtext import Fetch, LongText


class Content(NamedTuple):
    """One output."""

    item: Output
    text: LongText | None = None
    """All of what it printed, where that is what it is."""


async def contents_of(document: SharedDocument, cell: str) -> list[Content]:
    """All that a cell shows. Raises RequestFailed and MissingBlobError."""
    records = document.replica.records
    if not records.live(cell):
        return []
    if schema.cell_type(document.replica, cell) != "code":
        return [_plain(item) for item in attached(records[cell].get("attachments"))]
    live = document.output(cell)
    if live is not None:
        return _joined(_live(item) for item in live)
    keys = schema.outputs(document.replica).get(cell, ())
    found = [await _recorded(document, cell, records[key]) for key in keys]
    return _joined(found)


def _plain(item: Output) -> Content:
    if item.get("output_type") != "stream":
        return Content(item)
    return Content(item, LongText(joined(item.get("text"))))


def _live(item: Output) -> Content:
    """Of a cell that runs; the middle can be had when it is done."""
    transient = item.get("transient")
    cut = transient.get("cut") if isinstance(transient, dict) else None
    if not cut:
        return _plain(item)
    missing = "can be read when the cell is done"
    return Content(item, _cut_text(item, cut, None, missing))


async def _recorded(document: SharedDocument, cell: str, record: Mapping[str, Json]) -> Content:
    item = cast("dict[str, Json]", record.get("data", {}))
    about = blobs_of(item).get(WHOLE)
    if about is not None and document.blobs is not None:
        item = cast("dict[str, Json]", decoded(about, await document.blobs.fetch(about)))
    elif cut := record.get("cut"):
        return Content(item, _cut_text(item, cut, _middle(document, cell, record)))
    return _plain(item)


def _middle(document: SharedDocument, cell: str, record: Mapping[str, Json]) -> Fetch:
    """What gets the middle of an output."""
    run, index = str(record["run"]), cast(int, record["index"])

    def fetch(start: int) -> Awaitable[KeptText]:
        return document.output_text(cell, run, index, start)

    return fetch


def _cut_text(
    item: Output, cut: Json, fetch: Fetch | None, missing: str = "are not kept"
) -> LongText:
    head, left_out = cast("tuple[int, int]", cut)
    text = joined(item.get("text"))
    tail = text[head + len(notice(left_out)) :]
    return LongText(text[:head], left_out, tail, fetch, missing)


def _joined(found: Iterator[Content] | Sequence[Content]) -> list[Content]:
    """Put pieces of one stream together that follow each other: a line may be split by them."""
    contents: list[Content] = []
    for content in found:
        before = contents[-1] if contents else None
        if before is not None and _goes_on(before, content):
            assert before.text is not None
            assert content.text is not None
            contents[-1] = before._replace(text=LongText(before.text.head + content.text.head))
        else:
            contents.append(content)
    return contents


def _goes_on(before: Content, content: Content) -> bool:
    texts = before.text is not None and content.text is not None
    if not texts or before.item.get("name") != content.item.get("name"):
        return False
    return not any(one.text is not None and one.text.left_out for one in (before, content))


async def has_printed(document: SharedDocument, cell: str, query: Query) -> bool:
    """Whether a cell has printed something, also where that has to be fetched.

    Raises RequestFailed, MissingBlobError and SearchError.
    """
    for block in blocks_of(await contents_of(document, cell)):
        if isinstance(block, Piece):
            await block.load()
            if block.may_hold(query):
                return True
    return False


def blocks_of(contents: Sequence[Content]) -> list[Block]:
    """All of it as blocks."""
    blocks: list[Block] = []
    for at, (item, text) in enumerate(contents):
        if text is None:
            blocks.append(Drawn(item, at))
        else:
            blocks += pieces(text, at, stderr=item.get("name") == "stderr")
    return blocks
