"""What is new in chats."""

from __future__ import annotations

import msgspec


class ChatNews(msgspec.Struct, frozen=True, kw_only=True):
    """Topic `chat`, told in the project: somebody said something, or mentions somebody more."""

    doc: str
    path: str
    key: str
    """Of the message."""
    user: str
    """Who said it, or who edited it so that it mentions somebody more."""
    text: str
    """The beginning of it."""
    names: list[str]
    """Who is mentioned that was not before; `all` is everybody."""
    edited: bool = False


class ChatRead(msgspec.Struct, frozen=True, kw_only=True):
    """Topic `read`, told in the project: somebody has read a chat up to patch `seq`."""

    doc: str
    user: str
    seq: int
    key: str = ""
    """Of the last message that was there then; "" for none."""


class ChatState(msgspec.Struct, frozen=True, kw_only=True):
    """A chat, as it is for who asked."""

    doc: str
    path: str
    messages: int
    unread: int
    mentions: int
    """Of them, those that mention who asked."""
    at: int
    """Of the last message, milliseconds."""
    user: str
    text: str
