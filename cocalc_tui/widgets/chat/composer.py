"""Where a message is written: the editor of files, on a document of one's own.

So all that is known of writing here holds: selections, undo, colours of markdown. Vim's keys are
for files: who goes to the line does so to type, and escape is the way to the messages.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Sequence
from typing import Protocol

from textual.events import Key

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.sync.patch import Splice, TextChange
from cocalc_tui.widgets.editor.model import Editor
from cocalc_tui.widgets.editor.pane import EditorPane

MOST_ROWS = 8
_NAME = re.compile(r"@([A-Za-z0-9._-]*)\Z")


class WritingDesk(Protocol):
    """What is done with what was written: by the pane around it."""

    def send(self) -> None:
        """Send it."""
        ...

    def complete(self) -> None:
        """Complete a name."""
        ...

    def leave_line(self) -> None:
        """Go to the messages."""
        ...

    def written(self) -> None:
        """It is another now."""
        ...

    def moved(self) -> None:
        """The caret is elsewhere."""
        ...

    def do_find(self) -> Awaitable[None]:
        """Find in what was said."""
        ...

    def do_page_up(self) -> None:
        """Show what was said before."""
        ...

    def do_page_down(self) -> None:
        """Show what was said after that."""
        ...


class Composer(EditorPane):
    """A few rows to write in."""

    DEFAULT_CSS = """
    Composer { height: 1; max-height: 8; width: 1fr; background: $panel; }
    """

    def __init__(self, desk: WritingDesk) -> None:
        super().__init__(SharedDocument.offline("message.md"))
        self.wrap = True
        self.painter.numbers = False
        self._desk = desk
        self._offered: list[str] = []
        """Names that fitted when one was completed last, that one first."""
        self._written = ""

    def colour_names(self) -> dict[str, str]:
        """Its ground is that of a panel."""
        names = self.app.theme_variables
        return {**names, "background": names["panel"]}

    def scopes(self) -> Sequence[str]:
        """Sending, then text; what else is done in files would hide what was said."""
        return ("chat", "text")

    def do_send(self) -> None:
        """Send what is written."""
        self._desk.send()

    def do_newline(self) -> None:
        """Begin a new line."""
        self.insert("\n")

    def do_complete(self) -> None:
        """Complete a name."""
        self._desk.complete()

    def do_messages(self) -> None:
        """Go to the messages."""
        self._desk.leave_line()

    def do_find_said(self) -> Awaitable[None]:
        """Find in what was said."""
        return self._desk.do_find()

    def do_scroll_up(self) -> None:
        """Show what was said before, and write on."""
        self._desk.do_page_up()

    def do_scroll_down(self) -> None:
        """Show what was said after that, and write on."""
        self._desk.do_page_down()

    @property
    def text(self) -> str:
        """What stands there."""
        return str(self.editor.buffer)

    def put(self, text: str) -> None:
        """Have another text there, the caret behind it."""
        self.document.change([Splice(0, len(self.editor.buffer), text)], step=True)
        self.editor.go(len(text))
        self.text_moved(self.editor)

    def insert(self, text: str) -> None:
        """Write at the caret."""
        self.document.change([Splice(self.editor.caret, 0, text)])
        self.editor.go(self.editor.caret + len(text))
        self.text_moved(self.editor)

    def text_changed(self, changes: Sequence[TextChange]) -> None:
        """Grow with the text."""
        super().text_changed(changes)
        rows = min(max(self.editor.view.height, 1), MOST_ROWS)
        if self.styles.height is None or self.styles.height.value != rows:
            self.styles.height = rows
        self._desk.written()

    def text_moved(self, editor: Editor) -> None:
        """What can be completed depends on where the caret is."""
        super().text_moved(editor)
        self._desk.moved()

    def begun_name(self) -> str | None:
        """What stands of a name behind @, before the caret; None where no name is begun."""
        found = _NAME.search(self.text[: self.editor.caret])
        return found[1] if found else None

    def fitting(self, names: Sequence[str]) -> list[str]:
        """The names that begin with what stands behind @; none where no name is begun."""
        begun = self.begun_name()
        if begun is None:
            return []
        return [name for name in names if name.startswith(begun) and name != begun]

    def offered(self, names: Sequence[str]) -> list[str]:
        """The names that `complete` writes, the next one first."""
        return self._offered[1:] if self._just_completed() else self.fitting(names)

    def typed(self, event: Key) -> bool:
        """Type a key; the space that came with a completed name is not typed once more."""
        if event.character != " " or not self._just_completed():
            return super().typed(event)
        self._written = ""
        self._desk.moved()
        return True

    def _just_completed(self) -> bool:
        before = self.text[: self.editor.caret]
        return bool(self._written) and before.endswith(self._written)

    def complete(self, names: Sequence[str]) -> bool:
        """Write the first of the names that fit, the next where one was just written.

        Returns False where none does.
        """
        if self._just_completed():
            self._offered = [*self._offered[1:], self._offered[0]]
            length = len(self._written)
        elif fitting := self.fitting(names):
            self._offered = fitting
            length = len(self.begun_name() or "")
        else:
            return False
        self._written = f"{self._offered[0]} "
        at = self.editor.caret - length
        self.document.change([Splice(at, length, self._written)])
        self.editor.go(at + len(self._written))
        self.text_moved(self.editor)
        return True
