"""Chats from everywhere: beside the document, in rooms, and who is mentioned where."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import TYPE_CHECKING

from textual.screen import Screen

from cocalc_tui.chat import places
from cocalc_tui.client.requests import RequestFailed
from cocalc_tui.protocol.events import ChatNews
from cocalc_tui.widgets import phrases
from cocalc_tui.widgets.acting import desk
from cocalc_tui.widgets.files_model import wrong_name

if TYPE_CHECKING:
    from textual.worker import WorkType

    from cocalc_tui.sync.patch import Json
    from cocalc_tui.widgets.chat.pane import ChatPane
    from cocalc_tui.widgets.picker import Choice
    from cocalc_tui.widgets.project import Project
    from cocalc_tui.widgets.settings import Settings
    from cocalc_tui.widgets.tiles import Tiles

CHAT_SHARE = 0.36
"""Of the room of a document and the chat beside it."""


def _room(query: str) -> Choice | None:
    """A room of a name that was typed."""
    from cocalc_tui.widgets.picker import Choice

    name = query.removesuffix(places.ENDING)
    if not name or wrong_name(name):
        return None
    return Choice(f"{name}{places.ENDING}", name, "a room of this name")


class ChatActs(Screen[None]):
    """Part of the main screen: what is done with chats."""

    project: Project
    settings: Settings
    tiles: Tiles

    def visit(self, path: str, place: Mapping[str, Json] | None = None) -> None:
        """Show a document, as the main screen does."""
        raise NotImplementedError

    def do_chat(self) -> None:
        """Open or close the chat beside the document."""
        document = self.tiles.document
        if document is None:
            desk(self).notice("Open a file first: the chat stands beside it")
        elif document.path.endswith(places.ENDING):
            self.tiles.do_close()
        else:
            self.tiles.beside(places.beside(document.path), CHAT_SHARE)

    async def do_chats(self) -> None:
        """Choose from all chats, those with news first."""
        from cocalc_tui.client.chats import Chats
        from cocalc_tui.widgets.picker import Choice

        states = await Chats(self.project.requests).all()
        states.sort(key=lambda one: (-one.mentions, -one.unread, -one.at))
        choices = [
            Choice(one.path, places.subject(one.path) or one.path, phrases.chat_state(one))
            for one in states
        ]
        path = await desk(self).pick("Chats", choices, make=_room)
        if path is not None:
            self.visit(path)

    def on_chat_pane_read(self, event: ChatPane.Read) -> None:
        """Tell the relay how far I have read."""
        from cocalc_tui.client.chats import Chats

        chats = Chats(self.project.requests)

        async def mark() -> None:
            # Where the connection is lost, it is said again with the next message.
            with contextlib.suppress(RequestFailed):
                await chats.mark(event.doc, event.seq)

        work: WorkType[None] = mark
        self.run_worker(work, group="chat")

    def on_chat_pane_follow(self, event: ChatPane.Follow) -> None:
        """Go to what a message points to."""
        link = event.link
        self.visit(link.path, {"line": link.line - 1} if link.line else {"number": link.cell})

    def chat_news(self, news: ChatNews) -> None:
        """Say it when somebody mentions me where I am not looking."""
        from cocalc_tui.chat.model import EVERYBODY

        me = self.project.me
        document = self.tiles.document
        looking = document is not None and document.path == news.path
        if me is None or news.user == me.user or not {me.user, EVERYBODY} & set(news.names):
            return
        if not looking:
            name = places.subject(news.path) or news.path
            desk(self).notice(f"{news.user} mentions you beside {name}: {news.text[:80]}")
        if self.settings.chat_bell == "on":
            self.app.bell()
