"""What an app asks about what history takes and about saves, and forgetting it."""

from __future__ import annotations

from cocalc_tui.client.requests import Requests
from cocalc_tui.protocol import messages as m
from cocalc_tui.protocol.events import HistorySize, SaveInfo


async def sizes(requests: Requests) -> list[HistorySize]:
    """What the history of each document takes, the largest first; raises RequestFailed."""
    return await requests.result(lambda id_: m.HistorySizes(id=id_), list[HistorySize])


async def saves(requests: Requests, doc: str) -> list[SaveInfo]:
    """When a document that is open was saved, oldest first; raises RequestFailed."""
    return await requests.result(lambda id_: m.ListSaves(id=id_, doc=doc), list[SaveInfo])


async def purge(requests: Requests, doc: str) -> None:
    """Forget the history of a document that is open; raises RequestFailed."""
    await requests.ask(lambda id_: m.Purge(id=id_, doc=doc))
