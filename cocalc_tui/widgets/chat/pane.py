"""A chat in a tile: the log of what was said above the lines to write in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message as TextualMessage
from textual.widget import Widget
from textual.widgets import Static

from cocalc_tui.chat import places
from cocalc_tui.chat.model import Message
from cocalc_tui.chat.schema import SIGNS
from cocalc_tui.client.conversation import Conversation
from cocalc_tui.client.document import SharedDocument
from cocalc_tui.client.events import Changed, DocumentEvent, Replaced
from cocalc_tui.sync.patch import Json
from cocalc_tui.widgets.acting import desk
from cocalc_tui.widgets.chat import drafts
from cocalc_tui.widgets.chat.composer import Composer
from cocalc_tui.widgets.chat.draw import at
from cocalc_tui.widgets.chat.log import ChatLog
from cocalc_tui.widgets.pane import Pane

KEEP_AFTER = 0.5
"""Seconds after the last key until a draft is on the disk."""


class ChatPane(Pane, Vertical):
    """A chat."""

    DEFAULT_CSS = """
    ChatPane { width: 1fr; height: 1fr; background: $background; }
    ChatPane #about { height: 1; padding: 0 1; color: $text-dim; background: $panel; }
    """

    class Read(TextualMessage):
        """The person has seen all that is there."""

        def __init__(self, doc: str, seq: int) -> None:
            super().__init__()
            self.doc = doc
            self.seq = seq

    class Follow(TextualMessage):
        """The person wants to go to what a message points to."""

        def __init__(self, link: places.Link) -> None:
            super().__init__()
            self.link = link

    def __init__(self, document: SharedDocument) -> None:
        super().__init__()
        self.document = document
        self.log_ = ChatLog()
        self.composer = Composer(drafts.load(document.doc), self)
        self._about = Static("", id="about", markup=False)
        self._reply: Message | None = None
        self._editing: Message | None = None
        self._draft = ""
        """What stood in the line before an edit began."""
        self._keep_timer: asyncio.TimerHandle | None = None
        self._told_read = -1
        self._word = ""
        self._unsubscribe: Callable[[], None] = lambda: None

    def compose(self) -> ComposeResult:
        """Messages, what is being done, the lines to write in."""
        yield self.log_
        yield self._about
        yield self.composer

    @property
    def conversation(self) -> Conversation:
        """Speaking as who I am."""
        return Conversation(self.document, desk(self).user)

    def keyboard(self) -> Widget:
        """Writing is what one comes for; whoever may only look gets the messages."""
        return self.log_ if self.document.readonly else self.composer

    def on_mount(self) -> None:
        """Show what was said."""
        self._unsubscribe = self.document.subscribe(self._heard)
        self.log_.read_upto = max((one.at for one in self.conversation.messages()), default=0)
        self.call_after_refresh(self._look)

    def on_unmount(self) -> None:
        """Listen no more, and keep what was begun."""
        self._unsubscribe()
        self._keep_draft()

    def _heard(self, event: DocumentEvent) -> None:
        if isinstance(event, Changed | Replaced):
            self._look()

    def _look(self) -> None:
        """Show the chat as it is now."""
        self.log_.me = desk(self).user
        self.log_.show(self.conversation.messages())
        self._say_about()
        self._say_read()

    def on_descendant_focus(self) -> None:
        """Whoever is here has seen what is on the screen."""
        self._say_read()

    def _say_read(self) -> None:
        focused = self.screen.focused
        here = focused is not None and self in focused.ancestors
        if here and self.document.numbers.upto > self._told_read:
            self._told_read = self.document.numbers.upto
            self.post_message(self.Read(self.document.doc, self._told_read))

    def _say_about(self) -> None:
        if self.document.readonly:
            text = "you may read here"
        elif self._editing is not None:
            text = f"editing what {self._editing.user} said; enter saves, esc leaves it"
        elif self._reply is not None:
            first = self._reply.text.split("\n")[0][:40]
            text = f"reply to {self._reply.user}: {first}"
        else:
            text = "enter sends, tab completes @names"
        self._about.update(text)

    # --- writing -------------------------------------------------------------------------------

    def scopes(self) -> Sequence[str]:
        """What is done with messages, while one is marked; what is done in writing is below."""
        return ("said",) if self.log_.has_focus else ()

    def send(self) -> None:
        """Send what is written, or save the edit."""
        text = self.composer.text
        if not text.strip():
            return
        try:
            if self._editing is not None:
                self.conversation.edit(self._editing, text)
            else:
                self.conversation.say(text, thread=self._thread())
        except ValueError as error:
            desk(self).notice(str(error), bad=True)
            return
        self._end(self._draft if self._editing is not None else "")
        self.log_.scroll_end(animate=False)

    def _thread(self) -> str:
        return (self._reply.thread or self._reply.key) if self._reply is not None else ""

    def _end(self, text: str) -> None:
        self._reply = self._editing = None
        self.composer.put(text)
        self._keep_draft()
        self._say_about()

    def complete(self) -> None:
        """Complete a name."""
        if not self.composer.complete(self._names()):
            desk(self).notice("No name begins so" if self.composer.begun_name() else "Type @ first")

    def _names(self) -> list[str]:
        said = [message.user for message, _ in reversed(self.log_.shown)]
        here = [other.user for other in self.document.others]
        return [*dict.fromkeys([*here, *said, *desk(self).people]), "all"]

    def leave_line(self) -> None:
        """Go to the messages; an edit or reply that was begun ends first."""
        if self._editing is not None or self._reply is not None:
            self._end(self._draft if self._editing is not None else self.composer.text)
        else:
            self.screen.set_focus(self.log_)

    def written(self) -> None:
        """Another draft stands in the line."""
        if self._editing is None and self._keep_timer is None and self.is_mounted:
            loop = asyncio.get_running_loop()
            self._keep_timer = loop.call_later(KEEP_AFTER, self._keep_draft)

    def _keep_draft(self) -> None:
        if self._keep_timer is not None:
            self._keep_timer.cancel()
            self._keep_timer = None
        if self._editing is None:
            drafts.store(self.document.doc, self.composer.text)

    # --- messages ------------------------------------------------------------------------------

    def do_up(self) -> None:
        """Mark the message above."""
        self.log_.mark(self.log_.marked - 1)

    def do_down(self) -> None:
        """Mark the message below; behind the last one is the line to write in."""
        if self.log_.marked + 1 >= len(self.log_.shown):
            self.do_write()
        else:
            self.log_.mark(self.log_.marked + 1)

    def do_first(self) -> None:
        """Mark the first message."""
        self.log_.mark(0)

    def do_last(self) -> None:
        """Mark the last message."""
        self.log_.mark(len(self.log_.shown) - 1)

    def do_write(self) -> None:
        """Go to the line to write in."""
        self.screen.set_focus(self.keyboard())

    def do_reply(self) -> None:
        """Write in the marked message's thread."""
        if (message := self.log_.message) is not None:
            self._reply = message
            self._say_about()
            self.do_write()

    def do_edit(self) -> None:
        """Edit the marked message."""
        if (message := self.log_.message) is not None:
            if self._editing is None:
                self._draft = self.composer.text
            self._editing, self._reply = message, None
            self.composer.put(message.text)
            self._say_about()
            self.do_write()

    async def do_react(self) -> None:
        """Put a sign to the marked message, or take it back."""
        from cocalc_tui.widgets.picker import Choice

        if (message := self.log_.message) is not None:
            sign = await desk(self).pick("React", [Choice(one, one) for one in SIGNS])
            if sign is not None:
                self.conversation.react(message, sign)

    async def do_delete(self) -> None:
        """Delete the marked message."""
        message = self.log_.message
        if message is not None and await desk(self).confirm(
            f"Delete what {message.user} said? The history keeps it.", "delete"
        ):
            self.conversation.delete(message)

    def do_versions(self) -> None:
        """Show all that the message ever said."""
        from cocalc_tui.widgets.help import Line, Reading

        if (message := self.log_.message) is None:
            return
        if not message.versions:
            desk(self).notice("It was never edited")
            return
        lines: list[Line] = []
        for version in message.versions:
            lines.append(("", f"{version.user}, {at(version.at, '')}", ""))
            lines += [("", line, " ") for line in version.text.split("\n")]
            lines.append(("", "", " "))
        self.app.push_screen(Reading(lines))

    def do_copy(self) -> None:
        """Copy the text of the message."""
        if (message := self.log_.message) is not None:
            self.app.copy_to_clipboard(message.text)
            desk(self).notice("copied")

    async def do_find(self) -> None:
        """Mark the next message upwards that has a word."""
        word = await desk(self).ask("Find in what was said", self._word)
        if word:
            self._word = word
            if not self.log_.find(word, self.log_.marked):
                desk(self).notice(f"Nobody said {word}")

    def do_follow(self) -> None:
        """Go to what the message points to."""
        message = self.log_.message
        links = places.links(message.text, self.document.path) if message is not None else iter(())
        for _, _, link in links:
            self.post_message(self.Follow(link))
            return
        desk(self).notice("It points to nothing; write [fit.ipynb cell 7] or [model.py:41]")

    # --- the pane ------------------------------------------------------------------------------

    def where(self) -> str:
        """How much was said."""
        count = len(self.log_.shown)
        return f"{count} message" if count == 1 else f"{count} messages"

    def mode(self) -> str:
        """What the keyboard does."""
        return "messages" if self.log_.has_focus else "write"

    def memento(self) -> dict[str, Json]:
        """Nothing: a draft is kept where every app of mine finds it."""
        return {}
