"""Waiting until the log has all that a document holds, so that it is a version with a number.

What the host side makes is merged into its own copy before the relay answers; what is written to a
file, or is the base of a change of it, must be something that everybody can name.
"""

from __future__ import annotations

import asyncio

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.server.host.root import FileError

PATIENCE = 20.0
"""Seconds within which the relay must have numbered what the host side wrote."""


async def settled(shared: SharedDocument) -> None:
    """Wait until the relay has numbered everything that the document holds. Raises FileError."""
    if _is_settled(shared):
        return
    changed = asyncio.Event()
    stop = shared.subscribe(lambda _event: changed.set())
    try:
        async with asyncio.timeout(PATIENCE):
            while not _is_settled(shared):
                changed.clear()
                await changed.wait()
    except TimeoutError:
        raise FileError("busy", f"{shared.path}: the log is not up to date; try again") from None
    finally:
        stop()


def _is_settled(shared: SharedDocument) -> bool:
    return shared.numbers.heads == shared.replica.heads
