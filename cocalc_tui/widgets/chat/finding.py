"""Finding in what was said: the message that is found is marked, and the words in it stand out.

It asks as a notebook does, so that patterns and whole words are found in chats, too.
"""

from __future__ import annotations

import time

from textual.widget import Widget

from cocalc_tui.query import PATIENCE, Query, SearchError
from cocalc_tui.widgets.acting import desk
from cocalc_tui.widgets.chat.log import ChatLog


class Finding(Widget):
    """Part of the pane: going to messages by what they say."""

    log_: ChatLog
    _query = Query()

    async def do_find(self) -> None:
        """Mark the next message upwards that says something."""
        from cocalc_tui.widgets.seeking import Seek

        query = await desk(self).answer(Seek("Find in what was said", self._query))
        if query is not None:
            self._query = query
            self._find(-1)

    async def do_find_next(self) -> None:
        """Mark the next one upwards that says the same."""
        await self._find_on(-1)

    async def do_find_previous(self) -> None:
        """Mark the next one downwards that says the same."""
        await self._find_on(1)

    async def _find_on(self, by: int) -> None:
        if self._query.text:
            self._find(by)
        else:
            await self.do_find()

    def _find(self, by: int) -> None:
        """Look at all messages, the nearest first, round the end."""
        count, start = len(self.log_.column), self.log_.marked
        until = time.monotonic() + PATIENCE
        try:
            for step in range(1, count + 1):
                index = (start + by * step) % count
                if self._says(index, until - time.monotonic()):
                    self.screen.set_focus(self.log_)
                    self.log_.show_found(index, self._query)
                    return
        except SearchError as error:
            desk(self).notice(f"{self._query.text}: {error}", bad=True)
        else:
            desk(self).notice(f"Nobody said {self._query.text}")

    def _says(self, index: int, patience: float) -> bool:
        text = self.log_.column.message(index)[0].text
        return any(self._query.matches(text, patience=max(patience, 0.001)))
