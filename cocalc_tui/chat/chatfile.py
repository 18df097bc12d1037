"""A chat as a file: JSON that people can read, one field a line, in one form for one chat.

The file is for other programs and for a project without its log; the log has every key press. What
is read from a file is `claimed`: whoever could write it could write any name into it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from cocalc_tui.chat.model import Message, Reaction, Version
from cocalc_tui.chat.schema import LONGEST, body_of, edit, react
from cocalc_tui.sync.diff import diff
from cocalc_tui.sync.patch import Create, Json, Op, Remove, Splice

FORM = 1
"""Raised when an older release could not read the file."""
_LATEST = 253_402_300_800_000
"""Milliseconds at which the year 10000 begins."""
_NUMBER = re.compile(r"-?[0-9]{1,18}")
EMPTY = '{\n "cocalc-tui chat": 1,\n "messages": []\n}\n'


class ChatFileError(ValueError):
    """The file is no chat that can be opened: one line that says what to do."""


def write(messages: Sequence[Message]) -> str:
    """The text of a chat's file."""
    about = {"cocalc-tui chat": FORM, "messages": [_table(one) for one in messages]}
    return json.dumps(about, indent=1, ensure_ascii=False) + "\n"


def read(text: str) -> list[Message]:
    """The messages of a file's text; raises ChatFileError."""
    if not text.strip():
        return []
    try:
        about = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ChatFileError(f"this is no chat: {error}".split("\n")[0]) from None
    if not isinstance(about, dict) or "cocalc-tui chat" not in about:
        raise ChatFileError("this is no chat of cocalc-tui; rename it to open it as a text")
    if about["cocalc-tui chat"] != FORM:
        raise ChatFileError("this chat was written by a newer cocalc-tui; update yours")
    try:
        found = [_message(one) for one in about["messages"]]
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise ChatFileError(
            f"this chat is damaged: {error!r:.80}; mend it or move it away"
        ) from None
    if len(keys_of(found)) != sum(1 for one in found for _ in _parts(one)):
        raise ChatFileError("this chat is damaged: two things in it have one key; mend it")
    return found


def _table(message: Message) -> dict[str, Json]:
    table: dict[str, Json] = {
        "key": message.key,
        "user": message.user,
        "at": _time(message.at),
        "text": message.text,
    }
    if message.thread:
        table["thread"] = message.thread
    if message.link:
        table["link"] = dict(message.link)
    if message.versions:
        table["versions"] = [
            {"key": one.key, "user": one.user, "at": _time(one.at), "text": one.text}
            for one in message.versions
        ]
    if message.reactions:
        table["reactions"] = [
            {"key": one.key, "user": one.user, "sign": one.sign} for one in message.reactions
        ]
    return table


def _message(table: dict[str, Any]) -> Message:
    text = _string(table["text"])
    if len(text) > LONGEST:
        raise ValueError(f"a message of {len(text)} characters")
    return Message(
        key=_key(table["key"]),
        user=_string(table["user"]),
        at=_milliseconds(table["at"]),
        text=text,
        thread=_string(table.get("thread", "")),
        link=dict(table.get("link", {})),
        versions=tuple(
            Version(
                _string(v["key"]), _string(v["user"]), _milliseconds(v["at"]), _string(v["text"])
            )
            for v in table.get("versions", ())
        ),
        reactions=tuple(
            Reaction(_key(r["key"]), _string(r["user"]), _string(r["sign"]))
            for r in table.get("reactions", ())
        ),
        claimed=True,
    )


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"not a text: {value!r:.40}")
    value.encode()
    return value


def _key(value: object) -> str:
    key = _string(value)
    if not 1 <= len(key) <= 80:
        raise ValueError(f"a key of {len(key)} characters")
    return key


def _time(at: int) -> str:
    """A time as ISO 8601; a clock that was far off as a number."""
    if not 0 <= at < _LATEST:
        return str(at)
    moment = datetime.fromtimestamp(at // 1000, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at % 1000:03}Z"


def _milliseconds(text: object) -> int:
    said = _string(text)
    if _NUMBER.fullmatch(said):
        return int(said)
    moment = datetime.fromisoformat(said)
    whole = moment.replace(microsecond=0, tzinfo=moment.tzinfo or UTC)
    return int(whole.timestamp()) * 1000 + moment.microsecond // 1000


# --- a file that came, or that something else changed -------------------------------------------


def creation(messages: Sequence[Message]) -> list[Op]:
    """Make the operations that make a chat in an empty document."""
    return [op for one in messages for op in _made(one)]


def _made(message: Message) -> list[Op]:
    first = message.versions[0].text if message.versions else message.text
    fields: dict[str, Json] = {
        "type": "message",
        "user": message.user,
        "at": message.at,
        "text": first,
        "claimed": True,
    }
    if message.thread:
        fields["thread"] = message.thread
    if message.link:
        fields["link"] = dict(message.link)
    ops: list[Op] = [Create(message.key, fields), Splice(0, 0, message.text, body_of(message.key))]
    for version in message.versions[1:]:
        ops += _claimed(edit(version.key, message.key, version.user, version.at, "", version.text))
    for one in message.reactions:
        ops += _claimed(react(one.key, message.key, one.user, one.sign))
    return ops


def _claimed(ops: list[Op]) -> list[Op]:
    return [Create(op.key, {**op.fields, "claimed": True}) for op in ops if isinstance(op, Create)]


def changes(
    before: Sequence[Message], found: Sequence[Message], salt: str
) -> tuple[list[Op], dict[str, str]]:
    """Return what makes one chat into another, and the keys of what it had to name anew.

    A message that comes back, as from an older file, gets a key that begins with `salt`, new to the
    document: a key that was used is never used again.
    """
    known = {one.key: one for one in before}
    names = _names(before, found, salt)
    there = {one.key for one in found}
    ops: list[Op] = [Remove(key) for key in known if key not in there]
    for message in found:
        if message.key not in known:
            ops += _made(_renamed(message, names))
        elif replace(known[message.key], claimed=True) != replace(message, claimed=True):
            ops += _edited(known[message.key], message, names)
    return ops, names


def keys_of(messages: Sequence[Message]) -> set[str]:
    """The keys of messages, of their edits and of their reactions."""
    return {what[-1] for one in messages for what in _parts(one)}


def renamed(messages: Sequence[Message], names: dict[str, str]) -> list[Message]:
    """Messages by the keys that the document knows them by."""
    return [_renamed(one, names) for one in messages]


def _names(before: Sequence[Message], found: Sequence[Message], salt: str) -> dict[str, str]:
    known = {what for one in before for what in _parts(one)}
    fresh = [what for one in found for what in _parts(one) if what not in known]
    return {what[-1]: f"{salt}{index}" for index, what in enumerate(fresh)}


def _parts(message: Message) -> Iterator[tuple[str, ...]]:
    """A message and what belongs to it, each with its key last: a key may have meant another."""
    yield "message", message.key
    yield from (("edit", message.key, one.key) for one in message.versions[1:])
    yield from (("reaction", message.key, one.key) for one in message.reactions)


def _renamed(message: Message, names: dict[str, str]) -> Message:
    def name(key: str) -> str:
        return names.get(key, key)

    return replace(
        message,
        key=name(message.key),
        thread=name(message.thread),
        versions=tuple(replace(one, key=name(one.key)) for one in message.versions),
        reactions=tuple(replace(one, key=name(one.key)) for one in message.reactions),
    )


def _edited(old: Message, new: Message, names: dict[str, str]) -> list[Op]:
    ops: list[Op] = [
        Splice(one.pos, one.delete, one.insert, body_of(old.key))
        for one in diff(old.text, new.text)
    ]
    known = {one.key for one in old.versions}
    for one in new.versions[1:]:
        if one.key not in known:
            key = names.get(one.key, one.key)
            ops += _claimed(edit(key, old.key, one.user, one.at, "", one.text))
    there = {one.key for one in new.reactions}
    ops += [Remove(one.key) for one in old.reactions if one.key not in there]
    known = {one.key for one in old.reactions}
    for sign in new.reactions:
        if sign.key not in known:
            ops += _claimed(react(names.get(sign.key, sign.key), old.key, sign.user, sign.sign))
    return ops
