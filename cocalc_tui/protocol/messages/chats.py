"""Chats: which there are, and how far somebody has read. What is said is patches."""

from __future__ import annotations

from cocalc_tui.protocol.messages.base import Request

# --- chats ---------------------------------------------------------------------------------------


class ListChats(Request, frozen=True, tag="chats"):
    """Every chat in which something was said, as it is for who asks: list[ChatState]."""


class UnreadMessages(Request, frozen=True, tag="unread"):
    """The keys of what is unread in a chat for who asks, the latest last: list[str]."""

    doc: str


class ReadMarks(Request, frozen=True, tag="readers"):
    """How far each person has read a chat, as the key of the last message there: dict[str, str]."""

    doc: str


class MarkRead(Request, frozen=True, tag="read"):
    """Whoever says this has read the chat up to patch `seq`; that never moves back.

    Everybody in the project hears of it (`ChatRead`).
    """

    doc: str
    seq: int
