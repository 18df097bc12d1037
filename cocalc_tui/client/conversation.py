"""A chat that is open: its messages, kept as it changes, and every change a person can make."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from cocalc_tui.chat import schema
from cocalc_tui.chat.model import Message
from cocalc_tui.chat.standing import Chat, Step
from cocalc_tui.client.document import SharedDocument, wall_clock
from cocalc_tui.client.events import Changed, DocumentEvent, Replaced
from cocalc_tui.sync.diff import diff
from cocalc_tui.sync.document import Document
from cocalc_tui.sync.patch import Json, PatchId, Splice

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Conversation:
    """A chat as one person has it. Every change raises ReadOnlyError where that may not be."""

    def __init__(
        self,
        document: SharedDocument,
        user: str,
        *,
        clock: Callable[[], int] = wall_clock,
        new_key: Callable[[], str] = lambda: secrets.token_hex(8),
    ) -> None:
        self.document = document
        self.chat = Chat(document.replica)
        self.news: Callable[[Sequence[Step]], None] = lambda _: None
        """Called after each change; without a step where all is another."""
        self.close = document.subscribe(self._heard)
        self.user = user
        self._clock = clock
        self._new_key = new_key

    def messages(self) -> list[Message]:
        """All messages, in the order they were said."""
        return self.chat.messages()

    def _heard(self, event: DocumentEvent) -> None:
        if isinstance(event, Replaced):
            self.chat = Chat(self.document.replica)
            self.news(())
        elif isinstance(event, Changed) and (steps := self.chat.follow(event.changes)):
            self.news(steps)

    def say(self, text: str, *, thread: str = "", link: dict[str, Json] | None = None) -> str:
        """Say something; returns the key of the message. Raises ValueError for no words."""
        text = _checked(text)
        key = self._new_key()
        ops = schema.say(key, self.user, self._now(), text, thread=thread, link=link)
        self.document.change(ops, "chat", step=True)
        return key

    def edit(self, message: Message, text: str) -> None:
        """Make a message, of whoever, say something else. Raises ValueError for no words.

        What others did to it since it said what `message` has stays. Raises LookupError where it
        was deleted meanwhile.
        """
        text = _checked(text)
        if text == message.text:
            return
        replica = self.document.replica
        if not replica.records.live(message.key):
            raise LookupError(f"what {message.user} said was deleted meanwhile")
        now = str(replica.text(schema.body_of(message.key)))
        text = merged(message.text, text, now)
        ops = schema.edit(self._new_key(), message.key, self.user, self._now(), now, text)
        self.document.change(ops, "chat", step=True)

    def delete(self, message: Message) -> None:
        """Delete a message; the history keeps it, and an edit made meanwhile brings it back."""
        self.document.change(schema.take_away(message.key), "chat", step=True)

    def react(self, message: Message, sign: str) -> None:
        """Put a sign to a message, or take mine back."""
        mine = [one for one in message.reactions if (one.user, one.sign) == (self.user, sign)]
        ops = [op for one in mine for op in schema.take_away(one.key)]
        ops = ops or schema.react(self._new_key(), message.key, self.user, sign)
        self.document.change(ops, "chat", step=True)

    def _now(self) -> int:
        """After all that is there, whatever the clocks say: an answer stands below its question."""
        return max(self._clock(), self.chat.latest + 1)


def merged(base: str, mine: str, theirs: str) -> str:
    """What two make of one text at once, as if each had typed it."""
    if theirs == base:
        return mine
    my_side, their_side = Document(), Document()
    for side, name, text in ((my_side, "a", mine), (their_side, "b", theirs)):
        side.commit(PatchId("0" * 16, 0), 1, [Splice(0, 0, base)], "import")
        side.commit(PatchId(name * 16, 0), 2, diff(base, text), "chat")
    my_side.apply(their_side.patches())
    return str(my_side.text())


def _checked(text: str) -> str:
    text = text.rstrip()
    if not text.strip():
        raise ValueError("there is nothing to say in this message")
    if len(text) > schema.LONGEST:
        raise ValueError(f"a message may have {schema.LONGEST} characters; this has {len(text)}")
    return text
