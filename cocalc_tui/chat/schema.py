"""Which records a chat is made of, and the operations that write in it.

- a message, key random and never reused: `type` "message", `user`, `at` (milliseconds of its
  author's clock), `text` (as it was first said), `thread` (key of the message that began it; absent
  at the top), `link` (a place in the project); and the text `BODY`, which holds what the message
  says now: two people who edit it at once both find their words in it.
- an edit: `type` "edit", `message`, `user`, `at`, `text` (what its author left there). Every
  version of a message stays to be seen.
- a reaction: `type` "reaction", `message`, `user`, `sign`.

Whose a record is, is its `user`. The relay takes a record only from the user it names, so nobody
can speak for somebody else; what came from a file that anybody could write carries `claimed`.
What belongs to a message that is gone is not shown, and comes back with it.
"""

from __future__ import annotations

from cocalc_tui.sync.diff import diff
from cocalc_tui.sync.patch import Create, Json, Op, Remove, Splice, TextId

BODY = "body"
"""The text field of a message."""
LONGEST = 100_000
"""Code points of a message."""
SIGNS = ("👍", "👎", "✅", "❓", "🎉", "👀")
"""Reactions that are offered; others may come from other programs."""


def body_of(message: str) -> TextId:
    """Name the text of a message."""
    return TextId(message, BODY)


def say(
    key: str,
    user: str,
    at: int,
    text: str,
    *,
    thread: str = "",
    link: dict[str, Json] | None = None,
) -> list[Op]:
    """Say something."""
    fields: dict[str, Json] = {"type": "message", "user": user, "at": at, "text": text}
    if thread:
        fields["thread"] = thread
    if link:
        fields["link"] = link
    return [Create(key, fields), Splice(0, 0, text, body_of(key))]


def edit(key: str, message: str, user: str, at: int, before: str, text: str) -> list[Op]:
    """Make the message that says `before` say `text`, as an edit of this key."""
    fields: dict[str, Json] = {
        "type": "edit",
        "message": message,
        "user": user,
        "at": at,
        "text": text,
    }
    splices = [
        Splice(one.pos, one.delete, one.insert, body_of(message)) for one in diff(before, text)
    ]
    return [*splices, Create(key, fields)]


def react(key: str, message: str, user: str, sign: str) -> list[Op]:
    """Put a sign to a message."""
    return [
        Create(key, {"type": "reaction", "message": message, "user": user, "sign": sign}),
    ]


def take_away(key: str) -> list[Op]:
    """Delete a message, or take a reaction back."""
    return [Remove(key)]
