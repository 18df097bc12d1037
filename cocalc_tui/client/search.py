"""Searching all files of the project, part by part, as the relay's side reads them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from functools import partial

from msgspec import Struct

from cocalc_tui.client.requests import Requests
from cocalc_tui.protocol import messages as m
from cocalc_tui.protocol.events import SearchPart
from cocalc_tui.query import Query


class Where(Struct, frozen=True):
    """Which files are searched."""

    globs: Sequence[str] = ()
    """`*.py`, `src/`, and with `!` in front which not."""
    hidden: bool = False
    ignored: bool = False
    """Also what `.gitignore` and the like name."""
    chats: bool = False
    """What was said in chats, and no other file."""


async def search(
    requests: Requests, query: Query, where: Where, *, around: int = 0
) -> AsyncGenerator[SearchPart, None]:
    """Each part as it comes, `around` lines of context with it; raises RequestFailed.

    Whoever does not take the next part ends the search.
    """
    after, more = "", True
    while more:
        request = partial(_request, query, where, around, after)
        part = await requests.result(request, SearchPart)
        yield part
        after = part.after
        more = bool(after)


def _request(query: Query, where: Where, around: int, after: str, number: int) -> m.SearchFiles:
    return m.SearchFiles(
        id=number,
        text=query.text,
        is_pattern=query.is_pattern,
        case=query.case,
        words=query.words,
        globs=list(where.globs),
        hidden=where.hidden,
        ignored=where.ignored,
        chats=where.chats,
        around=around,
        after=after,
    )
