"""A chat that is kept as its document changes.

What one more message costs does not depend on how many there are: to read the whole chat anew for
each takes a third of a second where ten thousand were said. It is always what `model.take` and
`model.threads` would read.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, TypeAlias

from cocalc_tui.chat import model
from cocalc_tui.chat.model import Document, Message, Reaction, Version
from cocalc_tui.chat.schema import BODY
from cocalc_tui.sync.patch import Change, TextChange

_Place: TypeAlias = tuple[int, str, int, int, str]
"""By which messages are in the order of the screen: when and by which key the thread began, how
deep it stands there, when it was said and its own key."""


class Step(NamedTuple):
    """One message came, went, or is another; steps are in an order in which they can be done."""

    key: str
    at: int
    """How many stand above it."""
    gone: int
    """1 where it stood there before this step."""
    came: int
    """1 where it stands there after it."""


class Chat:
    """The messages of a chat, in the order they were said and in that of the screen."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._messages: dict[str, Message] = {}
        self._versions: dict[str, dict[str, Version]] = {}
        """By message, those of its edits."""
        self._reactions: dict[str, dict[str, Reaction]] = {}
        self._about: dict[str, str] = {}
        """By edit or reaction, its message."""
        self._said: list[tuple[int, str]] = []
        self._order: list[_Place] = []
        self._places: dict[str, _Place] = {}
        self._replies: dict[str, set[str]] = {}
        """By what they reply to, whether it is there or not."""
        self._last: dict[str, int] = {}
        """When each person spoke last."""
        self._read()

    def _read(self) -> None:
        for one in model.take(self._document):
            self._know(one)
            for version in one.versions[1:]:
                self._belongs(version.key, one.key)
            for reaction in one.reactions:
                self._belongs(reaction.key, one.key)
        self._said = [model.said(one) for one in self._messages.values()]
        self._places = {key: self._place_of(one) for key, one in self._messages.items()}
        self._order = sorted(self._places.values())

    # --- reading -------------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self._order)

    def __iter__(self) -> Iterator[tuple[Message, int]]:
        return map(self.at, range(len(self)))

    def at(self, index: int) -> tuple[Message, int]:
        """A message and its depth, in the order of the screen."""
        place = self._order[index]
        return self._messages[place[4]], place[2]

    def get(self, key: str) -> Message | None:
        """A message; None where it is not there."""
        return self._messages.get(key)

    def index(self, key: str) -> int:
        """How many stand above a message; -1 where it is not there."""
        place = self._places.get(key)
        return -1 if place is None else bisect_left(self._order, place)

    def first(self, keys: Iterable[str]) -> str:
        """The one that stands above the others; "" where none is there."""
        there = [self._places[key] for key in keys if key in self._places]
        return min(there)[4] if there else ""

    def messages(self) -> list[Message]:
        """All, in the order they were said."""
        return [self._messages[key] for _, key in self._said]

    @property
    def latest(self) -> int:
        """When the last one was said, milliseconds; 0 where there is none."""
        return self._said[-1][0] if self._said else 0

    @property
    def speakers(self) -> list[str]:
        """Who spoke, the last one first."""
        return sorted(self._last, key=lambda user: (-self._last[user], user))

    # --- keeping it ----------------------------------------------------------------------------

    def follow(self, changes: Iterable[Change]) -> list[Step]:
        """The document went through these."""
        touched: dict[str, None] = {}
        for change in changes:
            if isinstance(change, TextChange):
                if change.at.field == BODY:
                    touched[change.at.key] = None
            else:
                touched.update(dict.fromkeys(self._record(change.key)))
        return [step for key in touched for step in self._settle(key)]

    def _record(self, key: str) -> Sequence[str]:
        """A record changed; returns the messages that it is, or belongs to."""
        before = self._about.pop(key, "")
        if before:
            self._versions.get(before, {}).pop(key, None)
            self._reactions.get(before, {}).pop(key, None)
        records = self._document.records
        now = model.about(records[key]) if records.live(key) else ""
        if now:
            self._belongs(key, now)
        return [one for one in (before, now, "" if now else key) if one]

    def _belongs(self, key: str, message: str) -> None:
        fields = self._document.records[key]
        self._about[key] = message
        if (version := model.version_of(key, fields)) is not None:
            self._versions.setdefault(message, {})[key] = version
        elif (reaction := model.reaction_of(key, fields)) is not None:
            self._reactions.setdefault(message, {})[key] = reaction

    def _settle(self, key: str) -> Iterator[Step]:
        """Bring a message up to date, and the replies that stand elsewhere with it."""
        before, now = self._messages.get(key), self._taken(key)
        if before == now:
            return
        if before is not None and now is not None and _standing(before) == _standing(now):
            self._know(now)
            yield Step(key, self.index(key), 1, 1)
            return
        if before is not None:
            yield self._leave(before)
        if now is not None:
            self._know(now)
            insort(self._said, model.said(now))
        for reply in (key, *sorted(self._replies.get(key, ()))):
            yield from self._stand(reply)

    def _taken(self, key: str) -> Message | None:
        records = self._document.records
        if not records.live(key) or not model.is_message(records[key]):
            return None
        versions = self._versions.get(key, {}).values()
        reactions = self._reactions.get(key, {}).values()
        return model.message(self._document, key, versions, reactions)

    def _know(self, message: Message) -> None:
        self._messages[message.key] = message
        self._last[message.user] = max(message.at, self._last.get(message.user, message.at))
        if message.thread:
            self._replies.setdefault(message.thread, set()).add(message.key)

    def _leave(self, message: Message) -> Step:
        key = message.key
        del self._messages[key], self._said[bisect_left(self._said, model.said(message))]
        self._replies.get(message.thread, set()).discard(key)
        step = Step(key, self.index(key), 1, 0)
        del self._order[step.at], self._places[key]
        return step

    def _stand(self, key: str) -> Iterator[Step]:
        """Have a message where it belongs now."""
        message, before = self._messages.get(key), self._places.get(key)
        now = None if message is None else self._place_of(message)
        if before == now:
            return
        if before is not None:
            at = bisect_left(self._order, before)
            del self._order[at], self._places[key]
            yield Step(key, at, 1, 0)
        if now is not None:
            insort(self._order, now)
            self._places[key] = now
            yield Step(key, self.index(key), 0, 1)

    def _place_of(self, message: Message) -> _Place:
        top = self._messages.get(message.thread) if message.thread else None
        if top is None or top.thread:
            return message.at, message.key, 0, message.at, message.key
        return top.at, top.key, 1, message.at, message.key


def _standing(message: Message) -> tuple[int, str]:
    """What a message's place depends on."""
    return message.at, message.thread
