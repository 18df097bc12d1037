"""Chats from everywhere: beside the document, in rooms, and who is mentioned where."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, cast

from textual.screen import Screen

from cocalc_tui.chat import places
from cocalc_tui.client.requests import RequestFailed
from cocalc_tui.client.unread import Unread
from cocalc_tui.protocol.events import ChatNews, ChatRead
from cocalc_tui.widgets import phrases
from cocalc_tui.widgets.acting import desk
from cocalc_tui.widgets.files_model import wrong_name
from cocalc_tui.widgets.keynames import shown

if TYPE_CHECKING:
    from textual.worker import WorkType

    from cocalc_tui.client.document import SharedDocument
    from cocalc_tui.sync.patch import Json
    from cocalc_tui.widgets.chat.pane import ChatPane
    from cocalc_tui.widgets.past import PastScreen
    from cocalc_tui.widgets.picker import Choice
    from cocalc_tui.widgets.project import Project
    from cocalc_tui.widgets.settings import Settings
    from cocalc_tui.widgets.tiles import Tiles

CHAT_SHARE = 0.36
"""Of the room of a document and the chat beside it."""


def _minutes(at: int) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(at / 1000))


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

    unread: Unread
    show_soon: Callable[[], None]

    def visit(self, path: str, place: Mapping[str, Json] | None = None) -> None:
        """Show a document, as the main screen does."""
        raise NotImplementedError

    def show_past(self, document: SharedDocument, at: int | None = None) -> PastScreen:
        """Show the past of a document, as the main screen does."""
        raise NotImplementedError

    def do_chat(self) -> None:
        """Go to the chat beside the document, or close it and go back."""
        document = self.tiles.document
        if document is None:
            desk(self).notice("Open a file first: the chat stands beside it")
        elif document.path.endswith(places.ENDING):
            self.tiles.do_close()
            self.tiles.go_back_to(places.subject(document.path))
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

    async def do_export_chat(self) -> None:
        """Write the chat that I am in, or beside, into a file of the project."""
        from cocalc_tui.chat.export import as_markdown
        from cocalc_tui.widgets.chat.pane import ChatPane
        from cocalc_tui.widgets.reader.saving import markdown_form, save_as

        document = self.tiles.document
        path = document.path if document is not None else ""
        wanted = path if path.endswith(places.ENDING) else places.beside(path)
        pane = next((one for one in self.query(ChatPane) if one.document.path == wanted), None)
        if pane is None:
            desk(self).notice("Open a chat first")
            return
        text = as_markdown(pane.conversation.messages(), wanted, _minutes)
        name = f"{(places.subject(wanted) or wanted).removesuffix(places.ENDING)}-chat.md"
        await save_as(desk(self), markdown_form(text), self.project.files, name)

    def on_chat_pane_arrived(self, event: ChatPane.Arrived) -> None:
        """Find out what is unread in a chat that was opened, and who may be mentioned."""
        from cocalc_tui.client.chats import Chats
        from cocalc_tui.client.sharing import Sharing

        pane, requests = event.pane, self.project.requests

        async def find_out() -> None:
            unread: list[str] = []
            members: dict[str, str] = {}
            # Without a connection nothing is known to be new.
            with contextlib.suppress(RequestFailed):
                unread = await Chats(requests).unread(pane.document.doc)
                members = await Sharing(requests).members()
            pane.found_out(unread, list(members))
            await self._show_readers(pane)

        work: WorkType[None] = find_out
        pane.run_worker(work, group="chat")  # the pane's own: it ends with it

    async def _show_readers(self, pane: ChatPane) -> None:
        from cocalc_tui.client.chats import Chats

        with contextlib.suppress(RequestFailed):
            pane.show_readers(await Chats(self.project.requests).readers(pane.document.doc))

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

        async def go() -> None:
            try:
                await self._follow(event.link, event.chat, event.moment)
            except RequestFailed as error:
                desk(self).notice(error.text, bad=True)

        work: WorkType[None] = go
        self.run_worker(work, group="follow", exclusive=True)

    async def _follow(self, link: places.Link, chat: str, moment: int) -> None:
        """Open a place that is there: words in a message make no files."""
        for path in places.meant(link.path, chat):
            if await self._is_there(path):
                break
        else:
            desk(self).notice(f"{link.path} is not in the project", bad=True)
            return
        document = await self.project.open(path)
        if link.version:
            self.visit(path)
            self.show_past(document, link.version)
            return
        from cocalc_tui.client.meant import place_meant

        place = await place_meant(self.project.requests, document, link, moment)
        if place is None:
            desk(self).notice(f"cell {link.cell} of then was deleted since")
        self.visit(path, place)

    async def _is_there(self, path: str) -> bool:
        try:
            beside = await self.project.files.entries(path.rpartition("/")[0])
        except RequestFailed as error:
            if error.code == "missing":
                return False
            raise
        return path in {one.path for one in beside}

    # --- news ----------------------------------------------------------------------------------

    def chats_online(self) -> None:
        """Find out what was said while I was away."""
        from cocalc_tui.client.chats import Chats

        async def find_out() -> None:
            with contextlib.suppress(RequestFailed):
                self.unread.know(await Chats(self.project.requests).all())
                self.show_soon()

        work: WorkType[None] = find_out
        self.run_worker(work, group="chat")
        for pane in self._open_chats():
            pane.run_worker(self._show_readers(pane), group="chat")

    def chat_read(self, read: ChatRead) -> None:
        """Somebody has read a chat; where it was me, on another screen, nothing in it is unread."""
        if self.project.me is not None:
            self.unread.read(read, self.project.me.user)
        for pane in self._open_chats():
            if pane.document.doc == read.doc:
                pane.somebody_read(read.user, read.key)

    def _open_chats(self) -> list[ChatPane]:
        """Those on the screen; where there is none, what draws them need not be imported."""
        return [cast("ChatPane", one) for one in self.query("ChatPane")]

    def chat_news(self, news: ChatNews) -> None:
        """Say it when somebody mentions me where I am not looking."""
        me = self.project.me
        document = self.tiles.document
        looking = document is not None and document.path == news.path
        if me is None or not self.unread.heard(news, me.user):
            return
        if not looking:
            name = places.subject(news.path) or news.path
            keys = desk(self).reader.keymap.keys_of("app.chats")
            how = f" ({shown(keys[0])})" if keys else ""
            desk(self).notice(f"{news.user} mentions you beside {name}{how}: {news.text[:80]}")
        if self.settings.chat_bell == "on":
            self.app.bell()
