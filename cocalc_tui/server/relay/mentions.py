"""Which hashes the logs of a project still name.

What lies beside the log under its hash may go once no log names it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from cocalc_tui.server.blobs import named
from cocalc_tui.server.relay.peer import SLICE
from cocalc_tui.server.store import Store


async def mentioned(store: Store, hashes: Iterable[str], opened: Iterable[str]) -> list[str]:
    """Which of these any document's log names; `opened` are documents that may not be stored yet.

    Raises StoreTrouble.
    """
    wanted, found = frozenset(hashes), set[str]()
    for doc in dict.fromkeys([*opened, *(one.doc for one in await store.sizes())]):
        # Who subscribed and left is forgotten, and with them the log, if nobody else has it.
        after, latest = 0, await store.subscribe(doc, _nobody)
        try:
            while after < latest:
                part = await store.read(doc, after, SLICE)
                found |= wanted & await asyncio.to_thread(named, part.blocks, part.entries)
                after = part.upto
        finally:
            store.unsubscribe(doc, _nobody)
    return sorted(found)


def _nobody(*_: object) -> None:
    """Hear nothing."""
