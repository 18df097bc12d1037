"""Listing what is there to choose from, again as soon as there is a relay to ask.

Who presses ctrl+o before the first connection would else look at an error that is no longer true.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from cocalc_tui.client.events import Online, WorkspaceEvent
from cocalc_tui.client.requests import RequestFailed

if TYPE_CHECKING:
    from cocalc_tui.widgets.picker import Choice, Picker
    from cocalc_tui.widgets.project import Project


async def list_into(
    picker: Picker,
    project: Project,
    found: Callable[[], Awaitable[Sequence[Choice]]],
    what: str,
    meanwhile: Sequence[Choice] = (),
) -> None:
    """Fill a picker with what is found; `meanwhile` shows, and why, while nobody can be asked."""
    online = asyncio.Event()

    def heard(event: WorkspaceEvent) -> None:
        if isinstance(event, Online):
            online.set()

    unsubscribe = project.subscribe(heard)
    try:
        while True:
            online.clear()
            try:
                choices = await found()
            except RequestFailed as error:
                picker.fill(meanwhile, f"the {what} cannot be listed: {error.text}")
                if error.code != "offline":
                    return
                await online.wait()
            else:
                picker.fill(choices)
                return
    finally:
        unsubscribe()
