"""Writing in a chat: a message, a reply or an edit, kept on the disk from the first key on.

It is the part of the pane that turns what stands in the line into something said. Whatever happens
to the message that is answered or edited meanwhile, what is written here stays until it is sent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from textual.widget import Widget
from textual.widgets import Static

from cocalc_tui.chat.mentions import EVERYBODY
from cocalc_tui.chat.model import Message
from cocalc_tui.chat.standing import Chat
from cocalc_tui.client.conversation import Conversation
from cocalc_tui.client.document import SharedDocument
from cocalc_tui.widgets.acting import desk
from cocalc_tui.widgets.chat import drafts
from cocalc_tui.widgets.chat.composer import Composer
from cocalc_tui.widgets.chat.drafts import Draft
from cocalc_tui.widgets.chat.log import ChatLog
from cocalc_tui.widgets.glyphs import safe

KEEP_AFTER = 0.5
"""Seconds after a key until a draft is on the disk."""
MOST_NAMES = 6
"""Names that are offered behind @."""


class Writing(Widget):
    """Part of the pane: the line, and what becomes of what is written in it."""

    document: SharedDocument
    log_: ChatLog
    composer: Composer
    conversation: Conversation
    """Speaking as who I am."""
    members: Sequence[str] = ()
    """Who may join the project, here or not."""

    def begin(self) -> None:
        """Have the line, with nothing in it, and what was said."""
        self.conversation = Conversation(self.document, "")
        self.about = Static("", id="about", markup=False)
        self._about_text = ""
        self._draft = Draft()
        self._kept = Draft()
        """As it is on the disk: another screen of mine may have sent it meanwhile."""
        self._keep_timer: asyncio.TimerHandle | None = None

    @property
    def chat(self) -> Chat:
        """What was said."""
        return self.conversation.chat

    def take_up(self) -> None:
        """Go on with what was begun at another time."""
        self._draft = self._kept = drafts.load(desk(self).place, self.document)
        if self._draft.text:
            self.composer.put(self._draft.text)

    # --- the line ------------------------------------------------------------------------------

    def send(self) -> None:
        """Send what is written, or save the edit."""
        text, draft = self.composer.text, self._draft
        if not text.strip():
            return
        try:
            if (edited := self.chat.get(draft.edits)) is not None:
                self.conversation.edit(replace(edited, text=draft.before), text)
            elif draft.edits:
                self._draft = draft.plain
                desk(self).notice("It was deleted meanwhile; enter says this as a new message")
                self.say_about()
                return
            else:
                answered = self.chat.get(draft.replies)
                self.conversation.say(text, thread=_thread(answered))
        except ValueError as error:
            desk(self).notice(str(error), bad=True)
            return
        self._end()
        self.log_.seen()
        self.log_.scroll_end(animate=False)

    def _end(self) -> None:
        """Sent, or left: what stood there before stands there again."""
        self._draft = self._draft.ended
        self.composer.put(self._draft.text)
        self.keep_draft()
        self.say_about()

    def leave_line(self) -> None:
        """Go to the messages; an edit or reply that was begun ends first."""
        if self._draft.edits:
            self._end()
        elif self._draft.replies:
            self._draft = self._draft.plain
            self.say_about()
        else:
            self.screen.set_focus(self.log_)

    def reply_to(self, message: Message) -> None:
        """Have the line answer a message."""
        self._draft = replace(self._draft, replies=message.key)
        self.say_about()

    def edit_what(self, message: Message) -> None:
        """Have the line edit a message."""
        aside = self._draft.aside if self._draft.edits else self.composer.text
        self._draft = Draft(message.text, message.key, message.text, aside)
        self.composer.put(message.text)
        self.say_about()

    def written(self) -> None:
        """Another text stands in the line."""
        if self.is_mounted and self._keep_timer is None:
            loop = asyncio.get_running_loop()
            self._keep_timer = loop.call_later(KEEP_AFTER, self.keep_draft)

    def moved(self) -> None:
        """The caret is elsewhere: other names may fit."""
        if self.is_mounted:
            self.say_about()

    def keep_draft(self) -> None:
        """Have what is begun on the disk."""
        if self._keep_timer is not None:
            self._keep_timer.cancel()
            self._keep_timer = None
        self._draft = self._draft.saying(self.composer.text)
        if self._draft != self._kept:
            self._kept = self._draft
            drafts.store(desk(self).place, self.document, self._draft)

    # --- names ---------------------------------------------------------------------------------

    def complete(self) -> None:
        """Complete a name, or take the next one that fits."""
        if not self.composer.complete(self._names()):
            desk(self).notice("No name begins so" if self.composer.begun_name() else "Type @ first")

    def _names(self) -> list[str]:
        """Who can be mentioned, the likeliest first: who is here, who spoke last, who may come."""
        here = [other.user for other in self.document.others]
        names = dict.fromkeys(
            [*here, *self.chat.speakers, *desk(self).people, *self.members, EVERYBODY]
        )
        return [name for name in names if name != desk(self).user]

    # --- what is going on ----------------------------------------------------------------------

    def say_about(self) -> None:
        """Say above the line what enter does; each time it is said the screen is laid out anew."""
        text = safe(self._going_on())
        if text != self._about_text:
            self._about_text = text
            self.about.update(text)

    def _going_on(self) -> str:
        if self.document.readonly:
            return "you may read here"
        if self.log_.has_focus:
            return "esc writes"
        if names := self.composer.offered(self._names()):
            return f"tab: {'  '.join(names[:MOST_NAMES])}"
        if self._draft.edits:
            edited = self.chat.get(self._draft.edits)
            if edited is None:
                return "deleted meanwhile; esc leaves what you wrote"
            return f"enter saves, esc leaves; editing what {edited.user} said"
        if (answered := self.chat.get(self._draft.replies)) is not None:
            first = answered.text.split("\n")[0][:40]
            return f"reply to {answered.user}: {first}"
        return "enter sends, esc reads"


def _thread(answered: Message | None) -> str:
    return (answered.thread or answered.key) if answered is not None else ""
