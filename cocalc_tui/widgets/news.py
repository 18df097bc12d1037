"""What happens on the connection and in documents, and what the person is told of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec
from textual.screen import Screen

from cocalc_tui.client.events import (
    DocumentMoved,
    FilesChanged,
    Heard,
    LightsChanged,
    NotKept,
    Offline,
    Online,
    PeopleChanged,
    PeopleMoved,
    ProjectMoved,
    ProjectTold,
    SomebodyStands,
    WorkRefused,
    WorkSent,
)
from cocalc_tui.protocol.events import ChatNews, ChatRead, Purged, Upkeep
from cocalc_tui.protocol.messages import Role
from cocalc_tui.widgets import phrases
from cocalc_tui.widgets.acting import desk

if TYPE_CHECKING:
    from cocalc_tui.client.document import SharedDocument
    from cocalc_tui.client.events import DocumentEvent, WorkspaceEvent
    from cocalc_tui.widgets.documents import Documents
    from cocalc_tui.widgets.files import FileTree
    from cocalc_tui.widgets.project import Project
    from cocalc_tui.widgets.sharing.following import Following
    from cocalc_tui.widgets.tiles import Tiles


class News(Screen[None]):
    """Part of the main screen: it hears what happens."""

    project: Project
    documents: Documents
    files: FileTree
    tiles: Tiles
    following: Following
    troubles: dict[SharedDocument, str]
    """What was wrong when they were looked at last, with those with which something was."""
    chat_news: Callable[[ChatNews], None]
    chat_read: Callable[[ChatRead], None]
    chats_online: Callable[[], None]
    call_roll: Callable[[], None]
    somebody_stands: Callable[[SomebodyStands], None]
    show_soon: Callable[[], None]

    def online(self) -> None:
        """The relay answers."""
        self.call_roll()
        self.documents.online()
        self.files.look_again()
        self.chats_online()

    def happened(self, event: WorkspaceEvent) -> None:
        """Something happened on the connection or in the project."""
        match event:
            case Online():
                self.online()
            case Offline():
                self.documents.offline()
                if event.final:
                    self._given_up(event)
                if event.stopped:
                    self._relay_ended(event.reason)
            case FilesChanged():
                self.files.look_again()
            case ProjectMoved():
                desk(self).notice(f"The project's folder is {event.path} now")
            case DocumentMoved():
                self.tiles.follow_renames()
                desk(self).notice(f"{event.path} is {event.to} now")
            case WorkRefused():
                desk(self).notice(
                    f"{event.path}: {event.reason}. What you did is kept in {event.copy}; "
                    "`Work that was not taken` in the commands shows it",
                    bad=True,
                )
            case WorkSent():
                at = phrases.clock(event.since)
                desk(self).notice(f"{event.path}: what you typed from {at} on is sent now")
            case NotKept():
                self._say_kept(event.reason)
            case ProjectTold():
                self._told(event.topic, event.data)
            case SomebodyStands():
                self.somebody_stands(event)
            case PeopleChanged():
                self.call_roll()
                self.following.look()
        self.show_soon()

    def _told(self, topic: str, data: bytes) -> None:
        """Something was said to everybody in the project; topics of others are not for here."""
        match topic:
            case "purged":
                gone = msgspec.msgpack.decode(data, type=Purged)
                desk(self).notice(
                    f"{gone.user} purged the history of {gone.path}; undo begins anew too"
                )
            case "upkeep":
                self._say_upkeep(msgspec.msgpack.decode(data, type=Upkeep))
            case "notice":
                desk(self).notice(msgspec.msgpack.decode(data, type=str), bad=True)
            case "chat":
                self.chat_news(msgspec.msgpack.decode(data, type=ChatNews))
            case "read":
                self.chat_read(msgspec.msgpack.decode(data, type=ChatRead))

    def _say_upkeep(self, said: Upkeep) -> None:
        """Whoever can do something about it hears what histories take."""
        if desk(self).role >= Role.OWNER and (text := phrases.upkeep(said)):
            desk(self).notice(text, bad=True)

    def _say_kept(self, reason: str) -> None:
        if reason:
            text = f"What is not sent cannot be kept on this machine ({reason}): leave this open"
            desk(self).notice(text, bad=True)
        else:
            desk(self).notice("What is not sent is kept on this machine again")

    def _given_up(self, gone: Offline) -> None:
        """There is no use in trying again: leave if nothing was ever opened, else say so."""
        if self.project.me is None:
            desk(self).give_up(gone.reason, again=gone.nobody_there)
        else:
            desk(self).notice(f"Not connected any more: {gone.reason}", bad=True)

    def _relay_ended(self, reason: str) -> None:
        """Whoever was connected goes on alone until somebody starts a relay."""
        desk(self).notice(
            f"{reason}. What you type is kept and sent when there is one again; "
            "`Start the relay again` in the commands starts it",
            bad=True,
        )

    def heard(self, document: SharedDocument, event: DocumentEvent) -> None:
        """Something happened in a document."""
        if isinstance(event, Heard) and event.topic == "output":
            return
        if isinstance(event, LightsChanged | Heard):
            self._say_trouble(document)
        if isinstance(event, PeopleMoved):
            self.files.changed()
            self.following.look()
        self.show_soon()

    def _say_trouble(self, document: SharedDocument) -> None:
        """Tell of trouble when it begins, and when it is over."""
        before = self.troubles.pop(document, "")
        if document.trouble:
            self.troubles[document] = document.trouble
            if document.trouble != before:
                desk(self).notice(f"{document.path}: {phrases.trouble(document)}", bad=True)
        elif before:
            desk(self).notice(f"{document.path}: all is well again")
