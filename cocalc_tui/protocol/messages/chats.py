"""Chats: which there are, and how far somebody has read. What is said is patches."""

from __future__ import annotations

from cocalc_tui.protocol.messages.base import Message

# --- chats ---------------------------------------------------------------------------------------


class ListChats(Message, frozen=True, tag="chats"):
    """Every chat in which something was said, as it is for who asks: list[ChatState]."""

    id: int


class MarkRead(Message, frozen=True, tag="read"):
    """Whoever says this has read the chat up to patch `seq`; that never moves back."""

    id: int
    doc: str
    seq: int
