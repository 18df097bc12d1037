"""A chat in a tile: the log of what was said above the lines to write in."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.message import Message as TextualMessage
from textual.widget import Widget

from cocalc_tui.chat import places
from cocalc_tui.chat.schema import SIGNS
from cocalc_tui.chat.standing import Step
from cocalc_tui.client.document import SharedDocument
from cocalc_tui.sync.patch import Json
from cocalc_tui.widgets import phrases
from cocalc_tui.widgets.acting import desk
from cocalc_tui.widgets.chat.composer import Composer
from cocalc_tui.widgets.chat.finding import Finding
from cocalc_tui.widgets.chat.log import ChatLog
from cocalc_tui.widgets.chat.writing import Writing
from cocalc_tui.widgets.pane import Pane


class ChatPane(Finding, Writing, Pane, Vertical):
    """A chat."""

    DEFAULT_CSS = """
    ChatPane { width: 1fr; height: 1fr; background: $background; }
    ChatPane #about { height: 1; padding: 0 1; color: $text-dim; background: $panel;
                      text-wrap: nowrap; text-overflow: ellipsis; }
    ChatPane #line { height: auto; background: $panel; }
    """

    class Read(TextualMessage):
        """The person has seen all that is there."""

        def __init__(self, doc: str, seq: int) -> None:
            super().__init__()
            self.doc = doc
            self.seq = seq

    class Follow(TextualMessage):
        """The person wants to go to what a message points to."""

        def __init__(self, link: places.Link, chat: str, moment: int) -> None:
            """`chat` is the path of the chat that says it, since `moment` (milliseconds)."""
            super().__init__()
            self.link = link
            self.chat = chat
            self.moment = moment

    class Arrived(TextualMessage):
        """The chat is shown: what of it is unread, and who else may come, is to be found out."""

        def __init__(self, pane: ChatPane) -> None:
            super().__init__()
            self.pane = pane

    def __init__(self, document: SharedDocument) -> None:
        super().__init__()
        self.document = document
        self.log_ = ChatLog(document.path)
        self.composer = Composer(self)
        self.begin()
        self._told_read = -1
        self._readers: dict[str, str] = {}
        self._sought = ""
        """Key of the message that the person came for, until they write."""
        self._finding_out = True
        """Nothing is read before it is known what was unread."""

    def compose(self) -> ComposeResult:
        """Messages, what is being done, the lines to write in."""
        yield self.log_
        yield self.about
        with Container(id="line"):
            yield self.composer

    def keyboard(self) -> Widget:
        """Writing is what one comes for; who may only look, or came for a message, gets those."""
        return self.log_ if self.document.readonly or self._sought else self.composer

    def on_mount(self) -> None:
        """Show what was said."""
        self.take_up()
        self.conversation.news = self._look
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        self._look(())
        self.post_message(self.Arrived(self))

    def on_unmount(self) -> None:
        """Listen no more, and keep what was begun."""
        self.conversation.close()
        self.keep_draft()

    def found_out(self, unread: Collection[str], members: Sequence[str]) -> None:
        """What was unread when the chat was opened, and who may join the project."""
        self.members = [name for name in members if not name.startswith("@")]
        self._finding_out = False
        self.log_.show_unread(unread)
        self._show_sought()
        self._say_read()

    def show_readers(self, readers: Mapping[str, str]) -> None:
        """How far each person has read: the last message they have read."""
        self._readers = dict(readers)
        self.log_.show_readers({u: key for u, key in readers.items() if u != desk(self).user})

    def somebody_read(self, user: str, key: str) -> None:
        """Somebody has read up to a message; where it was me, on another screen."""
        self.show_readers({**self._readers, user: key})
        if user == desk(self).user and not self._has_keyboard():
            self.log_.seen()

    def _look(self, steps: Sequence[Step]) -> None:
        """Show the chat as it is now, after these steps; all anew where none are told."""
        self.log_.me = self.conversation.user = desk(self).user
        if steps:
            self.log_.follow(self.chat, steps, watched=self._has_keyboard())
        else:
            self.log_.show(self.chat)
        self.say_about()
        self._say_read()

    def on_descendant_focus(self) -> None:
        """Whoever is here has seen what is on the screen."""
        if self.composer.has_focus:
            self._seek("")
        self.say_about()
        self._say_read()

    def on_descendant_blur(self) -> None:
        """What was new is not, when they come back."""
        if not self._has_keyboard():
            self.log_.seen()
        self.say_about()

    def _has_keyboard(self) -> bool:
        focused = self.screen.focused
        return focused is not None and self in focused.ancestors

    def _say_read(self) -> None:
        upto = self.document.numbers.upto
        if not self._finding_out and self._has_keyboard() and upto > self._told_read:
            self._told_read = upto
            self.post_message(self.Read(self.document.doc, upto))

    def scopes(self) -> Sequence[str]:
        """What is done with messages, while one is marked; what is done in writing is below."""
        return ("said",) if self.log_.has_focus else ()

    # --- messages ------------------------------------------------------------------------------

    def do_up(self) -> None:
        """Mark the message above."""
        self.log_.mark(self.log_.marked - 1)

    def do_down(self) -> None:
        """Mark the message below; behind the last one is the line to write in."""
        if self.log_.marked + 1 >= len(self.chat):
            self.do_write()
        else:
            self.log_.mark(self.log_.marked + 1)

    def do_page_up(self) -> None:
        """Show what was said before."""
        self.log_.page(-1)

    def do_page_down(self) -> None:
        """Show what was said after that."""
        self.log_.page(1)

    def do_first(self) -> None:
        """Mark the first message."""
        self.log_.mark(0)

    def do_last(self) -> None:
        """Mark the last message."""
        self.log_.mark(len(self.chat) - 1)

    def do_write(self) -> None:
        """Go to the line to write in."""
        self._seek("")
        self.screen.set_focus(self.keyboard())

    def do_reply(self) -> None:
        """Write in the marked message's thread."""
        if (message := self.log_.message) is not None:
            self.reply_to(message)
            self.do_write()

    def do_edit(self) -> None:
        """Edit the marked message."""
        if (message := self.log_.message) is not None:
            self.edit_what(message)
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
        from cocalc_tui.widgets.help import Line, Reading, as_lines

        if (message := self.log_.message) is None:
            return
        if not message.versions:
            desk(self).notice("It was never edited")
            return
        lines: list[Line] = []
        for version in message.versions:
            lines.append(("", f"{version.user}, {phrases.moment(version.at, '')}", ""))
            lines += as_lines(version.text, self.app.size.width)
            lines.append(("", "", " "))
        self.app.push_screen(Reading(lines))

    def do_copy(self) -> None:
        """Copy the text of the message."""
        if (message := self.log_.message) is not None:
            self.app.copy_to_clipboard(message.text)
            desk(self).notice("copied")

    async def do_follow(self) -> None:
        """Go to what the message points to; of several places, to the one chosen."""
        from cocalc_tui.widgets.picker import Choice

        message = self.log_.message
        found = [] if message is None else list(places.links(message.text, self.document.path))
        links = {one.words: one for _, _, one in found}
        if not links:
            desk(self).notice("It points to nothing; write [fit.ipynb cell 7] or [model.py:41]")
            return
        word: str | None = next(iter(links))
        if len(links) > 1:
            word = await desk(self).pick("Go to", [Choice(one, one) for one in links])
        if word is not None:
            self._go_to(links[word])

    def on_chat_log_follow(self, event: ChatLog.Follow) -> None:
        """Go to a place that was clicked."""
        self._go_to(event.link)

    def _go_to(self, link: places.Link) -> None:
        chat, message = self.document.path, self.log_.message
        if message is not None:
            self.post_message(self.Follow(link, chat, places.said_since(message, link, chat)))

    # --- the pane ------------------------------------------------------------------------------

    def where(self) -> str:
        """How much was said."""
        count = len(self.chat)
        return f"{count} message" if count == 1 else f"{count} messages"

    def mode(self) -> str:
        """What the keyboard does."""
        return "messages" if self.log_.has_focus else "write"

    def memento(self) -> dict[str, Json]:
        """Nothing: a draft is kept where every app of mine finds it."""
        return {}

    def recall(self, memento: dict[str, Json]) -> None:
        """Go to a `message`, by its key."""
        if isinstance(key := memento.get("message"), str):
            self._seek(key)
            self._show_sought()

    def _seek(self, key: str) -> None:
        self._sought, self.log_.shows_mark = key, bool(key)

    def _show_sought(self) -> None:
        """Mark the message that the person came for, once it is known what is there."""
        if not self._sought or self._finding_out:
            return
        if (index := self.chat.index(self._sought)) >= 0:
            self.log_.mark(index)
        else:
            self._seek("")
            desk(self).notice("That message was deleted since")
