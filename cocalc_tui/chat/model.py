"""A chat at one moment: messages in threads with their versions and reactions, out of the records.

The pane, the file and the command line all read this plain value; what a record lacks or has in
another form, as a hostile app could have written it, is passed over here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from cocalc_tui.chat.schema import body_of
from cocalc_tui.sync.patch import Json, TextId


class Records(Protocol):
    """What is read of `sync.records.Records`."""

    def __iter__(self) -> Iterator[str]: ...
    def __getitem__(self, key: str) -> Mapping[str, Json]: ...

    def live(self, key: str) -> bool:
        """Whether a record is there."""
        ...


class Document(Protocol):
    """What is read of `sync.document.Document`."""

    @property
    def records(self) -> Records:
        """The records as of now."""
        ...

    def text(self, at: TextId) -> object:
        """Return a text whose `str` is its content."""
        ...


@dataclass(frozen=True, slots=True)
class Version:
    """What a message said once."""

    key: str
    """Of the edit; "" for what was said first."""
    user: str
    at: int
    text: str


@dataclass(frozen=True, slots=True)
class Reaction:
    """A sign that somebody put to a message."""

    key: str
    user: str
    sign: str


@dataclass(frozen=True, slots=True)
class Message:
    """One message."""

    key: str
    user: str
    at: int
    """Milliseconds of its author's clock."""
    text: str
    thread: str = ""
    """Key of the message that began the thread; "" for one at the top."""
    link: Mapping[str, Json] = field(default_factory=dict)
    versions: tuple[Version, ...] = ()
    """Oldest first, the first one too; empty where it was never edited."""
    reactions: tuple[Reaction, ...] = ()
    claimed: bool = False
    """Whether only a file says whose it is."""

    @property
    def signs(self) -> str:
        """Reactions with who put them: `👍 ann  🎉 bob`."""
        return "  ".join(f"{one.sign} {one.user}" for one in self.reactions)

    @property
    def edited_by(self) -> list[str]:
        """Who edited it, each once."""
        return list(dict.fromkeys(one.user for one in self.versions[1:]))


def take(document: Document) -> list[Message]:
    """All messages, in the order they were said."""
    records = document.records
    edits: dict[str, list[Version]] = {}
    reactions: dict[str, list[Reaction]] = {}
    keys = []
    for key in records:
        fields = records[key]
        if is_message(fields):
            keys.append(key)
        elif (version := version_of(key, fields)) is not None:
            edits.setdefault(about(fields), []).append(version)
        elif (reaction := reaction_of(key, fields)) is not None:
            reactions.setdefault(about(fields), []).append(reaction)
    messages = [message(document, key, edits.get(key, ()), reactions.get(key, ())) for key in keys]
    return sorted(messages, key=said)


def said(message: Message) -> tuple[int, str]:
    """By which messages are in the order they were said."""
    return message.at, message.key


def threads(messages: list[Message]) -> Iterator[tuple[Message, int]]:
    """Messages with their depth, 0 or 1: each thread where it began, its replies below.

    A reply to what is gone stands at the top, as the words are still somebody's.
    """
    tops = {one.key for one in messages if not one.thread}
    replies: dict[str, list[Message]] = {}
    for one in messages:
        if one.thread in tops:
            replies.setdefault(one.thread, []).append(one)
    for one in messages:
        if one.thread not in tops:
            yield one, 0
            yield from ((reply, 1) for reply in replies.get(one.key, ()))


# --- one record ---------------------------------------------------------------------------------


def is_message(fields: Mapping[str, Json]) -> bool:
    """Whether a record is one."""
    return fields.get("type") == "message" and isinstance(fields.get("user"), str)


def about(fields: Mapping[str, Json]) -> str:
    """Key of the message that an edit or a reaction belongs to; "" for neither."""
    found = fields.get("message")
    fits = fields.get("type") in ("edit", "reaction") and isinstance(fields.get("user"), str)
    return found if fits and isinstance(found, str) else ""


def version_of(key: str, fields: Mapping[str, Json]) -> Version | None:
    """What an edit left; None for another record."""
    if fields.get("type") != "edit" or not about(fields):
        return None
    return Version(key, str(fields["user"]), _number(fields, "at"), _text(fields, "text"))


def reaction_of(key: str, fields: Mapping[str, Json]) -> Reaction | None:
    """A sign; None for another record."""
    if fields.get("type") != "reaction" or not about(fields):
        return None
    return Reaction(key, str(fields["user"]), _text(fields, "sign"))


def message(
    document: Document, key: str, edits: Iterable[Version], reactions: Iterable[Reaction]
) -> Message:
    """A message that lives, with what belongs to it."""
    fields = document.records[key]
    user, at, first = str(fields["user"]), _number(fields, "at"), _text(fields, "text")
    edited = sorted(edits, key=lambda one: (one.at, one.key))
    link = fields.get("link")
    return Message(
        key,
        user,
        at,
        str(document.text(body_of(key))),
        _text(fields, "thread"),
        link if isinstance(link, dict) else {},
        (Version("", user, at, first), *edited) if edited else (),
        tuple(sorted(reactions, key=lambda one: (one.sign, one.user, one.key))),
        fields.get("claimed") is True,
    )


def _text(fields: Mapping[str, Json], name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else ""


def _number(fields: Mapping[str, Json], name: str) -> int:
    value = fields.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
